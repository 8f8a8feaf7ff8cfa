using System.ComponentModel.DataAnnotations;

namespace LlmObs.TraceLog;

/// <summary>The spans logstore, as it is created and asked.</summary>
public sealed class TraceLogOptions
{
    public const string Section = "TraceLog";

    /// <summary>Days SLS keeps spans; 3650 keeps them for ever. Used when the logstore is created.</summary>
    [Range(1, 3650)]
    public int TtlDays { get; set; } = 30;

    /// <summary>Shards of a new logstore; each takes 5 MB/s, and SLS splits them when they are full.</summary>
    [Range(1, 10)]
    public int Shards { get; set; } = 2;

    /// <summary>Seconds one request to SLS may take.</summary>
    [Range(1, 600)]
    public int TimeoutSeconds { get; set; } = 30;

    /// <summary>What a condition on scores stands for at most in one search: the traces and spans of the newest scores that fit. SLS is sent the id of each.</summary>
    [Range(1, 10_000)]
    public int ScoredSpans { get; set; } = 1500;
}
