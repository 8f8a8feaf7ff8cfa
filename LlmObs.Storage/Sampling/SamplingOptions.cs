using System.ComponentModel.DataAnnotations;

namespace LlmObs.Storage.Sampling;

/// <summary>How many traces are kept. By default all.</summary>
public sealed class SamplingOptions
{
    public const string Section = "Sampling";

    /// <summary>Share of traces kept whatever they are, 0 to 1. Traces with an error or a score are kept besides.</summary>
    [Range(0.0, 1.0)]
    public double KeepShare { get; set; } = 1;

    /// <summary>How long a trace outside the share must be quiet before it is kept for an error, or dropped.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan Quiet { get; set; } = TimeSpan.FromMinutes(2);
}
