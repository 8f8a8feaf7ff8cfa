using System.Diagnostics.Metrics;
using LlmObs.Storage.Dify;

namespace LlmObs.Ingest.Dify;

/// <summary>How many spans of Dify's over OTLP wait for their run, and how long already.</summary>
internal sealed class ToldSpanMetrics : IDisposable
{
    private readonly Meter meter;
    private volatile ToldWaiting? waiting;

    public ToldSpanMetrics(IMeterFactory meters, TimeProvider time)
    {
        meter = meters.Create(IngestMetrics.MeterName);
        meter.CreateObservableGauge("llmobs.ingest.dify.waiting", () => Read(now => now.Spans), "{span}", "Spans of Dify's that wait for their run.");
        meter.CreateObservableGauge(
            "llmobs.ingest.dify.oldest_age",
            () => Read(now => now.OldestAt is { } oldest ? (time.GetUtcNow() - oldest).TotalSeconds : 0),
            "s",
            "Age of the oldest of them."
        );
    }

    /// <summary>Keeps what waits for the gauges, which must not ask a database.</summary>
    public void Report(ToldWaiting current) => waiting = current;

    public void Dispose() => meter.Dispose();

    // Before the first look there is nothing to say, which is not zero.
    private IEnumerable<Measurement<T>> Read<T>(Func<ToldWaiting, T> value)
        where T : struct => waiting is { } current ? [new Measurement<T>(value(current))] : [];
}
