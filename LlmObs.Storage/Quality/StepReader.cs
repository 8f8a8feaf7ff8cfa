using LlmObs.Domain.Quality;

namespace LlmObs.Storage.Quality;

/// <summary>A step over a group of requests.</summary>
/// <param name="Times">Milliseconds that each request spent in it; empty when times were not asked for.</param>
/// <param name="Cost">Null without a price, or with prices in several currencies.</param>
public sealed record StepTally(string Name, int Kind, long Runs, long Failed, Histogram Times, double? Cost, string? Currency)
{
    /// <summary>Share of its runs that did not fail.</summary>
    public Estimate Success => Intervals.Rate(Runs - Math.Min(Failed, Runs), Runs);
}

/// <summary>The steps of requests: of whole hours that are added up from their sums, of the rest from the steps themselves (decision 44).</summary>
public sealed class StepReader(Database database)
{
    private const int MaxSteps = 30;

    private const string Select = $"""
        WITH {WholeHours.Ranges}
        SELECT h.name AS "Name", h.kind::int AS "Kind", h.runs AS "Runs", h.failed AS "Failed", h.cost AS "Cost", h.currency AS "Currency",
            CASE WHEN @withTimes THEN h.times ELSE ARRAY[]::int[] END AS "Times"
        FROM quality_step_hours AS h
        WHERE {WholeHours.Sql}
        UNION ALL
        SELECT s.name, s.kind::int, sum(s.runs)::bigint, sum(s.failed)::bigint, sum(s.cost), s.currency,
            quality_histogram(array_agg(quality_place(s.duration_ms)) FILTER (WHERE @withTimes))
        FROM ranges AS r
        CROSS JOIN LATERAL (
            SELECT s.name, s.kind, s.runs, s.failed, s.duration_ms, s.cost, s.currency
            FROM quality_facts AS f
            JOIN quality_steps AS s ON s.project_id = f.project_id AND s.trace_id = f.trace_id
            WHERE {QualityFilter.Sql} AND f.started_at >= r.since AND f.started_at < r.until AND s.started_at >= r.since AND s.started_at < r.until
            OFFSET 0
        ) AS s
        GROUP BY s.name, s.kind, s.currency
        """;

    /// <summary>The steps that ran most often.</summary>
    /// <param name="withTimes">Whether their times are wanted, too.</param>
    public async Task<IReadOnlyList<StepTally>> StepsAsync(QualityFilter filter, bool withTimes, CancellationToken cancellationToken)
    {
        // The sums do not know users, models, prompts and tags.
        var hours = filter is { User: null, Model: null, Prompt: null, Tag: null } ? WholeHours.Of(filter) : WholeHours.None(filter);
        var parameters = filter.Parameters(
            new
            {
                hours.FirstHour,
                hours.EndHour,
                withTimes,
            }
        );
        var rows = await database.QueryAsync<Row>(Select, parameters, cancellationToken);
        return
        [
            .. rows.GroupBy(row => (row.Name, row.Kind))
                .Select(step => Add(step.Key.Name, step.Key.Kind, [.. step]))
                .OrderByDescending(step => step.Runs)
                .ThenBy(step => step.Name, StringComparer.Ordinal)
                .Take(MaxSteps),
        ];
    }

    private static StepTally Add(string name, int kind, List<Row> rows)
    {
        var currencies = rows.FindAll(row => row.Cost is not null).Select(row => row.Currency).Distinct().ToList();
        return new(
            name,
            kind,
            rows.Sum(row => row.Runs),
            rows.Sum(row => row.Failed),
            Histogram.Sum([.. rows.Select(row => row.Times)]),
            currencies.Count == 1 ? rows.Sum(row => row.Cost ?? 0) : null,
            currencies is [var only] ? only : null
        );
    }

    private sealed record Row
    {
        public string Name { get; init; } = "";
        public int Kind { get; init; }
        public long Runs { get; init; }
        public long Failed { get; init; }
        public double? Cost { get; init; }
        public string? Currency { get; init; }
        public int[] Times { get; init; } = [];
    }
}
