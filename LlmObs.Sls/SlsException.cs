namespace LlmObs.Sls;

/// <summary>An answer that is no success, or no answer at all.</summary>
public sealed class SlsException(int status, string code, string message, string? requestId, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>No connection could be made, so nothing was sent.</summary>
    public const string ConnectionError = "ConnectionError";

    /// <summary>The connection broke after it was made.</summary>
    public const string RequestError = "RequestError";

    /// <summary>No answer came in time.</summary>
    public const string RequestTimeout = "RequestTimeout";

    /// <summary>An answer came that cannot be read.</summary>
    public const string BadResponse = "BadResponse";

    /// <summary>SLS answered with a part only, even after asking again.</summary>
    public const string Incomplete = "Incomplete";

    /// <summary>HTTP status; 0 when there was no answer.</summary>
    public int Status => status;

    /// <summary>SLS's error code, or one of the constants here.</summary>
    public string Code => code;

    /// <summary>What SLS calls the request; support asks for it.</summary>
    public string? RequestId => requestId;

    /// <summary>Of <see cref="SlsClient.PutAllLogsAsync"/>: how many logs, from the first on, SLS had accepted before. Go on behind them.</summary>
    public int LogsWritten { get; init; }

    /// <summary>The same request may succeed later.</summary>
    public bool IsRetryable =>
        status is 0 or 408 or 429 or >= 500
        || code is "WriteQuotaExceed" or "ShardWriteQuotaExceed" or "ReadQuotaExceed" or "ShardReadQuotaExceed" or "ExceedQuota" or "ServerBusy";

    /// <summary>It is not known whether a write took effect: it may have.</summary>
    public bool IsAmbiguous => status >= 500 || (status == 0 && code != ConnectionError);
}
