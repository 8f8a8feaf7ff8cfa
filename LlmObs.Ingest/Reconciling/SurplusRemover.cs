using LlmObs.Domain.Spans;
using LlmObs.Sls;
using LlmObs.Storage.Reconciling;
using LlmObs.TraceLog;
using Microsoft.Extensions.Options;

namespace LlmObs.Ingest.Reconciling;

/// <summary>Has SLS delete the logs it holds too many of.</summary>
public sealed partial class SurplusRemover(
    SpanLogSurplus logs,
    SpanLedger ledger,
    LedgerPolicy policy,
    LedgerMetrics metrics,
    IOptions<LedgerOptions> options,
    ILogger<SurplusRemover> logger
)
{
    /// <summary>One round for one minute, which must stand open in the ledger: whatever happens here, it is looked at again.</summary>
    /// <param name="record">The spans of the minute.</param>
    /// <exception cref="Storage.StorageUnavailableException">PostgreSQL is away.</exception>
    public async Task RemoveAsync(LedgerEntry entry, IReadOnlyList<RecordedSpan> record, CancellationToken cancellationToken)
    {
        var removed = 0L;
        string? refusal = null;
        try
        {
            var repeated = await logs.FindAsync(entry.Project, entry.Minute, options.Value.RemovalsATurn, cancellationToken);
            foreach (var removal in policy.Removals(repeated, record, entry.Repairs))
            {
                removed += await logs.RemoveAsync(entry.Project, entry.Minute, removal, cancellationToken);
            }
        }
        catch (SlsException exception)
        {
            var reason = $"{exception.Code}: {exception.Message}";
            refusal = exception.IsRetryable ? null : reason;
            Log.NotRemoved(logger, entry.Project, entry.Minute, reason);
        }
        finally
        {
            await ledger.RemovedAsync(entry, removed, refusal, CancellationToken.None);
            if (removed > 0)
            {
                metrics.Removed(removed);
                Log.Removed(logger, removed, entry.Project, entry.Minute);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "SLS deleted {Logs} logs too many of project {Project}, received at {Minute:u}.")]
        public static partial void Removed(ILogger logger, long logs, string project, DateTimeOffset minute);

        [LoggerMessage(2, LogLevel.Warning, "SLS did not delete logs too many of project {Project}, received at {Minute:u}: {Reason}")]
        public static partial void NotRemoved(ILogger logger, string project, DateTimeOffset minute, string reason);
    }
}
