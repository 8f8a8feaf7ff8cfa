using LlmObs.Domain.Spans;

namespace LlmObs.Domain.Traces;

/// <summary>A trace as a list shows it. Recomputed from its spans, never accumulated: they may come days apart.</summary>
public sealed record TraceSummary
{
    public required string TraceId { get; init; }
    public required string Name { get; init; }

    /// <summary>What the user asked, one line; null when no span tells.</summary>
    public string? Question { get; init; }

    public string? RequestId { get; init; }
    public string? SessionId { get; init; }
    public string? UserId { get; init; }
    public string? Service { get; init; }
    public string? Environment { get; init; }
    public string? Release { get; init; }
    public IReadOnlyList<string> Tags { get; init; } = [];
    public required long StartUnixNano { get; init; }
    public required long DurationNano { get; init; }

    /// <summary>The root's status; error when the root failed or, without a root, when any span did.</summary>
    public required SpanStatus Status { get; init; }

    public required int SpanCount { get; init; }
    public required int ErrorCount { get; init; }

    /// <summary>The failing span that started first, deepest at that time: the cause, not the symptom. Null when nothing failed.</summary>
    public Span? FirstError { get; init; }

    /// <summary>Each model call once: of two on one path only the inner counts.</summary>
    public TokenUsage? Usage { get; init; }

    /// <summary>What the model calls cost, an amount for each currency: two currencies have no sum. Empty when no price is known.</summary>
    public IReadOnlyList<Cost> Costs { get; init; } = [];

    /// <summary>The cost when all of it is in one currency.</summary>
    public Cost? Cost => Costs is [var only] ? only : null;

    public double DurationMs => DurationNano / 1e6;
}
