using LlmObs.Storage;
using LlmObs.Storage.Schema;
using Microsoft.Extensions.Options;
using OpenTelemetry;

namespace LlmObs.Quality.Facts;

/// <summary>Gives the roll-up its turns.</summary>
public sealed partial class FactLoop(
    FactRollup rollup,
    SchemaState schema,
    IOptions<FactOptions> options,
    TimeProvider time,
    ILogger<FactLoop> logger
) : BackgroundService
{
    private static readonly TimeSpan ForgetEvery = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var quiet = SuppressInstrumentationScope.Begin();
        await schema.WaitAsync(stoppingToken);
        var nextForget = time.GetUtcNow();
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await rollup.RunAsync(stoppingToken);
                if (time.GetUtcNow() >= nextForget)
                {
                    await rollup.ForgetAsync(stoppingToken);
                    nextForget = time.GetUtcNow() + ForgetEvery;
                }
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

            await Task.Delay(TimeSpan.FromSeconds(options.Value.IntervalSeconds), time, stoppingToken)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Quality facts cannot be worked out now: {Reason}")]
        public static partial void Away(ILogger logger, string reason);

        [LoggerMessage(2, LogLevel.Warning, "A turn of the quality facts failed; its requests stay due.")]
        public static partial void Failed(ILogger logger, Exception exception);
    }
}
