namespace LlmObs.Storage.Reconciling;

/// <summary>One replica's turn.</summary>
/// <param name="NextMinute">The first minute that is not compared yet.</param>
/// <param name="SecondMinute">The first minute that is not compared twice.</param>
/// <param name="BeganAt">By PostgreSQL's clock.</param>
public sealed record LedgerTurn(DateTimeOffset NextMinute, DateTimeOffset SecondMinute, DateTimeOffset BeganAt);

/// <summary>What was found of a project's minutes, summed up.</summary>
/// <param name="Minutes">Those that were compared; in the others nothing was received.</param>
/// <param name="MissingSpans">Spans of the record that SLS did not have when last looked.</param>
/// <param name="Waiting">Minutes of which something is on its way.</param>
/// <param name="Gaps">Minutes of which SLS lacks spans that nothing brings.</param>
/// <param name="RepairedSpans">Sent again because they were missing.</param>
/// <param name="SurplusLogs">Logs beyond the record that SLS held when last looked.</param>
/// <param name="RemovedLogs">Those that were deleted.</param>
/// <param name="Refusal">Why SLS would not delete some; null when it never refused.</param>
public sealed record LedgerDay(
    string Project,
    long Minutes,
    long RecordSpans,
    long MissingSpans,
    long Waiting,
    long Gaps,
    long RepairedSpans,
    long SurplusLogs,
    long RemovedLogs,
    string? Refusal
)
{
    /// <summary>Of the record's spans, the share that SLS has: 0 to 1.</summary>
    public double Coverage => RecordSpans == 0 ? 1 : 1 - (double)MissingSpans / RecordSpans;
}

/// <summary>What is open in the ledger.</summary>
/// <param name="Gaps">Minutes of a project in which SLS lacks spans.</param>
/// <param name="Waiting">Minutes of a project that have something on its way.</param>
/// <param name="NextMinute">All minutes before have been compared.</param>
public sealed record LedgerStatus(long Gaps, long MissingSpans, long Waiting, DateTimeOffset NextMinute);
