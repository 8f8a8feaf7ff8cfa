using System.ComponentModel.DataAnnotations;

namespace LlmObs.Domain.Quality;

/// <summary>Where a team wants to be. Drawn beside each measure; nothing else depends on them.</summary>
public sealed class QualityGoals
{
    public const string Section = "Quality:Goals";

    [Range(0, 1)]
    public double SqlExecutable { get; set; } = 0.85;

    [Range(0, 1)]
    public double DataValid { get; set; } = 0.95;

    /// <summary>Median response time in milliseconds.</summary>
    [Range(1, 3_600_000)]
    public double TimeP50Ms { get; set; } = 8_000;

    /// <summary>1 to 5.</summary>
    [Range(1, 5)]
    public double Satisfaction { get; set; } = 4.3;

    /// <summary>Share of the requests that an evaluator judged.</summary>
    [Range(0, 1)]
    public double Evaluated { get; set; } = 1;
}
