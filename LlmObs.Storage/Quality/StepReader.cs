using Dapper;
using LlmObs.Domain.Quality;

namespace LlmObs.Storage.Quality;

/// <summary>A step over a group of requests.</summary>
/// <param name="P50Ms">Median of the time that a request spent in it; null when times were not asked for.</param>
/// <param name="Cost">Null without a price, or with prices in several currencies.</param>
public sealed record StepTally(string Name, int Kind, long Runs, long Failed, double? P50Ms, double? Cost, string? Currency)
{
    /// <summary>Share of its runs that did not fail.</summary>
    public Estimate Success => Intervals.Rate(Runs - Math.Min(Failed, Runs), Runs);
}

/// <summary>The steps of requests: of whole hours that are added up from their sums, of the rest from the steps themselves (decision 38).</summary>
public sealed class StepReader(Database database)
{
    private const int MaxSteps = 30;

    private const string Select = $"""
        WITH ranges (since, until) AS (
            VALUES (@from::timestamptz, @firstHour::timestamptz), (@endHour::timestamptz, @to::timestamptz)
            UNION ALL
            SELECT d.hour, d.hour + interval '1 hour' FROM quality_due_hours AS d
            WHERE d.project_id = @projectId AND d.hour >= @firstHour AND d.hour < @endHour
        )
        SELECT h.name AS "Name", h.kind::int AS "Kind", h.runs AS "Runs", h.failed AS "Failed", h.cost AS "Cost", h.currency AS "Currency",
            CASE WHEN @withTimes THEN h.times ELSE ARRAY[]::real[] END AS "Times"
        FROM quality_step_hours AS h
        WHERE h.project_id = @projectId AND h.hour >= @firstHour AND h.hour < @endHour
          AND (@service::text IS NULL OR h.service = @service)
          AND (@release::text IS NULL OR h.release = @release)
          AND (@environment::text IS NULL OR h.environment = @environment)
          AND NOT EXISTS (SELECT FROM quality_due_hours AS d WHERE d.project_id = h.project_id AND d.hour = h.hour)
        UNION ALL
        SELECT s.name, s.kind::int, sum(s.runs)::bigint, sum(s.failed)::bigint, sum(s.cost), s.currency,
            coalesce(array_agg(s.duration_ms::real) FILTER (WHERE @withTimes), ARRAY[]::real[])
        FROM ranges AS r
        JOIN quality_steps AS s ON s.project_id = @projectId AND s.started_at >= r.since AND s.started_at < r.until
        JOIN quality_facts AS f ON f.project_id = s.project_id AND f.trace_id = s.trace_id
        WHERE {QualityFilter.Sql}
        GROUP BY s.name, s.kind, s.currency
        """;

    /// <summary>The steps that ran most often.</summary>
    /// <param name="withTimes">Whether their median time is wanted: it needs the times themselves.</param>
    public async Task<IReadOnlyList<StepTally>> StepsAsync(QualityFilter filter, bool withTimes, CancellationToken cancellationToken)
    {
        var (firstHour, endHour) = WholeHours(filter);
        var parameters = filter.Parameters(
            new
            {
                firstHour,
                endHour,
                withTimes,
            }
        );
        var rows = await database.RunAsync(
            async connection =>
                (await connection.QueryAsync<Row>(new CommandDefinition(Select, parameters, cancellationToken: cancellationToken))).AsList(),
            cancellationToken
        );
        return
        [
            .. rows.GroupBy(row => (row.Name, row.Kind))
                .Select(step => Add(step.Key.Name, step.Key.Kind, [.. step]))
                .OrderByDescending(step => step.Runs)
                .ThenBy(step => step.Name, StringComparer.Ordinal)
                .Take(MaxSteps),
        ];
    }

    /// <summary>The hours that lie within the window whole; none when the sums do not know what the filter asks for.</summary>
    private static (DateTime First, DateTime End) WholeHours(QualityFilter filter)
    {
        var (from, to) = (filter.From.UtcDateTime, filter.To.UtcDateTime);
        if (filter.User is not null || filter.Model is not null || filter.Prompt is not null)
        {
            return (to, to);
        }

        var first = Hour(from) == from ? from : Hour(from).AddHours(1);
        return first < Hour(to) ? (first, Hour(to)) : (to, to);
    }

    private static DateTime Hour(DateTime time) => new(time.Ticks / TimeSpan.TicksPerHour * TimeSpan.TicksPerHour, DateTimeKind.Utc);

    private static StepTally Add(string name, int kind, List<Row> rows)
    {
        float[] times = [.. rows.SelectMany(row => row.Times)];
        Array.Sort(times);
        var currencies = rows.FindAll(row => row.Cost is not null).Select(row => row.Currency).Distinct().ToList();
        return new(
            name,
            kind,
            rows.Sum(row => row.Runs),
            rows.Sum(row => row.Failed),
            times.Length == 0 ? null : times[Bootstrap.Rank(times.Length, 0.5) - 1],
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
        public float[] Times { get; init; } = [];
    }
}
