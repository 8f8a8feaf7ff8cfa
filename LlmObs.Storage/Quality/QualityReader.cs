using Dapper;
using LlmObs.Domain.Quality;
using Microsoft.Extensions.Options;

namespace LlmObs.Storage.Quality;

/// <summary>The requests of one release in one hour, one day, or the whole of a window.</summary>
/// <param name="From">When that hour or day begins; of the whole when its first request began.</param>
/// <param name="Tally">Its key is the release; empty when the spans name none.</param>
public sealed record QualityCell(DateTimeOffset From, QualityTally Tally);

/// <summary>Answers the quality page from <c>quality_facts</c>: counts over groups of requests.</summary>
public sealed class QualityReader(Database database, IOptions<SatisfactionWeights> weights)
{
    /// <summary>Values of one dimension that are told apart; a dimension with more is cut after the largest.</summary>
    public const int MaxGroups = 50;

    // SatisfactionParts.Composite: the weighted mean of the parts that are there.
    internal const string Stars = """
        (coalesce(f.explicit_stars, 0) * @explicitWeight + coalesce(f.implicit_stars, 0) * @implicitWeight + coalesce(f.reverse_stars, 0) * @reverseWeight)
        / nullif((f.explicit_stars IS NOT NULL)::int * @explicitWeight + (f.implicit_stars IS NOT NULL)::int * @implicitWeight
            + (f.reverse_stars IS NOT NULL)::int * @reverseWeight, 0)
        """;

    // OFFSET 0 has each request's stars and tokens worked out once, and not once for every sum they go into.
    private const string Requests = $"""
        (
            SELECT f.started_at, f.service, f.release, f.environment, f.user_id, f.models, f.prompts, f.duration_ms, f.first_token_ms, f.has_failed,
                f.sql_judged, f.sql_executable, f.sql_final, f.data_checked, f.data_valid, f.explicit_stars, f.implicit_stars, f.reverse_stars,
                f.is_kept, f.is_evaluated, f.is_labelled, f.cost, f.currency COLLATE "C" AS currency, {Stars} AS stars,
                (coalesce(f.input_tokens + f.output_tokens, f.input_tokens, f.output_tokens))::double precision AS tokens
            FROM quality_facts AS f
            WHERE {QualityFilter.Sql}
            OFFSET 0
        ) AS f
        """;

    private const string Counts = """
        count(*) AS "Requests", count(*) FILTER (WHERE f.has_failed) AS "Failed",
        sum(f.sql_judged) AS "SqlJudged", sum(f.sql_executable) AS "SqlExecutable",
        count(f.sql_final) AS "SqlFinalJudged", count(*) FILTER (WHERE f.sql_final) AS "SqlFinalExecutable",
        sum(f.data_checked) AS "DataChecked", sum(f.data_valid) AS "DataValid",
        count(f.stars) AS "Rated", coalesce(sum(f.stars), 0) AS "StarSum", coalesce(sum(f.stars * f.stars), 0) AS "StarSquares",
        count(f.explicit_stars) AS "Explicit", count(f.implicit_stars) AS "Implicit", count(f.reverse_stars) AS "Reverse",
        count(*) FILTER (WHERE f.is_kept) AS "Kept", count(*) FILTER (WHERE f.is_evaluated) AS "Evaluated", count(*) FILTER (WHERE f.is_labelled) AS "Labelled",
        count(f.tokens) AS "Metered", coalesce(sum(f.tokens), 0) AS "TokenSum", coalesce(sum(f.tokens * f.tokens), 0) AS "TokenSquares",
        count(f.cost) AS "Priced", coalesce(sum(f.cost), 0) AS "CostSum", coalesce(sum(f.cost * f.cost), 0) AS "CostSquares",
        min(f.currency) AS "Currency", max(f.currency) AS "LastCurrency",
        array_agg(f.duration_ms) AS "Times", coalesce(array_agg(f.first_token_ms) FILTER (WHERE f.first_token_ms IS NOT NULL), '{}') AS "FirstTokens",
        min(f.started_at) AS "FirstAt"
        """;

    /// <summary>The requests in groups, the largest first; time groups in order of time.</summary>
    /// <param name="zone">IANA name; days and hours are those of its clocks.</param>
    public async Task<IReadOnlyList<QualityTally>> TalliesAsync(
        QualityFilter filter,
        QualityGroup group,
        string zone,
        CancellationToken cancellationToken
    )
    {
        var (key, join, order) = Grouping(group);
        var sql = $"SELECT {key} AS \"Key\", {Counts} FROM {Requests} {join} GROUP BY 1 ORDER BY {order}";
        return
        [
            .. (await database.QueryAsync<TallyRow>(sql, filter.Parameters(Weights(new { zone })), cancellationToken)).Select(row => row.ToTally()),
        ];
    }

    /// <summary>All requests together; zero requests when nothing matches.</summary>
    public async Task<QualityTally> TallyAsync(QualityFilter filter, CancellationToken cancellationToken) =>
        await TalliesAsync(filter, QualityGroup.All, "UTC", cancellationToken) is [var all] ? all : new();

    /// <summary>The requests of every release in every hour or day, in one pass. Put together with <see cref="QualityTally.Merge"/> they are any group of these.</summary>
    /// <param name="unit"><c>hour</c> or <c>day</c>; null for releases alone.</param>
    /// <param name="zone">IANA name of the clocks whose days they are.</param>
    public async Task<IReadOnlyList<QualityCell>> CellsAsync(QualityFilter filter, string? unit, string zone, CancellationToken cancellationToken)
    {
        var (from, group) = unit switch
        {
            "hour" => ("date_trunc('hour', f.started_at, @zone)", "1, 2"),
            "day" => ("date_trunc('day', f.started_at, @zone)", "1, 2"),
            _ => ("min(f.started_at)", "2"),
        };
        var sql = $"""SELECT {from} AS "From", coalesce(f.release, '') AS "Key", {Counts} FROM {Requests} GROUP BY {group} ORDER BY 1, 2""";
        var rows = await database.QueryAsync<TallyRow>(sql, filter.Parameters(Weights(new { zone })), cancellationToken);
        return [.. rows.Select(row => new QualityCell(new(row.From), row.ToTally()))];
    }

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

    private sealed record TallyRow
    {
        public DateTime From { get; init; }
        public string Key { get; init; } = "";
        public long Requests { get; init; }
        public long Failed { get; init; }
        public long SqlJudged { get; init; }
        public long SqlExecutable { get; init; }
        public long SqlFinalJudged { get; init; }
        public long SqlFinalExecutable { get; init; }
        public long DataChecked { get; init; }
        public long DataValid { get; init; }
        public long Rated { get; init; }
        public double StarSum { get; init; }
        public double StarSquares { get; init; }
        public long Explicit { get; init; }
        public long Implicit { get; init; }
        public long Reverse { get; init; }
        public long Kept { get; init; }
        public long Evaluated { get; init; }
        public long Labelled { get; init; }
        public long Metered { get; init; }
        public double TokenSum { get; init; }
        public double TokenSquares { get; init; }
        public long Priced { get; init; }
        public double CostSum { get; init; }
        public double CostSquares { get; init; }
        public string? Currency { get; init; }
        public string? LastCurrency { get; init; }
        public double[] Times { get; init; } = [];
        public double[] FirstTokens { get; init; } = [];
        public DateTime FirstAt { get; init; }

        public QualityTally ToTally()
        {
            Array.Sort(Times);
            Array.Sort(FirstTokens);
            return new()
            {
                Key = Key,
                Requests = Requests,
                Failed = Failed,
                SqlJudged = SqlJudged,
                SqlExecutable = SqlExecutable,
                SqlFinalJudged = SqlFinalJudged,
                SqlFinalExecutable = SqlFinalExecutable,
                DataChecked = DataChecked,
                DataValid = DataValid,
                Stars = new(Rated, StarSum, StarSquares),
                Explicit = Explicit,
                Implicit = Implicit,
                Reverse = Reverse,
                Kept = Kept,
                Evaluated = Evaluated,
                Labelled = Labelled,
                Tokens = new(Metered, TokenSum, TokenSquares),
                Cost = new(Priced, CostSum, CostSquares),
                Currency = Currency == LastCurrency ? Currency : null,
                Times = Times,
                FirstTokens = FirstTokens,
                FirstAt = FirstAt,
            };
        }
    }
}
