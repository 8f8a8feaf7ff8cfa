using LlmObs.Domain.Spans;

namespace LlmObs.Domain.Traces;

/// <summary>A span of a project.</summary>
public readonly record struct SpanRef(string TraceId, string SpanId);

/// <summary>Where a trace hangs in another one of the same request.</summary>
/// <param name="ChildTraceId">The trace that hangs.</param>
/// <param name="Basis">How it is known, one of <see cref="JoinBasis"/>; with the trace the join's identity.</param>
/// <param name="ParentTraceId">The trace it hangs in; null while it is open which of the candidates that is.</param>
/// <param name="ParentSpanId">The step it hangs under; null when the two only stand beside one another.</param>
/// <param name="IsInferred">Nobody said so; it was worked out, and is drawn so.</param>
public sealed record TraceJoin(string ChildTraceId, string Basis, string? ParentTraceId, string? ParentSpanId, bool IsInferred)
{
    /// <summary>The steps it may hang under, when more than one is as likely. Empty once it is settled.</summary>
    public IReadOnlyList<SpanRef> Candidates { get; init; } = [];

    /// <summary>What the links of a trace's root say: one to another trace is its parent, of several any may be. Null when nothing links away.</summary>
    public static TraceJoin? OfLinks(SpanRecord record)
    {
        var child = record.Span.TraceId;
        var linked = record.Span.ParentSpanId is { Length: > 0 }
            ? []
            : record.Content.Links.Where(link => link.TraceId != child).Select(link => new SpanRef(link.TraceId, link.SpanId)).Distinct().ToList();
        return linked switch
        {
            [] => null,
            [var parent] => new(child, JoinBasis.Link, parent.TraceId, parent.SpanId, IsInferred: false),
            _ => new(child, JoinBasis.Link, null, null, IsInferred: false) { Candidates = linked },
        };
    }

    /// <summary>The step it hangs under; null when it is open or there is none.</summary>
    public SpanRef? Parent => ParentTraceId is { } trace && ParentSpanId is { } span ? new(trace, span) : null;
}

/// <summary>How a join is known. What the sender said goes before what was worked out.</summary>
public static class JoinBasis
{
    /// <summary>The child's root carries a span link.</summary>
    public const string Link = "link";

    /// <summary>The child carries its caller's ids, as Dify passes them on.</summary>
    public const string DifyParent = "dify.parent";

    /// <summary>OpenTelemetry says that a run of Dify's went on within this step.</summary>
    public const string DifyAround = "dify.around";

    /// <summary>The one call of a tool that fits in inputs and time, and in application and creator where they are known.</summary>
    public const string DifyMatch = "dify.match";
}
