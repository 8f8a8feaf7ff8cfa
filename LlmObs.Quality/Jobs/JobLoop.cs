using LlmObs.ServiceDefaults;
using LlmObs.Storage;
using LlmObs.Storage.Schema;
using Microsoft.Extensions.Options;

namespace LlmObs.Quality.Jobs;

/// <summary>Gives jobs their turns, a few at one time.</summary>
public sealed partial class JobLoop(
    JobRunner runner,
    SchemaState schema,
    IOptions<QualityOptions> options,
    TimeProvider time,
    ILogger<JobLoop> logger
) : TurnLoop(time)
{
    protected override int Lines => options.Value.Workers;

    protected override Task ReadyAsync(CancellationToken stoppingToken) => schema.WaitAsync(stoppingToken);

    protected override async Task<TimeSpan> TurnAsync(CancellationToken stoppingToken) =>
        await runner.RunOneAsync(stoppingToken) ? TimeSpan.Zero : Pause;

    protected override TimeSpan Failed(Exception exception)
    {
        if (exception is StorageUnavailableException)
        {
            Log.Away(logger, exception.Message);
        }
        else
        {
            Log.Failed(logger, exception);
        }

        return Pause;
    }

    private TimeSpan Pause => TimeSpan.FromSeconds(options.Value.PollSeconds);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Jobs wait for PostgreSQL: {Reason}")]
        public static partial void Away(ILogger logger, string reason);

        [LoggerMessage(2, LogLevel.Error, "A worker failed; it goes on with the next job.")]
        public static partial void Failed(ILogger logger, Exception exception);
    }
}
