using LlmObs.ServiceDefaults;
using LlmObs.Storage.Schema;
using LlmObs.Storage.Writing;
using Microsoft.Extensions.Options;

namespace LlmObs.Ingest.Shipping;

/// <summary>Brings content that came apart from its span together with it, as it becomes due. The merger decides what that is.</summary>
public sealed partial class LateContentLoop(
    LateContentMerger merger,
    SchemaState schema,
    ShippingPolicy policy,
    IOptions<ShippingOptions> options,
    TimeProvider time,
    ILogger<LateContentLoop> logger
) : TurnLoop(time)
{
    private const int SpansATurn = 500;
    private int failures;

    protected override Task ReadyAsync(CancellationToken stoppingToken) => schema.WaitAsync(stoppingToken);

    protected override async Task<TimeSpan> TurnAsync(CancellationToken stoppingToken)
    {
        var merged = await merger.MergeDueAsync(SpansATurn, stoppingToken);
        failures = 0;
        return merged > 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(options.Value.LateContentSeconds);
    }

    protected override TimeSpan Failed(Exception exception)
    {
        Log.MergeFailed(logger, exception);
        return policy.Pause(++failures);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Late content cannot be merged now; it stays where it is.")]
        public static partial void MergeFailed(ILogger logger, Exception exception);
    }
}
