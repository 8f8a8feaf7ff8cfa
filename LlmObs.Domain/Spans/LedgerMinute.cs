namespace LlmObs.Domain.Spans;

/// <summary>How a minute of one project stands. The numbers are stored.</summary>
public enum LedgerState
{
    /// <summary>Both hold the same spans in the same versions.</summary>
    Equal = 0,

    /// <summary>Something is still on its way to SLS: spans, or the deletion of logs too many.</summary>
    Waiting = 1,

    /// <summary>SLS lacks spans and nothing is on its way with them, or they are parked.</summary>
    Gap = 2,

    /// <summary>SLS holds logs the record does not know, or a span more than once, and they stay. Readers count a span once.</summary>
    Surplus = 3,
}

/// <summary>The minute of receipt as PostgreSQL, the record, has it.</summary>
/// <param name="Hash">Sum of <see cref="SpanHash"/>.</param>
public sealed record RecordedMinute(int ProjectId, string Project, DateTimeOffset Minute, long Spans, long Hash);

/// <summary>The same minute as SLS has it, each span once in its newest version.</summary>
/// <param name="Repeats">Logs beyond the first of a span's version.</param>
public sealed record LoggedMinute(string Project, DateTimeOffset Minute, long Spans, long Hash, long Repeats);

/// <summary>A span of a minute as the record has it.</summary>
/// <param name="IsQueued">An outbox row names it, or sampling holds its trace back.</param>
/// <param name="IsParked">That row is parked.</param>
public sealed record RecordedSpan(string TraceId, string SpanId, DateOnly Day, int Version, bool IsQueued, bool IsParked);

/// <summary>What is known of a minute after it was compared. Spans of the record, logs of SLS.</summary>
/// <param name="MissingSpans">Spans SLS lacks now.</param>
/// <param name="RepairedSpans">Spans sent again so far, in <paramref name="Repairs"/> rounds.</param>
/// <param name="RemovedLogs">Logs too many that were deleted so far, in <paramref name="Removals"/> rounds.</param>
/// <param name="Refusal">Why SLS would not delete them; null while it did not refuse.</param>
public sealed record LedgerEntry(
    int ProjectId,
    string Project,
    DateTimeOffset Minute,
    LedgerState State,
    long RecordSpans,
    long SlsSpans,
    long MissingSpans,
    long SurplusLogs,
    long RepairedSpans,
    int Repairs,
    long RemovedLogs = 0,
    int Removals = 0,
    string? Refusal = null
)
{
    /// <summary>Something was mended: spans sent again, or logs deleted.</summary>
    public bool IsMended => RepairedSpans + RemovedLogs > 0;
}

/// <summary>A version of a span of which SLS holds several logs.</summary>
/// <param name="Firsts">Those of the logs that say they are the span's first: 0 or 1.</param>
/// <param name="From">Time of the earliest log, Unix seconds.</param>
/// <param name="To">Time of the latest.</param>
public sealed record RepeatedSpan(string TraceId, string SpanId, int Version, long Logs, long Firsts, long From, long To);

/// <summary>Logs to be deleted: those of one version of some spans.</summary>
/// <param name="KeepsFirst">All but the one that says it is the span's first; otherwise all, and the ledger sends the span again.</param>
public sealed record LogRemoval(int Version, bool KeepsFirst, IReadOnlyList<RepeatedSpan> Spans)
{
    public long Logs => Spans.Sum(span => KeepsFirst ? span.Logs - 1 : span.Logs);
}
