using System.ComponentModel.DataAnnotations;

namespace LlmObs.Ingest.Shipping;

/// <summary>How committed batches get to SLS.</summary>
public sealed class ShippingOptions
{
    public const string Section = "Shipping";

    /// <summary>Batches sent at one time.</summary>
    [Range(1, 64)]
    public int MaxInFlight { get; set; } = 4;

    /// <summary>Of its time, the share that shipping works while many senders wait for their acknowledgement; 1: it does not step back.</summary>
    [Range(0.01, 1)]
    public double BusyShare { get; set; } = 0.1;

    /// <summary>Batches that wait in memory. What does not fit is shipped from the outbox.</summary>
    [Range(1, 100_000)]
    public int QueueBatches { get; set; } = 256;

    /// <summary>Characters of content that wait in memory; a character takes two bytes.</summary>
    [Range(1, int.MaxValue)]
    public int QueueCharacters { get; set; } = 32_000_000;

    /// <summary>Seconds after its commit in which a batch may be sent from memory; later ones are left to the outbox.</summary>
    [Range(1, 3600)]
    public double MaxQueueSeconds { get; set; } = 10;

    /// <summary>
    /// Seconds after its commit in which a batch must have been sent from memory; then the attempt is broken off. Storage's FastPathLease must be longer by
    /// <see cref="VisibilitySeconds"/>: who claims the row then asks SLS, and must find what was sent.
    /// </summary>
    [Range(1, 3600)]
    public double FastPathSeconds { get; set; } = 20;

    /// <summary>Seconds a claimed batch belongs to one shipper, which breaks off <see cref="VisibilitySeconds"/> earlier.</summary>
    [Range(20, 3600)]
    public int LeaseSeconds { get; set; } = 120;

    /// <summary>Seconds between looks into the outbox when nothing is due.</summary>
    [Range(0.1, 600)]
    public double PollSeconds { get; set; } = 2;

    /// <summary>Spans a second that are shipped from the outbox, so that a backlog does not crowd out what arrives.</summary>
    [Range(1, 1_000_000)]
    public int DrainSpansPerSecond { get; set; } = 5000;

    /// <summary>Seconds before the first retry; they double with each.</summary>
    [Range(0.01, 600)]
    public double FirstRetrySeconds { get; set; } = 1;

    /// <summary>Most seconds between retries of a batch.</summary>
    [Range(1, 86_400)]
    public double MaxRetrySeconds { get; set; } = 300;

    /// <summary>Seconds after which a written log is certainly found; before, asking SLS for a batch proves nothing.</summary>
    [Range(0, 15)]
    public double VisibilitySeconds { get; set; } = 10;

    /// <summary>
    /// Seconds that a write nobody answered in time may still come into effect in SLS: until then it is neither asked for nor repeated. What SLS takes later
    /// still is there twice, until the ledger has it deleted; readers count a span once.
    /// </summary>
    [Range(0, 3600)]
    public double LateWriteSeconds { get; set; } = 60;

    /// <summary>Attempts after which a batch is parked that SLS refuses for no reason we know.</summary>
    [Range(1, 1000)]
    public int MaxAttempts { get; set; } = 12;

    /// <summary>Most seconds that shipping pauses while SLS is away, before it tries again.</summary>
    [Range(0.1, 3600)]
    public double MaxPauseSeconds { get; set; } = 15;

    /// <summary>Seconds between looks for late content (GenAI log events) when none is due.</summary>
    [Range(0.1, 600)]
    public double LateContentSeconds { get; set; } = 0.5;
}
