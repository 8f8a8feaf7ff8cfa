using LlmObs.Sls;
using LlmObs.Storage;
using LlmObs.Storage.Dify;
using LlmObs.Storage.Schema;
using OpenTelemetry;

namespace LlmObs.Ingest.Dify;

/// <summary>Gives a source its turns: at once while there is more, else after a while.</summary>
internal sealed partial class DifyReaderLoop<T>(
    T source,
    DifyProgress progress,
    SchemaState schema,
    TimeProvider time,
    ILogger<DifyReaderLoop<T>> logger
) : BackgroundService
    where T : IDifySource
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var quiet = SuppressInstrumentationScope.Begin();
        await schema.WaitAsync(stoppingToken);
        var failures = 0;
        while (!stoppingToken.IsCancellationRequested)
        {
            var wait = source.Poll;
            try
            {
                wait = await source.TurnAsync(stoppingToken) ? TimeSpan.Zero : wait;
                failures = 0;
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (StorageUnavailableException exception)
            {
                Log.Away(logger, exception.Message);
                wait = AfterFailure(++failures);
            }
            catch (Exception exception)
            {
                wait = AfterFailure(++failures);
                await ReportAsync(exception, stoppingToken);
            }

            await Task.Delay(wait, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        try
        {
            await source.Lease.GiveBackAsync(cancellationToken);
        }
        catch (StorageUnavailableException)
        {
            // Then it runs out by itself.
        }
    }

    /// <summary>Longer each time, at most five minutes.</summary>
    private TimeSpan AfterFailure(int failures) =>
        source.Poll * Math.Pow(2, Math.Min(failures, 10) - 1) is var wait && wait < Longest ? wait : Longest;

    private async Task ReportAsync(Exception exception, CancellationToken stoppingToken)
    {
        if (exception is DifyUnavailableException or SlsException)
        {
            Log.Unavailable(logger, exception.Message);
        }
        else
        {
            Log.Failed(logger, exception);
        }

        try
        {
            await progress.FailAsync(source.Lease.Source, exception.Message, stoppingToken);
        }
        catch (StorageUnavailableException)
        {
            // Then the page that would show it is away as well.
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Dify is not read while PostgreSQL is away: {Reason}")]
        public static partial void Away(ILogger logger, string reason);

        [LoggerMessage(2, LogLevel.Warning, "Dify cannot be read now; it goes on from where it was: {Reason}")]
        public static partial void Unavailable(ILogger logger, string reason);

        [LoggerMessage(3, LogLevel.Error, "A turn of reading Dify failed; it is tried again from where it began.")]
        public static partial void Failed(ILogger logger, Exception exception);
    }
}
