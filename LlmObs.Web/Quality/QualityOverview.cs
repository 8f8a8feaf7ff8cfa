using LlmObs.Domain.Quality;
using LlmObs.Storage.Cases;
using LlmObs.Storage.Quality;

namespace LlmObs.Web.Quality;

/// <summary>A measure now and in the period before.</summary>
public sealed record Reading(Measure Measure, Estimate Now, Estimate Before, Estimate Change, double? Goal)
{
    public Gauge Gauge => Gauge.Of(Measure, Now, Before, Goal);

    public Verdict Verdict => new Comparison(Measure, Before, Now, Change).Verdict;
}

/// <summary>A line of the breakdown.</summary>
/// <param name="Kind">The span kind of a step; null for a group of requests.</param>
/// <param name="Count">Runs of a step, or requests.</param>
/// <param name="Change">Against the period before.</param>
/// <param name="Times">Milliseconds of each request, or that it spent in the step.</param>
/// <param name="CostEach">Of a run or a request; null without a price.</param>
public sealed record BreakdownRow(
    string Key,
    int? Kind,
    long Count,
    Measure Measure,
    Estimate Value,
    Comparison Change,
    Histogram Times,
    double? CostEach,
    string? Currency
)
{
    /// <summary>The group with all its measures; null for a step.</summary>
    public QualityTally? Tally { get; init; }
}

/// <summary>What the questions say that two releases were both asked.</summary>
/// <param name="Change">Second minus first within the questions; its count is that of the smaller release.</param>
public sealed record SharedQuestions(Measure Measure, int Questions, Estimate Change);

/// <summary>Two releases side by side, as they were asked.</summary>
/// <param name="Shared">Null when no question was asked of both.</param>
public sealed record ReleaseComparison(QualityTally A, QualityTally B, IReadOnlyList<Comparison> Rows, SharedQuestions? Shared);

/// <summary>All that the quality page shows.</summary>
/// <param name="Measure">The one whose trend and breakdown are shown.</param>
/// <param name="Cases">How fast the project's cases moved in this time: they belong to no release, so that conditions do not narrow them.</param>
/// <param name="Releases">All releases of the period, newest first.</param>
public sealed record QualityOverview(
    QualityFilter Filter,
    QualityTally Now,
    QualityTally Before,
    IReadOnlyList<Reading> Readings,
    Measure Measure,
    IReadOnlyList<TrendPoint> Trend,
    IReadOnlyList<BreakdownRow> Rows,
    IReadOnlyList<QualityTally> Releases,
    ReleaseComparison? Comparison,
    IReadOnlyList<FailureGroup> Failures,
    CaseTimes Cases,
    CaseTimes CasesBefore
)
{
    public Reading Reading(Measure measure) => Readings.First(reading => reading.Measure == measure);
}
