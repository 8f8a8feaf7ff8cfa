using System.Diagnostics.Metrics;
using LlmObs.Storage.Writing;

namespace LlmObs.Ingest.Shipping;

/// <summary>Instruments of the way from the outbox to SLS.</summary>
public sealed class ShippingMetrics : IDisposable
{
    public const string MeterName = "LlmObs.Ingest.Shipping";

    private readonly Meter meter;
    private readonly Counter<long> batches;
    private readonly Counter<long> spans;
    private readonly Counter<long> failures;
    private readonly Counter<long> parked;
    private readonly Histogram<double> delay;
    private readonly TimeProvider time;
    private volatile OutboxStatus? status;

    public ShippingMetrics(IMeterFactory factory, ShippingQueue queue, ShippingPause pause, TimeProvider time)
    {
        this.time = time;
        meter = factory.Create(MeterName);
        batches = meter.CreateCounter<long>("llmobs.shipping.batches", "{batch}", "Batches that are in SLS.");
        spans = meter.CreateCounter<long>("llmobs.shipping.spans", "{span}", "Spans that are in SLS.");
        failures = meter.CreateCounter<long>("llmobs.shipping.failures", "{attempt}", "Attempts that failed, by code.");
        parked = meter.CreateCounter<long>("llmobs.shipping.parked", "{batch}", "Batches set aside for good.");
        delay = meter.CreateHistogram<double>("llmobs.shipping.delay", "s", "From commit to SLS.");
        meter.CreateObservableGauge("llmobs.shipping.queue.depth", () => queue.Depth, "{batch}", "Batches waiting in memory.");
        meter.CreateObservableGauge("llmobs.shipping.outbox.depth", () => Read(now => now.Pending), "{batch}", "Batches waiting in PostgreSQL.");
        meter.CreateObservableGauge("llmobs.shipping.outbox.spans", () => Read(now => now.PendingSpans), "{span}", "Spans waiting in PostgreSQL.");
        meter.CreateObservableGauge("llmobs.shipping.outbox.parked", () => Read(now => now.Parked), "{batch}", "Batches set aside.");
        meter.CreateObservableGauge(
            "llmobs.shipping.outbox.oldest_age",
            () => Read(now => now.OldestAt is { } oldest ? (this.time.GetUtcNow() - oldest).TotalSeconds : 0),
            "s",
            "Age of the oldest batch waiting in PostgreSQL."
        );
        meter.CreateObservableGauge(
            "llmobs.shipping.paused",
            () => pause.Remaining > TimeSpan.Zero ? 1 : 0,
            description: "1 while shipping rests because SLS is away."
        );
    }

    /// <param name="wasThere">SLS had the whole batch already.</param>
    public void Shipped(int spanCount, bool wasThere, TimeSpan sinceCommit)
    {
        batches.Add(1, new KeyValuePair<string, object?>("already_there", wasThere));
        spans.Add(spanCount);
        delay.Record(sinceCommit.TotalSeconds);
    }

    public void Failed(string code) => failures.Add(1, new KeyValuePair<string, object?>("error.type", code));

    public void Parked() => parked.Add(1);

    /// <summary>Keeps the outbox's state for the gauges, which must not ask a database.</summary>
    public void Report(OutboxStatus current) => status = current;

    public void Dispose() => meter.Dispose();

    // Before the first look there is nothing to say, which is not zero.
    private IEnumerable<Measurement<T>> Read<T>(Func<OutboxStatus, T> value)
        where T : struct => status is { } current ? [new Measurement<T>(value(current))] : [];
}
