namespace LlmObs.Sls;

/// <summary>A log as SLS keeps it: a time and text fields.</summary>
/// <param name="Time">Unix seconds.</param>
/// <param name="TimeNanos">The part below the second, 0–999,999,999.</param>
public sealed record SlsLog(uint Time, uint TimeNanos, IReadOnlyList<KeyValuePair<string, string>> Contents);

/// <summary>What one PutLogs carries.</summary>
public sealed record SlsLogGroup(IReadOnlyList<SlsLog> Logs, string Topic = "", string Source = "", IReadOnlyList<KeyValuePair<string, string>>? Tags = null);

/// <summary>A search, or a search and an analysis. Times are Unix seconds; from is inclusive, to exclusive.</summary>
public sealed record SlsQuery(string Query, long From, long To, int Line = 100, long Offset = 0, bool Reverse = true);

/// <summary>Rows of an answer; values are text, as SLS sends them. A column may be absent.</summary>
/// <param name="IsComplete">False when SLS gave up before all data was read, even after asking again.</param>
/// <param name="Columns">In order, for an analysis; else empty.</param>
public sealed record SlsResult(IReadOnlyList<IReadOnlyDictionary<string, string>> Rows, bool IsComplete, bool IsAccurate, IReadOnlyList<string> Columns, long ProcessedRows, long ElapsedMs);

public sealed record SlsBucket(long From, long To, long Count);

public sealed record SlsHistogram(IReadOnlyList<SlsBucket> Buckets, long Count, bool IsComplete);

/// <summary>Operations on one SLS project. Never retries a write; the caller decides by <see cref="SlsException.IsRetryable"/>.</summary>
public sealed class SlsClient(SlsOptions options)
{
    public SlsOptions Options => options;

    public Task<bool> CreateProjectIfMissingAsync(string description, CancellationToken cancellationToken) => throw new NotImplementedException();
    public Task<bool> CreateLogstoreIfMissingAsync(string logstore, int ttlDays, int shardCount, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Creates the index, or updates it when it differs. <paramref name="indexJson"/> as in SLS's API.</summary>
    public Task EnsureIndexAsync(string logstore, string indexJson, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Writes one group (LZ4). At most 10 MB raw.</summary>
    public Task PutLogsAsync(string logstore, SlsLogGroup group, CancellationToken cancellationToken) => throw new NotImplementedException();

    public Task<SlsResult> GetLogsAsync(string logstore, SlsQuery query, CancellationToken cancellationToken) => throw new NotImplementedException();
    public Task<SlsHistogram> GetHistogramsAsync(string logstore, SlsQuery query, CancellationToken cancellationToken) => throw new NotImplementedException();
}

/// <summary>An answer that is no success, or no answer at all.</summary>
public sealed class SlsException(int status, string code, string message, string? requestId, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>HTTP status; 0 when there was no answer.</summary>
    public int Status => status;

    /// <summary>SLS's error code, or <c>RequestError</c> without an answer.</summary>
    public string Code => code;

    public string? RequestId => requestId;

    /// <summary>The same request may succeed later.</summary>
    public bool IsRetryable => status is 0 or >= 500 || code is "WriteQuotaExceed" or "ShardWriteQuotaExceed" or "ReadQuotaExceed" or "ShardReadQuotaExceed" or "ServerBusy";

    /// <summary>It is not known whether a write took effect: it may have.</summary>
    public bool IsAmbiguous => status is 0 or >= 500;
}
