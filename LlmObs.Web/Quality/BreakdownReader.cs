using LlmObs.Domain.Quality;
using LlmObs.Storage.Quality;

namespace LlmObs.Web.Quality;

/// <summary>The lines of the breakdown: steps, or groups of requests, each against the period before.</summary>
public sealed class BreakdownReader(QualityReader quality, StepReader steps)
{
    /// <summary>The dimension of a word of <see cref="QualityAddress.Groups"/>; null for steps.</summary>
    public static QualityGroup? GroupOf(string by) => Enum.TryParse<QualityGroup>(by, ignoreCase: true, out var group) ? group : null;

    /// <param name="cells">The requests by release, now and before: what is broken down by release needs no other.</param>
    public async Task<IReadOnlyList<BreakdownRow>> ReadAsync(
        QualityAddress address,
        QualityFilter filter,
        QualityFilter earlier,
        Measure measure,
        (IReadOnlyList<QualityCell> Now, IReadOnlyList<QualityCell> Before) cells,
        CancellationToken cancellationToken
    )
    {
        if (GroupOf(address.By) is not { } group)
        {
            return await StepsAsync(filter, earlier, cancellationToken);
        }

        if (group == QualityGroup.Release)
        {
            return Rows(QualityReader.Merged(cells.Now), QualityReader.Merged(cells.Before), measure);
        }

        var now = quality.TalliesAsync(filter, group, cancellationToken);
        var before = quality.TalliesAsync(earlier, group, cancellationToken);
        await Task.WhenAll(now, before);
        return Rows(await now, await before, measure);
    }

    private static IReadOnlyList<BreakdownRow> Rows(IReadOnlyList<QualityTally> now, IReadOnlyList<QualityTally> before, Measure measure)
    {
        var earlier = before.ToDictionary(tally => tally.Key);
        return
        [
            .. now.Take(QualityReader.MaxGroups)
                .Select(tally =>
                {
                    var was = earlier.GetValueOrDefault(tally.Key) ?? new QualityTally();
                    var (first, second) = (was.Of(measure), tally.Of(measure));
                    return new BreakdownRow(
                        tally.Key,
                        null,
                        tally.Requests,
                        measure,
                        second,
                        new(measure, first, second, QualityTally.Difference(measure, was, tally)),
                        tally.Times,
                        tally.Of(Measure.Cost).Value,
                        tally.Currency
                    )
                    {
                        Tally = tally,
                    };
                }),
        ];
    }

    private async Task<IReadOnlyList<BreakdownRow>> StepsAsync(QualityFilter filter, QualityFilter earlier, CancellationToken cancellationToken)
    {
        var now = steps.StepsAsync(filter, withTimes: true, cancellationToken);
        var before = steps.StepsAsync(earlier, withTimes: false, cancellationToken);
        await Task.WhenAll(now, before);
        var was = (await before).ToDictionary(step => (step.Name, step.Kind), step => step.Success);
        return
        [
            .. (await now).Select(step =>
            {
                var first = was.GetValueOrDefault((step.Name, step.Kind), Estimate.None);
                return new BreakdownRow(
                    step.Name,
                    step.Kind,
                    step.Runs,
                    Measure.SqlExecutable,
                    step.Success,
                    new(Measure.SqlExecutable, first, step.Success, Intervals.RateDifference(first, step.Success)),
                    step.Times,
                    step.Cost / step.Runs,
                    step.Currency
                );
            }),
        ];
    }
}
