using System.ComponentModel.DataAnnotations;

namespace LlmObs.Ingest.Reconciling;

/// <summary>How PostgreSQL and SLS are compared.</summary>
public sealed class LedgerOptions
{
    public const string Section = "Ledger";

    /// <summary>False leaves the stores uncompared.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>Seconds between turns.</summary>
    [Range(0.1, 3600)]
    public double IntervalSeconds { get; set; } = 20;

    /// <summary>Seconds after its end before a minute is compared, and between looks at one that is open. What was shipped must be found in SLS by then.</summary>
    [Range(0, 86_400)]
    public double DelaySeconds { get; set; } = 90;

    /// <summary>Minutes compared in one turn, and as many open ones looked at again.</summary>
    [Range(1, 1440)]
    public int MinutesATurn { get; set; } = 30;

    /// <summary>Times the missing spans of a minute are sent again; after that the gap stays open for an operator.</summary>
    [Range(0, 100)]
    public int MaxRepairs { get; set; } = 5;

    /// <summary>Seconds one replica has the turn; another takes it when that one died.</summary>
    [Range(10, 3600)]
    public double LeaseSeconds { get; set; } = 300;
}
