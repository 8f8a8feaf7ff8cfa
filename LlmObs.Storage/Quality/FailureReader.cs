namespace LlmObs.Storage.Quality;

/// <summary>Requests that failed in the same way.</summary>
/// <param name="Category"><c>sql</c>: the last statement did not run; <c>data</c>: its result broke a rule; <c>error</c>: anything else.</param>
/// <param name="Label">The outcome, the rule, or the type of the first error.</param>
/// <param name="Step">Where the first error happened; null when no span failed.</param>
/// <param name="Message">Of the newest one.</param>
/// <param name="Trend">Counts over equal parts of the time, oldest first.</param>
public sealed record FailureGroup(
    string Category,
    string Label,
    string? Step,
    long Count,
    string ExampleTraceId,
    string? Message,
    IReadOnlyList<long> Trend
);

/// <summary>What fails, grouped by outcome, rule or error, and by step.</summary>
public sealed class FailureReader(Database database)
{
    private const int Parts = 14;

    /// <summary>How a failing request is named; the request list filters by the same words.</summary>
    internal const string Category =
        "CASE WHEN f.sql_final = false THEN 'sql' WHEN f.data_outcome IS NOT NULL THEN 'data' WHEN f.has_failed THEN 'error' END";

    internal const string Label =
        "CASE WHEN f.sql_final = false THEN f.sql_outcome WHEN f.data_outcome IS NOT NULL THEN f.data_outcome WHEN f.has_failed THEN f.error_type END";

    // What was repaired on the way has nothing to do with data that turned out not to be valid.
    internal const string Step = "CASE WHEN f.sql_final = false OR f.data_outcome IS NULL THEN f.error_step END";

    /// <summary>What is in one of the groups.</summary>
    internal const string IsFailing = "(f.has_failed OR f.sql_final = false OR f.data_outcome IS NOT NULL)";

    private const string Message =
        "CASE WHEN f.sql_final = false THEN f.sql_message WHEN f.data_outcome IS NOT NULL THEN f.data_message ELSE f.error_message END";

    // Messages are looked up of the newest request of each group alone: sorting all of them costs more than counting.
    private const string Select = $"""
        WITH groups AS (
            SELECT {Category} AS category, coalesce({Label}, 'other') AS label, {Step} AS step,
                width_bucket(extract(epoch FROM f.started_at)::double precision, extract(epoch FROM @from)::double precision,
                    extract(epoch FROM @to)::double precision, @parts) AS part,
                count(*) AS count, max(f.started_at) AS newest
            FROM quality_facts AS f
            WHERE {QualityFilter.Sql} AND {IsFailing}
            GROUP BY 1, 2, 3, 4
        )
        SELECT g.category AS "Category", g.label AS "Label", g.step AS "Step", g.part AS "Part", g.count AS "Count",
            example.trace_id AS "ExampleTraceId", example.message AS "Message"
        FROM groups AS g
        CROSS JOIN LATERAL (
            SELECT f.trace_id, {Message} AS message
            FROM quality_facts AS f
            WHERE {QualityFilter.Sql} AND f.started_at = g.newest
              AND {Category} = g.category AND coalesce({Label}, 'other') = g.label AND {Step} IS NOT DISTINCT FROM g.step
            LIMIT 1
        ) AS example
        ORDER BY g.part
        """;

    /// <summary>The largest group first.</summary>
    public async Task<IReadOnlyList<FailureGroup>> GroupsAsync(QualityFilter filter, CancellationToken cancellationToken)
    {
        var rows = await database.QueryAsync<Row>(Select, filter.Parameters(new { parts = Parts }), cancellationToken);
        return
        [
            .. rows.GroupBy(row => (row.Category, row.Label, row.Step))
                .Select(group => ToGroup([.. group]))
                .OrderByDescending(group => group.Count)
                .ThenBy(group => group.Label, StringComparer.Ordinal),
        ];
    }

    private static FailureGroup ToGroup(IReadOnlyList<Row> parts)
    {
        var (trend, newest) = (new long[Parts], parts[^1]);
        foreach (var part in parts)
        {
            trend[Math.Clamp(part.Part, 1, Parts) - 1] += part.Count;
        }

        return new(newest.Category, newest.Label, newest.Step, parts.Sum(part => part.Count), newest.ExampleTraceId, newest.Message, trend);
    }

    private sealed record Row(string Category, string Label, string? Step, int Part, long Count, string ExampleTraceId, string? Message);
}
