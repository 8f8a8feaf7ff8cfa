using LlmObs.Storage.Sampling;
using LlmObs.Storage.Schema;
using OpenTelemetry;

namespace LlmObs.Ingest.Sampling;

/// <summary>Lets <see cref="TraceSampling"/> decide about quiet traces. It runs with sampling off as well: traces may still be held from before.</summary>
public sealed partial class SamplingLoop(TraceSampling sampling, SchemaState schema, TimeProvider time, ILogger<SamplingLoop> logger)
    : BackgroundService
{
    private const int TracesATurn = 100;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var quiet = SuppressInstrumentationScope.Begin();
        await schema.WaitAsync(stoppingToken);
        while (!stoppingToken.IsCancellationRequested)
        {
            var wait = Interval;
            try
            {
                var turn = await sampling.DecideAsync(TracesATurn, stoppingToken);
                if (turn.KeptTraces + turn.DroppedTraces == TracesATurn)
                {
                    wait = TimeSpan.Zero;
                }
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                Log.Failed(logger, exception);
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
        [LoggerMessage(1, LogLevel.Warning, "No decision about held traces now; they stay held.")]
        public static partial void Failed(ILogger logger, Exception exception);
    }
}
