using LlmObs.ServiceDefaults;
using LlmObs.Sls;
using LlmObs.Storage;
using LlmObs.Storage.Reconciling;
using LlmObs.Storage.Schema;
using LlmObs.Storage.Writing;
using Microsoft.Extensions.Options;

namespace LlmObs.Ingest.Reconciling;

/// <summary>Gives the ledger its turns, and keeps the samples the outbox's rate is told from.</summary>
public sealed partial class LedgerLoop(
    Reconciler reconciler,
    SpanLedger ledger,
    OutboxHistory history,
    LedgerMetrics metrics,
    SchemaState schema,
    IOptions<LedgerOptions> options,
    TimeProvider time,
    ILogger<LedgerLoop> logger
) : TurnLoop(time)
{
    protected override Task ReadyAsync(CancellationToken stoppingToken) => schema.WaitAsync(stoppingToken);

    protected override async Task<TimeSpan> TurnAsync(CancellationToken stoppingToken)
    {
        await history.SampleAsync(stoppingToken);
        if (options.Value.Enabled)
        {
            await reconciler.RunAsync(stoppingToken);
            metrics.Report(await ledger.StatusAsync(stoppingToken));
        }

        return Interval;
    }

    protected override TimeSpan Failed(Exception exception)
    {
        if (exception is SlsException or StorageUnavailableException)
        {
            // Others report the outage; the minutes stay due.
            Log.Away(logger, exception.Message);
        }
        else
        {
            Log.Failed(logger, exception);
        }

        return Interval;
    }

    private TimeSpan Interval => TimeSpan.FromSeconds(options.Value.IntervalSeconds);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "PostgreSQL and SLS cannot be compared now: {Reason}")]
        public static partial void Away(ILogger logger, string reason);

        [LoggerMessage(2, LogLevel.Warning, "A turn of the ledger failed; its minutes stay due.")]
        public static partial void Failed(ILogger logger, Exception exception);
    }
}
