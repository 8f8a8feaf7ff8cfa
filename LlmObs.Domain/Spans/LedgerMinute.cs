namespace LlmObs.Domain.Spans;

/// <summary>How a minute of one project stands. The numbers are stored.</summary>
public enum LedgerState
{
    /// <summary>Both hold the same spans in the same versions.</summary>
    Equal = 0,

    /// <summary>Something is still on its way to SLS.</summary>
    Waiting = 1,

    /// <summary>SLS lacks spans and nothing is on its way with them, or they are parked.</summary>
    Gap = 2,

    /// <summary>SLS holds logs the record does not know, or one more than once. It cannot delete; readers count a span once.</summary>
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
    int Repairs
);
