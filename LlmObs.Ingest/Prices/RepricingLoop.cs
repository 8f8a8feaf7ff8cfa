using LlmObs.ServiceDefaults;
using LlmObs.Storage.Prices;
using LlmObs.Storage.Schema;

namespace LlmObs.Ingest.Prices;

/// <summary>Works out costs anew where somebody asked for it on the page Prices, slowly enough that senders do not notice.</summary>
public sealed partial class RepricingLoop(Repricer repricer, SchemaState schema, TimeProvider time, ILogger<RepricingLoop> logger) : TurnLoop(time)
{
    private const int SpansATurn = 500;
    private static readonly TimeSpan BetweenPages = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    protected override Task ReadyAsync(CancellationToken stoppingToken) => schema.WaitAsync(stoppingToken);

    protected override async Task<TimeSpan> TurnAsync(CancellationToken stoppingToken) =>
        await repricer.TurnAsync(SpansATurn, stoppingToken) ? BetweenPages : Interval;

    protected override TimeSpan Failed(Exception exception)
    {
        Log.Failed(logger, exception);
        return Interval;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Costs cannot be worked out anew now; the request stays open.")]
        public static partial void Failed(ILogger logger, Exception exception);
    }
}
