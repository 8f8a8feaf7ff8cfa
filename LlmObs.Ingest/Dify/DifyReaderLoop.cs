using LlmObs.Storage;
using LlmObs.Storage.Dify;
using LlmObs.Storage.Schema;
using OpenTelemetry;

namespace LlmObs.Ingest.Dify;

/// <summary>Gives the reader its turns: at once while there is more, else after a while.</summary>
internal sealed partial class DifyReaderLoop(
    DifyReader reader,
    DifyDatabase dify,
    DifyProgress progress,
    DifyReaderPolicy policy,
    SchemaState schema,
    TimeProvider time,
    ILogger<DifyReaderLoop> logger
) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!dify.IsConfigured)
        {
            return;
        }

        using var quiet = SuppressInstrumentationScope.Begin();
        await schema.WaitAsync(stoppingToken);
        var failures = 0;
        while (!stoppingToken.IsCancellationRequested)
        {
            var wait = policy.Poll;
            try
            {
                wait = await reader.TurnAsync(stoppingToken) ? TimeSpan.Zero : wait;
                failures = 0;
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (StorageUnavailableException exception)
            {
                Log.Away(logger, exception.Message);
                wait = policy.AfterFailure(++failures);
            }
            catch (Exception exception)
            {
                wait = policy.AfterFailure(++failures);
                await ReportAsync(exception, stoppingToken);
            }

            await Task.Delay(wait, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task ReportAsync(Exception exception, CancellationToken stoppingToken)
    {
        if (exception is DifyUnavailableException)
        {
            Log.Unavailable(logger, exception.Message);
        }
        else
        {
            Log.Failed(logger, exception);
        }

        try
        {
            await progress.FailAsync(DifyReader.Source, exception.Message, stoppingToken);
        }
        catch (StorageUnavailableException)
        {
            // Then the page is away as well.
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Dify is not read while PostgreSQL is away: {Reason}")]
        public static partial void Away(ILogger logger, string reason);

        [LoggerMessage(2, LogLevel.Warning, "{Reason}")]
        public static partial void Unavailable(ILogger logger, string reason);

        [LoggerMessage(3, LogLevel.Error, "A turn of reading Dify's database failed; it is tried again from where it began.")]
        public static partial void Failed(ILogger logger, Exception exception);
    }
}
