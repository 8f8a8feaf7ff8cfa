using System.Diagnostics.Metrics;

namespace LlmObs.Ingest.Spooling;

/// <summary>Instruments of the spool: what goes in and out, how much waits, how long already.</summary>
public sealed class SpoolMetrics : IDisposable
{
    private readonly Meter meter;
    private readonly Counter<long> spooled;
    private readonly Counter<long> drained;

    public SpoolMetrics(IMeterFactory meters, Spool spool, TimeProvider time)
    {
        meter = meters.Create(IngestMetrics.MeterName);
        spooled = meter.CreateCounter<long>("llmobs.ingest.spool.spooled", "{batch}", "Batches acknowledged from local disk.");
        drained = meter.CreateCounter<long>("llmobs.ingest.spool.drained", "{batch}", "Spooled batches that are in PostgreSQL.");
        meter.CreateObservableGauge("llmobs.ingest.spool.depth", () => spool.Status.Records, "{batch}", "Batches that wait on local disk.");
        meter.CreateObservableGauge("llmobs.ingest.spool.size", () => spool.Status.Bytes, "By", "Bytes of the spool's segments.");
        meter.CreateObservableGauge(
            "llmobs.ingest.spool.refused",
            () => spool.Status.SetAside,
            "{batch}",
            "Spooled batches PostgreSQL refused for good."
        );
        meter.CreateObservableGauge(
            "llmobs.ingest.spool.oldest_age",
            () => spool.Status.OldestAt is { } oldest ? (time.GetUtcNow() - oldest).TotalSeconds : 0,
            "s",
            "Age of the oldest batch on local disk."
        );
    }

    public void Spooled() => spooled.Add(1);

    public void Drained() => drained.Add(1);

    public void Dispose() => meter.Dispose();
}
