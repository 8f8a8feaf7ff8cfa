using LlmObs.Domain.Quality;
using LlmObs.Storage.Quality;

namespace LlmObs.Web.Quality;

/// <summary>Two releases side by side, as they were asked, and on the questions that both were asked.</summary>
public sealed class ReleaseComparer(SharedQuestionReader shared)
{
    private static readonly Measure[] Measures =
    [
        Measure.SqlExecutable,
        Measure.SqlFinal,
        Measure.DataValid,
        Measure.TimeP50,
        Measure.TimeP95,
        Measure.FirstTokenP50,
        Measure.FirstTokenP95,
        Measure.Satisfaction,
        Measure.Errors,
        Measure.Tokens,
        Measure.Cost,
    ];

    /// <summary>Null with fewer than two releases.</summary>
    /// <param name="newestFirst">The releases of the period.</param>
    public async Task<ReleaseComparison?> CompareAsync(
        QualityFilter filter,
        QualityAddress address,
        List<QualityTally> newestFirst,
        CancellationToken cancellationToken
    )
    {
        var b = newestFirst.Find(release => release.Key == address.B) ?? newestFirst.FirstOrDefault();
        var a = newestFirst.Find(release => release.Key == address.A) ?? newestFirst.Find(release => release != b);
        if (a is null || b is null)
        {
            return null;
        }

        var rows = Measures
            .Select(measure => new Comparison(measure, a.Of(measure), b.Of(measure), QualityTally.Difference(measure, a, b)))
            .Where(row => row.First.Count + row.Second.Count > 0)
            .ToList();
        var measure = a.SqlJudged > 0 && b.SqlJudged > 0 ? Measure.SqlExecutable : Measure.Errors;
        var strata = await shared.StrataAsync(filter, a.Key, b.Key, measure, cancellationToken);
        var difference = Stratified.RateDifference(strata);
        return new(a, b, rows, strata.Count == 0 ? null : new(measure, strata.Count, difference));
    }
}
