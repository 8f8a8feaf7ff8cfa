using System.ComponentModel.DataAnnotations;

namespace LlmObs.Ingest.Spooling;

/// <summary>Where batches wait while PostgreSQL cannot take them.</summary>
public sealed class SpoolOptions
{
    public const string Section = "Spool";

    /// <summary>A directory on a disk that survives a restart, of this process alone. When not set: <c>.llmobs/spool</c> under the content root.</summary>
    public string? Directory { get; set; }

    /// <summary>Bytes of all segments at most; beyond, clients are told to come again. 0 keeps no spool.</summary>
    [Range(0, 1L << 50)]
    public long MaxBytes { get; set; } = 1024L * 1024 * 1024;

    /// <summary>Bytes after which another segment is begun. A segment is deleted when all of it is in PostgreSQL.</summary>
    [Range(4096, 1024 * 1024 * 1024)]
    public int SegmentBytes { get; set; } = 16 * 1024 * 1024;

    /// <summary>Seconds a commit may take before PostgreSQL is asked whether it is there at all; when it does not say so within as long again, the batch is spooled.</summary>
    [Range(0.1, 60)]
    public double PatienceSeconds { get; set; } = 2;

    /// <summary>Seconds between tries to bring spooled batches to PostgreSQL.</summary>
    [Range(0.05, 600)]
    public double RetrySeconds { get; set; } = 1;
}
