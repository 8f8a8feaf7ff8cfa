using LlmObs.Domain.Quality;
using Microsoft.Extensions.Options;

namespace LlmObs.Storage.Quality;

/// <summary>The requests of one group in one hour, one day, or the whole of a window.</summary>
/// <param name="From">When that hour or day begins; of the whole when its first request began.</param>
/// <param name="Tally">Its key is the value they are grouped by; empty when the spans name none.</param>
public sealed record QualityCell(DateTimeOffset From, QualityTally Tally);

/// <summary>Counts over groups of requests: of whole hours that are added up from their sums, of the rest from the requests themselves (decision 44).</summary>
public sealed class QualityReader(Database database, IOptions<SatisfactionWeights> weights)
{
    /// <summary>Values of one dimension that are told apart; a dimension with more is cut after the largest.</summary>
    public const int MaxGroups = 50;

    private static readonly string Largest = $"""
        WHERE key IN (SELECT key FROM sums GROUP BY key ORDER BY sum(requests) DESC, key LIMIT {MaxGroups})
        """;

    private static readonly string TopUsers = $"""
        SELECT coalesce(f.user_id, '') FROM quality_facts AS f WHERE {QualityFilter.Sql} GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT {MaxGroups}
        """;

    /// <summary>The requests in groups, the largest first, at most <see cref="MaxGroups"/>.</summary>
    public async Task<IReadOnlyList<QualityTally>> TalliesAsync(QualityFilter filter, QualityGroup group, CancellationToken cancellationToken)
    {
        // Most requests are of other users than those shown: they are counted first, and only these added up.
        var users =
            group == QualityGroup.User ? (await database.QueryAsync<string>(TopUsers, filter.Parameters(), cancellationToken)).ToArray() : null;
        return Merged(await ReadAsync(filter, group, null, "UTC", Largest, users, cancellationToken));
    }

    /// <summary>The requests of every release in every hour or day, in one pass. Put together with <see cref="QualityTally.Merge"/> they are any group of these.</summary>
    /// <param name="unit"><c>hour</c> or <c>day</c>; null for releases alone.</param>
    /// <param name="zone">IANA name of the clocks whose days they are.</param>
    public Task<IReadOnlyList<QualityCell>> CellsAsync(QualityFilter filter, string? unit, string zone, CancellationToken cancellationToken) =>
        ReadAsync(filter, QualityGroup.Release, unit, zone, "", null, cancellationToken);

    /// <summary>Groups put together over time, the largest first.</summary>
    public static IReadOnlyList<QualityTally> Merged(IEnumerable<QualityCell> cells) =>
        [
            .. cells
                .GroupBy(cell => cell.Tally.Key, cell => cell.Tally)
                .Select(group => QualityTally.Merge(group.Key, [.. group]))
                .OrderByDescending(group => group.Requests)
                .ThenBy(group => group.Key, StringComparer.Ordinal),
        ];

    private async Task<IReadOnlyList<QualityCell>> ReadAsync(
        QualityFilter filter,
        QualityGroup group,
        string? unit,
        string zone,
        string which,
        string[]? users,
        CancellationToken cancellationToken
    )
    {
        var (ofHour, ofRequest, join) = Keys(group);
        var (hour, time) = unit switch
        {
            "hour" => ("date_trunc('hour', h.hour, @zone)", "date_trunc('hour', f.started_at, @zone)"),
            "day" => ("date_trunc('day', h.hour, @zone)", "date_trunc('day', f.started_at, @zone)"),
            _ => ("NULL::timestamptz", "NULL::timestamptz"),
        };
        var sql = $"""
            WITH {WholeHours.Ranges}, sums AS (
                SELECT {hour} AS at, {ofHour} AS key, h.rated::int AS rated, {FactSums.Columns}
                FROM quality_hours AS h
                WHERE {WholeHours.Sql} AND h.dimension = @dimension AND (@value::text IS NULL OR h.value = @value)
                UNION ALL
                SELECT {time} AS at, {ofRequest} AS key, f.rated, {FactSums.Sums}
                FROM ranges AS r
                CROSS JOIN LATERAL (
                    {FactSums.Facts}
                    WHERE {QualityFilter.Sql} AND f.started_at >= r.since AND f.started_at < r.until
                      AND (@users::text[] IS NULL OR coalesce(f.user_id, '') = ANY (@users))
                    OFFSET 0
                ) AS f
                {join}
                GROUP BY 1, 2, 3
            )
            SELECT at AS "At", key AS "Key", rated AS "Rated", {FactSums.Row} FROM sums {which}
            """;
        var (hours, dimension, value) = Summed(filter, group, unit is null ? null : zone);
        var parameters = filter.Parameters(
            new
            {
                hours.FirstHour,
                hours.EndHour,
                dimension,
                value,
                users,
                zone,
            }
        );
        var rows = await database.QueryAsync<FactSumsRow>(sql, parameters, cancellationToken);
        return
        [
            .. rows.GroupBy(row => (row.At, row.Key))
                .Select(cell => Cell(cell.Key.At, QualityTally.Merge(cell.Key.Key, [.. cell.Select(row => row.ToTally(weights.Value))])))
                .OrderBy(cell => cell.From)
                .ThenBy(cell => cell.Tally.Key, StringComparer.Ordinal),
        ];
    }

    private static QualityCell Cell(DateTime? at, QualityTally tally) => new(new(at ?? tally.FirstAt), tally);

    /// <summary>The hours that may stand for what is asked, and which of their sums: those of all requests, or of the requests with one value of one dimension.</summary>
    private static (WholeHours Hours, string Dimension, string? Value) Summed(QualityFilter filter, QualityGroup group, string? zone)
    {
        (string Dimension, string? Value)[] asked =
        [
            .. new[] { ("model", filter.Model), ("prompt", filter.Prompt), ("tag", filter.Tag) }.Where(one => one.Item2 is not null),
            .. group is QualityGroup.Model or QualityGroup.Prompt or QualityGroup.Tag
                ? new[] { (group.ToString().ToLowerInvariant(), (string?)null) }
                : [],
        ];
        var isSummed = asked.Length <= 1 && filter.User is null && group != QualityGroup.User && (zone is null || HasWholeHours(zone, filter));
        var (dimension, value) = asked is [var one, ..] ? one : ("", null);
        return (isSummed ? WholeHours.Of(filter) : WholeHours.None(filter), dimension, value);
    }

    // Where clocks stand half an hour apart from UTC, an hour of UTC is of two days.
    private static bool HasWholeHours(string zone, QualityFilter filter)
    {
        var clock = TimeZoneInfo.FindSystemTimeZoneById(zone);
        return clock.GetUtcOffset(filter.From).Minutes == 0 && clock.GetUtcOffset(filter.To).Minutes == 0;
    }

    private static (string OfHour, string OfRequest, string Join) Keys(QualityGroup group) =>
        group switch
        {
            QualityGroup.Service => ("coalesce(h.service, '')", "coalesce(f.service, '')", ""),
            QualityGroup.Environment => ("coalesce(h.environment, '')", "coalesce(f.environment, '')", ""),
            QualityGroup.User => ("''", "coalesce(f.user_id, '')", ""),
            QualityGroup.Model => ("h.value", "d.value", "CROSS JOIN unnest(f.models) AS d (value)"),
            QualityGroup.Prompt => ("h.value", "d.value", "CROSS JOIN unnest(f.prompts) AS d (value)"),
            QualityGroup.Tag => ("h.value", "d.value", "CROSS JOIN unnest(f.tags) AS d (value)"),
            _ => ("coalesce(h.release, '')", "coalesce(f.release, '')", ""),
        };
}
