using LlmObs.ServiceDefaults;
using LlmObs.Sls;
using LlmObs.Storage;
using LlmObs.Storage.Dify;
using LlmObs.Storage.Schema;

namespace LlmObs.Ingest.Dify;

/// <summary>Gives a source its turns: at once while there is more, else after a while.</summary>
internal sealed partial class DifyReaderLoop<T>(
    T source,
    DifyProgress progress,
    SchemaState schema,
    TimeProvider time,
    ILogger<DifyReaderLoop<T>> logger
) : TurnLoop(time)
    where T : IDifySource
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    private int failures;

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

    protected override Task ReadyAsync(CancellationToken stoppingToken) => schema.WaitAsync(stoppingToken);

    protected override async Task<TimeSpan> TurnAsync(CancellationToken stoppingToken)
    {
        try
        {
            var wait = await source.TurnAsync(stoppingToken) ? TimeSpan.Zero : source.Poll;
            failures = 0;
            return wait;
        }
        catch (Exception exception) when (exception is not StorageUnavailableException && !stoppingToken.IsCancellationRequested)
        {
            await ShowAsync(exception, stoppingToken);
            throw;
        }
    }

    /// <summary>Waits longer each time, at most five minutes.</summary>
    protected override TimeSpan Failed(Exception exception)
    {
        switch (exception)
        {
            case StorageUnavailableException:
                Log.Away(logger, exception.Message);
                break;
            case DifyUnavailableException or SlsException:
                Log.Unavailable(logger, exception.Message);
                break;
            default:
                Log.Failed(logger, exception);
                break;
        }

        var wait = source.Poll * Math.Pow(2, Math.Min(failures++, 10));
        return wait < Longest ? wait : Longest;
    }

    private async Task ShowAsync(Exception exception, CancellationToken stoppingToken)
    {
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
