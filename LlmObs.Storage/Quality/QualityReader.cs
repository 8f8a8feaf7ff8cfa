using Dapper;
using LlmObs.Domain.Quality;
using Microsoft.Extensions.Options;

namespace LlmObs.Storage.Quality;

/// <summary>A step over a group of requests.</summary>
/// <param name="P50Ms">Of the time a request spent in it.</param>
/// <param name="Cost">Null without a price, or with prices in several currencies.</param>
public sealed record StepTally(string Name, int Kind, long Runs, long Failed, double P50Ms, decimal? Cost, string? Currency);

/// <summary>Answers the quality page from <c>quality_facts</c>: counts over groups of requests.</summary>
public sealed class QualityReader(Database database, IOptions<SatisfactionWeights> weights)
{
    /// <summary>Values of one dimension that are told apart; a dimension with more is cut after the largest.</summary>
    public const int MaxGroups = 50;

    private const string Counts = """
        count(*) AS "Requests", count(*) FILTER (WHERE f.has_failed) AS "Failed",
        sum(f.sql_judged)::bigint AS "SqlJudged", sum(f.sql_executable)::bigint AS "SqlExecutable",
        count(f.sql_final) AS "SqlFinalJudged", count(*) FILTER (WHERE f.sql_final) AS "SqlFinalExecutable",
        sum(f.data_checked)::bigint AS "DataChecked", sum(f.data_valid)::bigint AS "DataValid",
        count(r.stars) AS "Rated", coalesce(sum(r.stars), 0) AS "StarSum", coalesce(sum(r.stars * r.stars), 0) AS "StarSquares",
        count(f.explicit_stars) AS "Explicit", count(f.implicit_stars) AS "Implicit", count(f.reverse_stars) AS "Reverse",
        count(*) FILTER (WHERE f.is_kept) AS "Kept", count(*) FILTER (WHERE f.is_evaluated) AS "Evaluated", count(*) FILTER (WHERE f.is_labelled) AS "Labelled",
        count(coalesce(f.input_tokens, f.output_tokens)) AS "Metered",
        coalesce(sum(coalesce(f.input_tokens, 0) + coalesce(f.output_tokens, 0)), 0)::bigint AS "Tokens",
        count(f.cost) AS "Priced", coalesce(sum(f.cost), 0) AS "Cost",
        CASE WHEN min(f.currency) = max(f.currency) THEN min(f.currency) END AS "Currency",
        (percentile_disc(ARRAY[0.5, 0.95, 0.99]) WITHIN GROUP (ORDER BY f.duration_ms))[1] AS "P50",
        (percentile_disc(ARRAY[0.5, 0.95, 0.99]) WITHIN GROUP (ORDER BY f.duration_ms))[2] AS "P95",
        (percentile_disc(ARRAY[0.5, 0.95, 0.99]) WITHIN GROUP (ORDER BY f.duration_ms))[3] AS "P99",
        count(f.first_token_ms) AS "FirstTokens", percentile_disc(0.5) WITHIN GROUP (ORDER BY f.first_token_ms) AS "FirstTokenP50",
        min(f.started_at) AS "FirstAt"
        """;

    // SatisfactionParts.Composite: the weighted mean of the parts that are there.
    internal const string Rating = """
        CROSS JOIN LATERAL (
            SELECT (coalesce(f.explicit_stars, 0) * @explicitWeight + coalesce(f.implicit_stars, 0) * @implicitWeight + coalesce(f.reverse_stars, 0) * @reverseWeight)
                / nullif((f.explicit_stars IS NOT NULL)::int * @explicitWeight + (f.implicit_stars IS NOT NULL)::int * @implicitWeight
                    + (f.reverse_stars IS NOT NULL)::int * @reverseWeight, 0) AS stars
        ) AS r
        """;

    private const string Steps = $"""
        SELECT s.name AS "Name", s.kind::int AS "Kind", sum(s.runs)::bigint AS "Runs", sum(s.failed)::bigint AS "Failed",
            percentile_disc(0.5) WITHIN GROUP (ORDER BY s.duration_ms) AS "P50Ms",
            CASE WHEN min(s.currency) = max(s.currency) THEN sum(s.cost) END AS "Cost",
            CASE WHEN min(s.currency) = max(s.currency) THEN min(s.currency) END AS "Currency"
        FROM quality_steps AS s
        JOIN quality_facts AS f ON f.project_id = s.project_id AND f.trace_id = s.trace_id
        WHERE {QualityFilter.Sql} AND s.project_id = @projectId AND s.started_at >= @from AND s.started_at < @to
        GROUP BY s.name, s.kind
        ORDER BY sum(s.runs) DESC, s.name
        LIMIT 30
        """;

    private const string Durations = $"SELECT f.duration_ms FROM quality_facts AS f WHERE {QualityFilter.Sql} ORDER BY f.duration_ms";

    /// <summary>The requests in groups, the largest first; time groups in order of time.</summary>
    /// <param name="zone">IANA name; days and hours are those of its clocks.</param>
    public Task<IReadOnlyList<QualityTally>> TalliesAsync(QualityFilter filter, QualityGroup group, string zone, CancellationToken cancellationToken)
    {
        var (key, join, order) = Grouping(group);
        var sql = $"""
            SELECT {key} AS "Key", {Counts}
            FROM quality_facts AS f
            {join}
            {Rating}
            WHERE {QualityFilter.Sql}
            GROUP BY 1
            ORDER BY {order}
            """;
        return QueryAsync<QualityTally>(sql, filter.Parameters(Weights(new { zone })), cancellationToken);
    }

    /// <summary>All requests together; zero requests when nothing matches.</summary>
    public async Task<QualityTally> TallyAsync(QualityFilter filter, CancellationToken cancellationToken) =>
        await TalliesAsync(filter, QualityGroup.All, "UTC", cancellationToken) is [var all] ? all : new();

    /// <summary>The steps that ran most often.</summary>
    public Task<IReadOnlyList<StepTally>> StepsAsync(QualityFilter filter, CancellationToken cancellationToken) =>
        QueryAsync<StepTally>(Steps, filter.Parameters(), cancellationToken);

    /// <summary>Milliseconds of every request, ascending: for the intervals of percentiles.</summary>
    public Task<IReadOnlyList<double>> DurationsAsync(QualityFilter filter, CancellationToken cancellationToken) =>
        QueryAsync<double>(Durations, filter.Parameters(), cancellationToken);

    internal object Weights(object? more = null)
    {
        var parameters = new DynamicParameters(
            new
            {
                explicitWeight = weights.Value.Explicit,
                implicitWeight = weights.Value.Implicit,
                reverseWeight = weights.Value.Reverse,
            }
        );
        parameters.AddDynamicParams(more);
        return parameters;
    }

    private static (string Key, string Join, string Order) Grouping(QualityGroup group)
    {
        var largestFirst = $"2 DESC, 1 LIMIT {MaxGroups}";
        return group switch
        {
            QualityGroup.Hour => ("to_char(date_trunc('hour', f.started_at, @zone) AT TIME ZONE @zone, 'YYYY-MM-DD\"T\"HH24:MI')", "", "1"),
            QualityGroup.Day => ("to_char(date_trunc('day', f.started_at, @zone) AT TIME ZONE @zone, 'YYYY-MM-DD')", "", "1"),
            QualityGroup.Service => ("coalesce(f.service, '')", "", largestFirst),
            QualityGroup.Release => ("coalesce(f.release, '')", "", largestFirst),
            QualityGroup.Environment => ("coalesce(f.environment, '')", "", largestFirst),
            QualityGroup.User => ("coalesce(f.user_id, '')", "", largestFirst),
            QualityGroup.Model => ("m.name", "CROSS JOIN unnest(f.models) AS m (name)", largestFirst),
            QualityGroup.Prompt => ("m.name", "CROSS JOIN unnest(f.prompts) AS m (name)", largestFirst),
            _ => ("''", "", "1"),
        };
    }

    private Task<IReadOnlyList<T>> QueryAsync<T>(string sql, object parameters, CancellationToken cancellationToken) =>
        database.RunAsync<IReadOnlyList<T>>(
            async connection =>
                (await connection.QueryAsync<T>(new CommandDefinition(sql, parameters, cancellationToken: cancellationToken))).AsList(),
            cancellationToken
        );
}
