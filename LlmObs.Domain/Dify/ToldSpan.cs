using LlmObs.Domain.Spans;

namespace LlmObs.Domain.Dify;

/// <summary>What a span that Dify sends over OTLP, under ids of OpenTelemetry's, tells of.</summary>
public enum ToldKind : short
{
    /// <summary>A run, or the message that started it. It may not say which.</summary>
    Run = 1,
    Node = 2,

    /// <summary>A round of an iteration or loop.</summary>
    Round = 3,

    /// <summary>A span around a run that says nothing the run does not.</summary>
    Root = 4,
}

/// <summary>A span that tells of a step of Dify's.</summary>
/// <param name="RunId">Of a run that says which it is.</param>
/// <param name="NodeId">Of a node its execution; of a round that of the container.</param>
public sealed record ToldSpan(string SpanId, string? ParentSpanId, ToldKind Kind, Guid? RunId, Guid? NodeId);

/// <summary>A told span with all it carried, kept until it is known which run it is of.</summary>
public sealed record ToldRecord(ToldSpan Told, SpanRecord Record);
