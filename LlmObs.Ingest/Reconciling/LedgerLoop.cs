using LlmObs.Sls;
using LlmObs.Storage;
using LlmObs.Storage.Reconciling;
using LlmObs.Storage.Schema;
using LlmObs.Storage.Writing;
using Microsoft.Extensions.Options;
using OpenTelemetry;

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
) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var quiet = SuppressInstrumentationScope.Begin();
        await schema.WaitAsync(stoppingToken);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await history.SampleAsync(stoppingToken);
                if (options.Value.Enabled)
                {
                    await reconciler.RunAsync(stoppingToken);
                    metrics.Report(await ledger.StatusAsync(stoppingToken));
                }
            }
            catch (Exception exception) when (exception is SlsException or StorageUnavailableException)
            {
                // Others report the outage; the minutes stay due.
                Log.Away(logger, exception.Message);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                Log.Failed(logger, exception);
            }

            await Task.Delay(TimeSpan.FromSeconds(options.Value.IntervalSeconds), time, stoppingToken)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "PostgreSQL and SLS cannot be compared now: {Reason}")]
        public static partial void Away(ILogger logger, string reason);

        [LoggerMessage(2, LogLevel.Warning, "A turn of the ledger failed; its minutes stay due.")]
        public static partial void Failed(ILogger logger, Exception exception);
    }
}
