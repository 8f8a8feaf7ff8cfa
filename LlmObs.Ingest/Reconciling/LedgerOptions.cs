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

    /// <summary>Minutes until a minute is compared a second time: SLS may take a write, or lose one, after the first. 0: never.</summary>
    [Range(0, 10_080)]
    public int SecondLookMinutes { get; set; } = 60;

    /// <summary>Times the missing spans of a minute are sent again, and times its logs too many are deleted; what is left then stays for an operator.</summary>
    [Range(0, 100)]
    public int MaxRepairs { get; set; } = 5;

    /// <summary>Logs of which SLS holds more than one for a version of a span are deleted but for one. False only shows them.</summary>
    public bool RemoveSurplus { get; set; } = true;

    /// <summary>Hours until an SLS that refused to delete logs of a minute is asked again: the key may have been given what it lacked.</summary>
    [Range(0, 168)]
    public double AskAgainHours { get; set; } = 6;

    /// <summary>Spans of a minute whose logs too many are deleted in one turn.</summary>
    [Range(1, 10_000)]
    public int RemovalsATurn { get; set; } = 600;

    /// <summary>Seconds one replica has the turn; another takes it when that one died.</summary>
    [Range(10, 3600)]
    public double LeaseSeconds { get; set; } = 300;
}
