using LlmObs.Storage;
using LlmObs.Storage.Schema;
using Microsoft.Extensions.Options;
using OpenTelemetry;

namespace LlmObs.Quality.Jobs;

/// <summary>Gives jobs their turns, a few at one time.</summary>
public sealed partial class JobLoop(
    JobRunner runner,
    SchemaState schema,
    IOptions<QualityOptions> options,
    TimeProvider time,
    ILogger<JobLoop> logger
) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await schema.WaitAsync(stoppingToken);
        await Task.WhenAll(Enumerable.Range(0, options.Value.Workers).Select(_ => WorkAsync(stoppingToken)));
    }

    private async Task WorkAsync(CancellationToken stoppingToken)
    {
        // Looking for work and doing it is no trace of the stack; what judges are asked is one.
        using var quiet = SuppressInstrumentationScope.Begin();
        while (!stoppingToken.IsCancellationRequested)
        {
            var hadWork = false;
            try
            {
                hadWork = await runner.RunOneAsync(stoppingToken);
            }
            catch (StorageUnavailableException exception)
            {
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

            if (!hadWork)
            {
                await Task.Delay(TimeSpan.FromSeconds(options.Value.PollSeconds), time, stoppingToken)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Jobs wait for PostgreSQL: {Reason}")]
        public static partial void Away(ILogger logger, string reason);

        [LoggerMessage(2, LogLevel.Error, "A worker failed; it goes on with the next job.")]
        public static partial void Failed(ILogger logger, Exception exception);
    }
}
