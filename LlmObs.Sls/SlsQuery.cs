namespace LlmObs.Sls;

/// <summary>A search, or a search and an analysis. Times are Unix seconds; from is inclusive, to exclusive.</summary>
/// <param name="Query"><c>search</c>, or <c>search | select …</c>; <c>*</c> finds everything.</param>
/// <param name="From">Unix seconds, inclusive.</param>
/// <param name="To">Unix seconds, exclusive.</param>
/// <param name="Line">Logs of one page, at most 100. An analysis has its own LIMIT instead.</param>
/// <param name="Offset">How many logs to leave out in front; searches only.</param>
/// <param name="Reverse">Newest first; searches only.</param>
public sealed record SlsQuery(string Query, long From, long To, int Line = 100, long Offset = 0, bool Reverse = true)
{
    /// <summary>Nanoseconds after <see cref="From"/>, 0–999,999,999.</summary>
    public int FromNs { get; init; }

    /// <summary>Nanoseconds after <see cref="To"/>, 0–999,999,999.</summary>
    public int ToNs { get; init; }

    /// <summary>Only logs of this topic; empty for all.</summary>
    public string Topic { get; init; } = "";

    /// <summary>Runs an analysis on dedicated resources, which cost.</summary>
    public bool PowerSql { get; init; }
}

/// <summary>Rows of an answer; values are text, as SLS sends them. A column may be absent.</summary>
/// <param name="IsComplete">False when SLS gave up before all data was read, even after asking again.</param>
/// <param name="IsAccurate">False when SLS says that it read only a part of what an analysis needed.</param>
/// <param name="Columns">In order, for an analysis; else empty.</param>
/// <param name="ProcessedRows">Logs that SLS looked at.</param>
/// <param name="ElapsedMs">How long SLS took by its own clock, milliseconds.</param>
public sealed record SlsResult(
    IReadOnlyList<IReadOnlyDictionary<string, string>> Rows,
    bool IsComplete,
    bool IsAccurate,
    IReadOnlyList<string> Columns,
    long ProcessedRows,
    long ElapsedMs
);

/// <summary>How many logs fall into [From, To), Unix seconds.</summary>
public sealed record SlsBucket(long From, long To, long Count);

/// <summary>Counts in equal parts of a window.</summary>
/// <param name="IsComplete">False when SLS gave up before all was counted, even after asking again: the numbers are too small.</param>
public sealed record SlsHistogram(IReadOnlyList<SlsBucket> Buckets, long Count, bool IsComplete);

/// <summary>What a producer wrote around one log.</summary>
/// <param name="Logs">In the order written. <c>__index_number__</c> is 0 for the log that was asked about, negative for earlier ones.</param>
/// <param name="IsComplete">False when SLS read only a part.</param>
public sealed record SlsContext(IReadOnlyList<IReadOnlyDictionary<string, string>> Logs, bool IsComplete);

/// <summary>A page of topics.</summary>
/// <param name="NextToken">Where the next page begins; null at the end.</param>
public sealed record SlsTopics(IReadOnlyList<string> Topics, string? NextToken);
