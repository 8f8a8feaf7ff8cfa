using LlmObs.Domain.Quality;
using LlmObs.Storage.Cases;
using LlmObs.Storage.Quality;
using LlmObs.Web.Shell;
using Microsoft.Extensions.Options;

namespace LlmObs.Web.Quality;

/// <summary>Answers the quality page. The requests are read once, by release and by hour or day; what the page says of them is put together from these cells.</summary>
public sealed class OverviewReader(
    QualityReader quality,
    BreakdownReader breakdowns,
    ReleaseComparer comparer,
    FailureReader failures,
    CaseClock cases,
    IOptions<QualityGoals> goals,
    ViewerZone zone
)
{
    private static readonly TimeSpan HoursUpTo = TimeSpan.FromHours(48);

    public async Task<QualityOverview> ReadAsync(QualityAddress address, CancellationToken cancellationToken)
    {
        var filter = address.Filter();
        var earlier = address.Earlier(filter);
        var isHourly = filter.To - filter.From <= HoursUpTo;
        var cellsNow = quality.CellsAsync(filter with { Release = null }, isHourly ? "hour" : "day", zone.Zone.Id, cancellationToken);
        var cellsBefore = quality.CellsAsync(earlier with { Release = null }, null, zone.Zone.Id, cancellationToken);
        var failing = failures.GroupsAsync(filter, cancellationToken);
        var (casesNow, casesBefore) = (CasesAsync(filter), CasesAsync(earlier));
        await Task.WhenAll(cellsNow, cellsBefore, failing, casesNow, casesBefore);

        var releases = QualityReader.Merged(await cellsNow);
        var (cells, before) = (Of(await cellsNow, filter.Release), Of(await cellsBefore, filter.Release));
        var (tally, tallyBefore) = (Together(cells), Together(before));
        var measure = address.Chosen ?? (tally.SqlJudged > 0 ? Measure.SqlExecutable : Measure.Errors);
        var newestFirst = releases.Where(release => release.Key.Length > 0).OrderByDescending(release => release.FirstAt).ToList();
        var comparing = comparer.CompareAsync(filter, address, newestFirst, cancellationToken);
        var rows = breakdowns.ReadAsync(address, filter, earlier, measure, (cells, before), cancellationToken);
        await Task.WhenAll(comparing, rows);
        return new(
            filter,
            tally,
            tallyBefore,
            [.. Measure.All.Select(one => Reading(one, tallyBefore, tally))],
            measure,
            Trend(filter, cells, isHourly),
            await rows,
            newestFirst,
            await comparing,
            await failing,
            await casesNow,
            await casesBefore
        );

        Task<CaseTimes> CasesAsync(QualityFilter window) => cases.ReadAsync(window.ProjectId, window.From, window.To, cancellationToken);
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

    private Reading Reading(Measure measure, QualityTally before, QualityTally now) =>
        new(measure, now.Of(measure), before.Of(measure), QualityTally.Difference(measure, before, now), GoalOf(measure));

    private static IReadOnlyList<QualityCell> Of(IReadOnlyList<QualityCell> cells, string? release) =>
        release is null ? cells : [.. cells.Where(cell => cell.Tally.Key == release)];

    private static QualityTally Together(IReadOnlyList<QualityCell> cells) => QualityTally.Merge("", [.. cells.Select(cell => cell.Tally)]);

    private List<TrendPoint> Trend(QualityFilter filter, IReadOnlyList<QualityCell> cells, bool isHourly)
    {
        var byTime = cells.ToLookup(cell => zone.Local(cell.From).DateTime, cell => cell.Tally);
        var (step, format) = isHourly ? (TimeSpan.FromHours(1), "yyyy-MM-dd'T'HH:mm") : (TimeSpan.FromDays(1), "yyyy-MM-dd");
        var first = zone.Local(filter.From).DateTime;
        var points = new List<TrendPoint>();
        for (var clock = new DateTime(first.Ticks / step.Ticks * step.Ticks); zone.FromWallClock(clock) < filter.To; clock += step)
        {
            var key = clock.ToString(format, System.Globalization.CultureInfo.InvariantCulture);
            var tally = byTime[clock].ToList() is { Count: > 0 } parts ? QualityTally.Merge(key, parts) : null;
            points.Add(new(key, zone.FromWallClock(clock), zone.FromWallClock(clock + step), tally));
        }

        return points;
    }
}
