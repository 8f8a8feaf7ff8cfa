using System.Diagnostics.Metrics;
using LlmObs.Domain.Spans;
using LlmObs.Storage.Reconciling;

namespace LlmObs.Ingest.Reconciling;

/// <summary>Instruments of the ledger.</summary>
public sealed class LedgerMetrics : IDisposable
{
    public const string MeterName = "LlmObs.Ingest.Ledger";

    private readonly Meter meter;
    private readonly Counter<long> minutes;
    private readonly Counter<long> repaired;
    private readonly Counter<long> surplus;
    private readonly Counter<long> removed;
    private volatile LedgerStatus? status;

    public LedgerMetrics(IMeterFactory factory, TimeProvider time)
    {
        meter = factory.Create(MeterName);
        minutes = meter.CreateCounter<long>("llmobs.ledger.minutes", "{minute}", "Minutes of a project compared, by outcome.");
        repaired = meter.CreateCounter<long>("llmobs.ledger.repaired", "{span}", "Spans SLS lacked that were sent again.");
        surplus = meter.CreateCounter<long>("llmobs.ledger.surplus", "{log}", "Logs SLS holds beyond the record.");
        removed = meter.CreateCounter<long>("llmobs.ledger.removed", "{log}", "Logs too many that were deleted.");
        meter.CreateObservableGauge("llmobs.ledger.gaps", () => Read(now => now.Gaps), "{minute}", "Minutes of a project in which SLS lacks spans.");
        meter.CreateObservableGauge("llmobs.ledger.missing", () => Read(now => now.MissingSpans), "{span}", "Spans SLS lacks in those minutes.");
        meter.CreateObservableGauge(
            "llmobs.ledger.lag",
            () => Read(now => Math.Max(0, (time.GetUtcNow() - now.NextMinute).TotalSeconds)),
            "s",
            "Time since the first minute that is not compared yet."
        );
    }

    public void Compared(LedgerEntry entry, LedgerEntry? before)
    {
        minutes.Add(1, new KeyValuePair<string, object?>("outcome", entry.State.ToString().ToLowerInvariant()));
        surplus.Add(Math.Max(0, entry.SurplusLogs - (before?.SurplusLogs ?? 0)));
    }

    public void Repaired(int spans) => repaired.Add(spans);

    public void Removed(long logs) => removed.Add(logs);

    /// <summary>Keeps the ledger's state for the gauges, which must not ask a database.</summary>
    public void Report(LedgerStatus current) => status = current;

    public void Dispose() => meter.Dispose();

    private IEnumerable<Measurement<T>> Read<T>(Func<LedgerStatus, T> value)
        where T : struct => status is { } current ? [new Measurement<T>(value(current))] : [];
}
