using LlmObs.Sls.Emulator.Catalog;

namespace LlmObs.Sls.Emulator.Storage;

/// <summary>Every hour, forgets the logs that are older than their logstore's time to live.</summary>
public sealed partial class Retention(SlsCatalog catalog, TimeProvider time, ILogger<Retention> logger) : BackgroundService
{
    private const int Forever = 3650;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromHours(1), time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            foreach (var definition in catalog.AllLogstores().Where(definition => definition.Ttl is > 0 and < Forever))
            {
                try
                {
                    var logstore = catalog.Open(definition.Project, definition.Name);
                    await logstore.DropBeforeAsync(time.GetUtcNow().AddDays(-definition.Ttl), stoppingToken);
                }
                catch (Exception failure) when (failure is not OperationCanceledException)
                {
                    Log.Failed(logger, failure, definition.Project, definition.Name);
                }
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "Old logs of {Project}/{Logstore} could not be dropped; the next turn tries again")]
        public static partial void Failed(ILogger logger, Exception exception, string project, string logstore);
    }
}
