using System.ComponentModel.DataAnnotations;

namespace LlmObs.Storage.Access;

/// <summary>What a key may ask for that has no limits of its own. Each replica counts by itself.</summary>
public sealed class RateLimitOptions
{
    public const string Section = "RateLimits";

    /// <summary>Requests a second of one key, to send or to read; 0 for no limit.</summary>
    [Range(0, 1_000_000)]
    public int RequestsPerSecond { get; set; }

    /// <summary>Spans, or log records, a second of one key; 0 for no limit.</summary>
    [Range(0, 100_000_000)]
    public int SpansPerSecond { get; set; }

    /// <summary>A key that was quiet may ask for as much at once as so many seconds allow.</summary>
    [Range(1, 3600)]
    public int BurstSeconds { get; set; } = 10;
}
