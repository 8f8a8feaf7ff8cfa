using LlmObs.Domain.Quality;
using LlmObs.Storage.Cases;
using LlmObs.Storage.Quality;
using LlmObs.Web.Shell;
using Microsoft.Extensions.Options;

namespace LlmObs.Web.Quality;

/// <summary>Answers the quality page: everything it shows is asked at once.</summary>
public sealed class OverviewReader(
    QualityReader quality,
    FailureReader failures,
    CaseClock cases,
    IOptions<QualityGoals> goals,
    ViewerZone zone,
    TimeProvider time
)
{
    private static readonly TimeSpan HoursUpTo = TimeSpan.FromHours(48);
    private static readonly Bootstrap Bootstrap = new();

    public async Task<QualityOverview> ReadAsync(QualityAddress address, CancellationToken cancellationToken)
    {
        var filter = address.Filter(time.GetUtcNow());
        var earlier = filter with { From = filter.From - (filter.To - filter.From), To = filter.From };
        var group = GroupOf(address.By);

        var now = quality.TallyAsync(filter, cancellationToken);
        var before = quality.TallyAsync(earlier, cancellationToken);
        var durations = quality.DurationsAsync(filter, cancellationToken);
        var durationsBefore = quality.DurationsAsync(earlier, cancellationToken);
        var trend = TrendAsync(filter, cancellationToken);
        var releases = quality.TalliesAsync(filter with { Release = null }, QualityGroup.Release, "UTC", cancellationToken);
        var failing = failures.GroupsAsync(filter, cancellationToken);
        await Task.WhenAll(now, before, durations, durationsBefore, trend, releases, failing);

        var (tally, tallyBefore) = (await now, await before);
        var (times, timesBefore) = (await durations, await durationsBefore);
        var measure = address.Chosen ?? (tally.SqlJudged > 0 ? Measure.SqlExecutable : Measure.Errors);
        var newestFirst = (await releases).Where(release => release.Key.Length > 0).OrderByDescending(release => release.FirstAt).ToList();
        var rows = group is { } by
            ? await GroupsAsync(filter, earlier, by, measure, cancellationToken)
            : await StepsAsync(filter, earlier, cancellationToken);
        return new(
            filter,
            tally,
            tallyBefore,
            [
                .. Measure.All.Select(one =>
                    Percentile(one) is { } p
                        ? new Reading(
                            one,
                            Bootstrap.Percentile(times, p),
                            Bootstrap.Percentile(timesBefore, p),
                            Bootstrap.Difference(timesBefore, times, p),
                            GoalOf(one)
                        )
                        : Compare(one, tallyBefore.Of(one), tally.Of(one))
                ),
            ],
            measure,
            await trend,
            rows,
            newestFirst,
            await CompareAsync(filter, address, newestFirst, cancellationToken),
            await failing,
            await cases.ReadAsync(address.Project.Id, filter.From, filter.To, cancellationToken),
            await cases.ReadAsync(address.Project.Id, earlier.From, earlier.To, cancellationToken)
        );
    }

    public double? GoalOf(Measure measure) =>
        measure.Key switch
        {
            "sql_executable" or "sql_final" => goals.Value.SqlExecutable,
            "data_valid" => goals.Value.DataValid,
            "time_p50" => goals.Value.TimeP50Ms,
            "satisfaction" => goals.Value.Satisfaction,
            "evaluated" => goals.Value.Evaluated,
            "traced" => 1,
            _ => null,
        };

    /// <summary>The dimension of a word of <see cref="QualityAddress.Groups"/>; null for steps.</summary>
    public static QualityGroup? GroupOf(string by) => Enum.TryParse<QualityGroup>(by, ignoreCase: true, out var group) ? group : null;

    private Reading Compare(Measure measure, Estimate before, Estimate now) =>
        new(measure, now, before, Difference(measure, before, now), GoalOf(measure));

    private static Estimate Difference(Measure measure, Estimate first, Estimate second) =>
        measure.Unit switch
        {
            MeasureUnit.Share => Intervals.RateDifference(first, second),
            MeasureUnit.Stars => Intervals.MeanDifference(first, second),
            _ => first.Value is { } one && second.Value is { } other
                ? new(other - one, null, null, Math.Min(first.Count, second.Count))
                : Estimate.None,
        };

    private static double? Percentile(Measure measure) =>
        measure.Key switch
        {
            "time_p50" => 0.5,
            "time_p95" => 0.95,
            "time_p99" => 0.99,
            _ => null,
        };

    private async Task<IReadOnlyList<TrendPoint>> TrendAsync(QualityFilter filter, CancellationToken cancellationToken)
    {
        var isHourly = filter.To - filter.From <= HoursUpTo;
        var tallies = await quality.TalliesAsync(filter, isHourly ? QualityGroup.Hour : QualityGroup.Day, zone.Zone.Id, cancellationToken);
        var byKey = tallies.ToDictionary(tally => tally.Key);
        var (step, format) = isHourly ? (TimeSpan.FromHours(1), "yyyy-MM-dd'T'HH:mm") : (TimeSpan.FromDays(1), "yyyy-MM-dd");
        var first = zone.Local(filter.From).DateTime;
        var points = new List<TrendPoint>();
        for (var clock = new DateTime(first.Ticks / step.Ticks * step.Ticks); zone.FromWallClock(clock) < filter.To; clock += step)
        {
            var key = clock.ToString(format, System.Globalization.CultureInfo.InvariantCulture);
            points.Add(new(key, zone.FromWallClock(clock), zone.FromWallClock(clock + step), byKey.GetValueOrDefault(key)));
        }

        return points;
    }

    private async Task<IReadOnlyList<BreakdownRow>> StepsAsync(QualityFilter filter, QualityFilter earlier, CancellationToken cancellationToken)
    {
        var before = (await quality.StepsAsync(earlier, cancellationToken)).ToDictionary(step => (step.Name, step.Kind), Success);
        return
        [
            .. (await quality.StepsAsync(filter, cancellationToken)).Select(step =>
            {
                var (was, now) = (before.GetValueOrDefault((step.Name, step.Kind), Estimate.None), Success(step));
                var change = new Comparison(Measure.SqlExecutable, was, now, Intervals.RateDifference(was, now));
                return new BreakdownRow(
                    step.Name,
                    step.Kind,
                    step.Runs,
                    Measure.SqlExecutable,
                    now,
                    change,
                    step.P50Ms,
                    step.Cost is { } cost ? (double)cost / step.Runs : null,
                    step.Currency
                );
            }),
        ];
    }

    private async Task<IReadOnlyList<BreakdownRow>> GroupsAsync(
        QualityFilter filter,
        QualityFilter earlier,
        QualityGroup group,
        Measure measure,
        CancellationToken cancellationToken
    )
    {
        var before = (await quality.TalliesAsync(earlier, group, "UTC", cancellationToken)).ToDictionary(tally => tally.Key);
        return
        [
            .. (await quality.TalliesAsync(filter, group, "UTC", cancellationToken)).Select(tally =>
            {
                var (was, now) = (before.GetValueOrDefault(tally.Key)?.Of(measure) ?? Estimate.None, tally.Of(measure));
                return new BreakdownRow(
                    tally.Key,
                    null,
                    tally.Requests,
                    measure,
                    now,
                    new(measure, was, now, Difference(measure, was, now)),
                    tally.P50,
                    tally.Of(Measure.Cost).Value,
                    tally.Currency
                );
            }),
        ];
    }

    private async Task<ReleaseComparison?> CompareAsync(
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

        var first = await quality.DurationsAsync(filter with { Release = a.Key }, cancellationToken);
        var second = await quality.DurationsAsync(filter with { Release = b.Key }, cancellationToken);
        Measure[] measures =
        [
            Measure.SqlExecutable,
            Measure.SqlFinal,
            Measure.DataValid,
            Measure.TimeP50,
            Measure.TimeP95,
            Measure.Satisfaction,
            Measure.Errors,
        ];
        return new(
            a,
            b,
            [
                .. measures
                    .Select(measure =>
                        Percentile(measure) is { } p
                            ? new Comparison(
                                measure,
                                Bootstrap.Percentile(first, p),
                                Bootstrap.Percentile(second, p),
                                Bootstrap.Difference(first, second, p)
                            )
                            : new(measure, a.Of(measure), b.Of(measure), Difference(measure, a.Of(measure), b.Of(measure)))
                    )
                    .Where(row => row.First.Count + row.Second.Count > 0),
            ]
        );
    }

    private static Estimate Success(StepTally step) => Intervals.Rate(step.Runs - Math.Min(step.Failed, step.Runs), step.Runs);
}
