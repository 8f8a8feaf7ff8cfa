using LlmObs.ServiceDefaults;
using LlmObs.Storage;
using LlmObs.Storage.Schema;
using Microsoft.Extensions.Options;

namespace LlmObs.Quality.Facts;

/// <summary>Gives the roll-up its turns.</summary>
public sealed partial class FactLoop(
    FactRollup rollup,
    SchemaState schema,
    IOptions<FactOptions> options,
    TimeProvider time,
    ILogger<FactLoop> logger
) : TurnLoop(time)
{
    private static readonly TimeSpan ForgetEvery = TimeSpan.FromHours(1);
    private DateTimeOffset nextForget;

    protected override Task ReadyAsync(CancellationToken stoppingToken) => schema.WaitAsync(stoppingToken);

    protected override async Task<TimeSpan> TurnAsync(CancellationToken stoppingToken)
    {
        await rollup.RunAsync(stoppingToken);
        if (Time.GetUtcNow() >= nextForget)
        {
            await rollup.ForgetAsync(stoppingToken);
            nextForget = Time.GetUtcNow() + ForgetEvery;
        }

        return Interval;
    }

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

        return Interval;
    }

    private TimeSpan Interval => TimeSpan.FromSeconds(options.Value.IntervalSeconds);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Quality facts cannot be worked out now: {Reason}")]
        public static partial void Away(ILogger logger, string reason);

        [LoggerMessage(2, LogLevel.Warning, "A turn of the quality facts failed; its requests stay due.")]
        public static partial void Failed(ILogger logger, Exception exception);
    }
}
