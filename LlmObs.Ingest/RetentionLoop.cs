using LlmObs.ServiceDefaults;
using LlmObs.Storage;
using LlmObs.Storage.Schema;
using LlmObs.Storage.Writing;
using Microsoft.Extensions.Options;

namespace LlmObs.Ingest;

/// <summary>Makes the days' partitions ahead and drops those past retention, at start and then every <see cref="StorageOptions.KeepInterval"/>.</summary>
public sealed partial class RetentionLoop(
    Retention retention,
    SchemaState schema,
    IOptions<StorageOptions> options,
    TimeProvider time,
    ILogger<RetentionLoop> logger
) : TurnLoop(time)
{
    protected override Task ReadyAsync(CancellationToken stoppingToken) => schema.WaitAsync(stoppingToken);

    protected override async Task<TimeSpan> TurnAsync(CancellationToken stoppingToken)
    {
        var result = await retention.KeepAsync(stoppingToken);
        if (result.DroppedDays.Count > 0)
        {
            Log.Dropped(logger, result.DroppedDays.Count, result.DroppedDays[0], result.DroppedDays[^1]);
        }

        return options.Value.KeepInterval;
    }

    protected override TimeSpan Failed(Exception exception)
    {
        Log.Failed(logger, exception);
        return options.Value.KeepInterval;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Dropped the spans of {Days} days past retention, {First} to {Last}.")]
        public static partial void Dropped(ILogger logger, int days, DateOnly first, DateOnly last);

        [LoggerMessage(2, LogLevel.Warning, "Partitions could not be kept in order; the next round tries again.")]
        public static partial void Failed(ILogger logger, Exception exception);
    }
}
