using System.ComponentModel.DataAnnotations;

namespace LlmObs.Quality.Facts;

/// <summary>How the facts behind the quality page are kept up to date.</summary>
public sealed class FactOptions
{
    public const string Section = "Quality:Facts";

    /// <summary>Seconds between looks for new spans and scores.</summary>
    [Range(0.1, 3600)]
    public double IntervalSeconds { get; set; } = 3;

    /// <summary>Spans looked at in one step, about; a turn takes as many steps as there is work.</summary>
    [Range(100, 100_000)]
    public int StepSpans { get; set; } = 5_000;

    /// <summary>Seconds after the first change of an hour before its steps are added up anew; until then a page reads them one by one.</summary>
    [Range(0, 3600)]
    public double HourRestSeconds { get; set; } = 30;

    /// <summary>Seconds one replica has the turn; another takes it when that one died.</summary>
    [Range(10, 3600)]
    public double LeaseSeconds { get; set; } = 120;
}
