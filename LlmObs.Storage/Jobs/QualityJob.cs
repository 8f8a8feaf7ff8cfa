using LlmObs.Domain.Evaluators;

namespace LlmObs.Storage.Jobs;

/// <summary>What a job does with its evaluator.</summary>
public enum JobKind
{
    /// <summary>Judges spans as they arrive, without end.</summary>
    Arrival = 0,

    /// <summary>Judges the spans that began within a window.</summary>
    History = 1,

    /// <summary>Judges the twenty newest matching spans and shows what it would say; no score is kept.</summary>
    DryRun = 2,

    /// <summary>Judges chosen traces: those of a case, and a release's answers to its questions.</summary>
    Traces = 3,
}

public enum JobState
{
    Open = 0,
    Done = 1,
    Failed = 2,
    Cancelled = 3,
}

/// <summary>A piece of durable work as the page lists it.</summary>
/// <param name="Version">The evaluator's; null when each turn takes the newest.</param>
/// <param name="Attempts">Turns in a row that did not end well.</param>
/// <param name="Judged">Spans that got a score, or would have.</param>
/// <param name="Skipped">Spans there was nothing to say of.</param>
/// <param name="Failed">Spans that could not be judged, such as a reply nobody can read.</param>
public sealed record QualityJob(
    long Id,
    int ProjectId,
    int EvaluatorId,
    int? Version,
    JobKind Kind,
    JobState State,
    int Attempts,
    DateTimeOffset CreatedAt,
    DateTimeOffset DueAt,
    DateTimeOffset? LeasedUntil,
    DateTimeOffset? FinishedAt,
    DateTimeOffset? From,
    DateTimeOffset? To,
    long Judged,
    long Skipped,
    long Failed,
    string CreatedBy,
    string? Position,
    string? LastError
)
{
    /// <summary>The case whose traces are judged.</summary>
    public long? CaseId { get; init; }

    /// <summary>Which traces; empty for a job that chooses by its filter.</summary>
    public IReadOnlyList<string> TraceIds { get; init; } = [];
}

/// <summary>A job that belongs to this process until its lease ends.</summary>
public sealed record ClaimedJob(QualityJob Job, Guid Lease);

/// <summary>What a turn did.</summary>
/// <param name="Position">Where the next turn goes on.</param>
/// <param name="IsFinished">There is no next turn.</param>
/// <param name="Wait">How long the next turn has time.</param>
/// <param name="Error">What went wrong with single spans, the last of it; null for nothing.</param>
public sealed record JobTurn(string? Position, bool IsFinished, TimeSpan Wait, int Judged, int Skipped, int Failed, string? Error = null)
{
    /// <summary>What a dry run would have said.</summary>
    public IReadOnlyList<DryRunSpan>? DryRun { get; init; }
}
