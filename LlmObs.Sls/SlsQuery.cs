namespace LlmObs.Sls;

/// <summary>A search, or a search and an analysis. Times are Unix seconds; from is inclusive, to exclusive.</summary>
/// <param name="Line">Logs of one page, at most 100. An analysis has its own LIMIT instead.</param>
public sealed record SlsQuery(string Query, long From, long To, int Line = 100, long Offset = 0, bool Reverse = true);

/// <summary>Rows of an answer; values are text, as SLS sends them. A column may be absent.</summary>
/// <param name="IsComplete">False when SLS gave up before all data was read, even after asking again.</param>
/// <param name="IsAccurate">False when SLS says that it read only a part of what an analysis needed.</param>
/// <param name="Columns">In order, for an analysis; else empty.</param>
public sealed record SlsResult(
    IReadOnlyList<IReadOnlyDictionary<string, string>> Rows,
    bool IsComplete,
    bool IsAccurate,
    IReadOnlyList<string> Columns,
    long ProcessedRows,
    long ElapsedMs
);

public sealed record SlsBucket(long From, long To, long Count);

public sealed record SlsHistogram(IReadOnlyList<SlsBucket> Buckets, long Count, bool IsComplete);
