using LlmObs.Storage.Schema;
using LlmObs.Storage.Writing;
using Microsoft.Extensions.Options;
using OpenTelemetry;

namespace LlmObs.Ingest.Shipping;

/// <summary>Brings content that came apart from its span together with it, as it becomes due. The merger decides what that is.</summary>
public sealed partial class LateContentLoop(
    LateContentMerger merger,
    SchemaState schema,
    ShippingPolicy policy,
    IOptions<ShippingOptions> options,
    TimeProvider time,
    ILogger<LateContentLoop> logger
) : BackgroundService
{
    private const int SpansATurn = 500;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var quiet = SuppressInstrumentationScope.Begin();
        await schema.WaitAsync(stoppingToken);
        var failures = 0;
        while (!stoppingToken.IsCancellationRequested)
        {
            var wait = TimeSpan.FromSeconds(options.Value.LateContentSeconds);
            try
            {
                if (await merger.MergeDueAsync(SpansATurn, stoppingToken) > 0)
                {
                    wait = TimeSpan.Zero;
                }

                failures = 0;
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                Log.MergeFailed(logger, exception);
                wait = policy.Pause(++failures);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            await Task.Delay(wait, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Late content cannot be merged now; it stays where it is.")]
        public static partial void MergeFailed(ILogger logger, Exception exception);
    }
}
