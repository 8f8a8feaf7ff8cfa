using System.ComponentModel.DataAnnotations;

namespace LlmObs.Storage;

/// <summary>How long PostgreSQL keeps spans, and how the outbox cuts its work.</summary>
public sealed class StorageOptions
{
    public const string Section = "Storage";

    /// <summary>Days a span is kept after it began or was received, whichever is later; 0 keeps everything.</summary>
    [Range(0, 3650)]
    public int RetentionDays { get; set; } = 30;

    /// <summary>Spans of one outbox row at most: one row becomes one PutLogs.</summary>
    [Range(1, 4096)]
    public int OutboxRowSpans { get; set; } = 500;

    /// <summary>Bytes of content (JSON, uncompressed) of one outbox row at most; a larger span has a row of its own.</summary>
    [Range(64 * 1024, 64 * 1024 * 1024)]
    public int OutboxRowBytes { get; set; } = 4 * 1024 * 1024;

    /// <summary>How long a writer may take to ship what it just committed before any other shipper may claim it.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan FastPathLease { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long nothing may come of a span that is sent in pieces before it is written as it is; one whose end has come is written at once.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan UpdateQuiet { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>Transactions in which spans are written at one time; batches that come meanwhile share the next one.</summary>
    [Range(1, 64)]
    public int CommitsAtOnce { get; set; } = 4;

    /// <summary>How often partitions are made ahead and old ones dropped.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan KeepInterval { get; set; } = TimeSpan.FromHours(1);

    /// <summary>How long keys and projects that were seen before go on working while PostgreSQL is away.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan KeyMemory { get; set; } = TimeSpan.FromHours(1);
}
