using LlmObs.ServiceDefaults;
using LlmObs.Storage.Redaction;
using LlmObs.Storage.Schema;

namespace LlmObs.Ingest.Redaction;

/// <summary>Adds what redaction found to PostgreSQL every few seconds, and once more when Ingest stops.</summary>
public sealed partial class RedactionCountsLoop(RedactionCounts counts, SchemaState schema, TimeProvider time, ILogger<RedactionCountsLoop> logger)
    : TurnLoop(time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        try
        {
            using var quiet = OpenTelemetry.SuppressInstrumentationScope.Begin();
            await counts.StoreAsync(cancellationToken);
        }
        catch (Exception exception)
        {
            Failed(exception);
        }
    }

    protected override Task ReadyAsync(CancellationToken stoppingToken) => schema.WaitAsync(stoppingToken);

    protected override async Task<TimeSpan> TurnAsync(CancellationToken stoppingToken)
    {
        await counts.StoreAsync(stoppingToken);
        return Interval;
    }

    protected override TimeSpan Failed(Exception exception)
    {
        Log.NotYet(logger, exception.Message);
        return Interval;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Counts of redaction wait in memory: {Reason}")]
        public static partial void NotYet(ILogger logger, string reason);
    }
}
