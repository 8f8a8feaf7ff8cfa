using LlmObs.ServiceDefaults;
using LlmObs.Storage.Sampling;
using LlmObs.Storage.Schema;

namespace LlmObs.Ingest.Sampling;

/// <summary>Lets <see cref="TraceSampling"/> decide about quiet traces. It runs with sampling off as well: traces may still be held from before.</summary>
public sealed partial class SamplingLoop(TraceSampling sampling, SchemaState schema, TimeProvider time, ILogger<SamplingLoop> logger) : TurnLoop(time)
{
    private const int TracesATurn = 100;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    protected override Task ReadyAsync(CancellationToken stoppingToken) => schema.WaitAsync(stoppingToken);

    protected override async Task<TimeSpan> TurnAsync(CancellationToken stoppingToken)
    {
        var turn = await sampling.DecideAsync(TracesATurn, stoppingToken);
        return turn.KeptTraces + turn.DroppedTraces == TracesATurn ? TimeSpan.Zero : Interval;
    }

    protected override TimeSpan Failed(Exception exception)
    {
        Log.Failed(logger, exception);
        return Interval;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "No decision about held traces now; they stay held.")]
        public static partial void Failed(ILogger logger, Exception exception);
    }
}
