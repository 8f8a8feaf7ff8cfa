using LlmObs.Storage.Schema;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace LlmObs.Storage.Writing;

/// <summary>Runs <see cref="Retention"/> at start and then every <see cref="StorageOptions.KeepInterval"/>.</summary>
public sealed partial class PartitionKeeper(
    Retention retention,
    SchemaState schema,
    IOptions<StorageOptions> options,
    TimeProvider time,
    ILogger<PartitionKeeper> logger
) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await schema.WaitAsync(stoppingToken);
        while (true)
        {
            await KeepAsync(stoppingToken);
            await Task.Delay(options.Value.KeepInterval, time, stoppingToken);
        }
    }

    private async Task KeepAsync(CancellationToken cancellationToken)
    {
        try
        {
            var result = await retention.KeepAsync(cancellationToken);
            if (result.DroppedDays.Count > 0)
            {
                Log.Dropped(logger, result.DroppedDays.Count, result.DroppedDays[0], result.DroppedDays[^1]);
            }
        }
        catch (Exception exception) when (exception is StorageUnavailableException or NpgsqlException)
        {
            Log.Failed(logger, exception);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "Dropped the spans of {Days} days past retention, {First} to {Last}")]
        public static partial void Dropped(ILogger logger, int days, DateOnly first, DateOnly last);

        [LoggerMessage(LogLevel.Warning, "Partitions could not be kept in order; the next round tries again")]
        public static partial void Failed(ILogger logger, Exception exception);
    }
}
