using Dapper;
using LlmObs.Domain.Quality;
using LlmObs.Storage.Rows;
using Microsoft.Extensions.Options;

namespace LlmObs.Storage.Quality;

/// <summary>Which part of the requests stands behind a number.</summary>
public enum RequestPart
{
    All,
    Failed,

    /// <summary>In any group of failures: its root failed, its last SQL did not run, or its data was not valid.</summary>
    Failing,

    /// <summary>An evaluator judged its SQL.</summary>
    SqlJudged,

    /// <summary>At least one of its statements did not run.</summary>
    SqlFailed,

    /// <summary>Its last statement did not run.</summary>
    SqlFinalFailed,
    DataChecked,
    DataInvalid,

    /// <summary>A model streamed, so that there is a time to the first token.</summary>
    Streamed,
    Metered,
    Priced,
    Rated,

    /// <summary>Its user said what they think.</summary>
    Explicit,

    /// <summary>Its user showed what they think.</summary>
    Implicit,

    /// <summary>A model read its question back.</summary>
    Reverse,

    /// <summary>Sampling kept its trace.</summary>
    Kept,
    Evaluated,
    Unevaluated,
    Labelled,

    /// <summary>In the group <see cref="RequestQuestion.Category"/>, <see cref="RequestQuestion.Label"/>, <see cref="RequestQuestion.Step"/>.</summary>
    Group,

    /// <summary>The step <see cref="RequestQuestion.Step"/> failed in it.</summary>
    StepFailed,

    /// <summary>The step <see cref="RequestQuestion.Step"/> ran in it.</summary>
    StepRan,
}

public enum RequestOrder
{
    Newest,
    Slowest,

    /// <summary>The least satisfied first.</summary>
    Unhappiest,
}

/// <summary>The requests behind a number.</summary>
/// <param name="Skip">How many of the list to leave out: the pages before.</param>
public sealed record RequestQuestion(QualityFilter Filter, RequestPart Part, RequestOrder Order, int Skip)
{
    public string? Category { get; init; }
    public string? Label { get; init; }
    public string? Step { get; init; }

    /// <summary>The kind of the step; null for any of its name.</summary>
    public int? Kind { get; init; }
}

/// <summary>A request as the list shows it.</summary>
public sealed record ListedRequest
{
    public string TraceId { get; init; } = "";
    public DateTime StartedAt { get; init; }
    public string? Question { get; init; }
    public string? Release { get; init; }
    public string? UserId { get; init; }
    public double DurationMs { get; init; }
    public bool HasFailed { get; init; }

    /// <summary>False when sampling dropped the trace: the facts are all that is left.</summary>
    public bool IsKept { get; init; }
    public string? ErrorType { get; init; }
    public string? SqlOutcome { get; init; }
    public string? DataOutcome { get; init; }
    public int SqlJudged { get; init; }
    public int SqlExecutable { get; init; }

    /// <summary>What its user said, 1–5.</summary>
    public double? ExplicitStars { get; init; }

    /// <summary>Its satisfaction, 1–5.</summary>
    public double? Stars { get; init; }

    public string[] Signals { get; init; } = [];
}

/// <summary>Lists the requests behind a number of the quality page.</summary>
public sealed class JudgedRequestReader(Database database, IOptions<SatisfactionWeights> weights)
{
    public const int PageSize = 50;

    /// <summary>Pages are taken by offset here: the lists are bounded by their time, and sorted by more than it.</summary>
    public const int MaxSkip = 5_000;

    /// <summary>Requests are counted up to here.</summary>
    public const int MaxCount = 100_000;

    // SatisfactionParts.Composite: the weighted mean of the parts that are there.
    private const string Stars = """
        (coalesce(f.explicit_stars, 0) * @explicitWeight + coalesce(f.implicit_stars, 0) * @implicitWeight + coalesce(f.reverse_stars, 0) * @reverseWeight)
        / nullif((f.explicit_stars IS NOT NULL)::int * @explicitWeight + (f.implicit_stars IS NOT NULL)::int * @implicitWeight
            + (f.reverse_stars IS NOT NULL)::int * @reverseWeight, 0)
        """;

    /// <summary>One page and, to tell whether another follows, one row more.</summary>
    public async Task<IReadOnlyList<ListedRequest>> PageAsync(RequestQuestion question, CancellationToken cancellationToken)
    {
        var sql = $"""
            SELECT f.trace_id AS "TraceId", f.started_at AS "StartedAt", f.question AS "Question", f.release AS "Release", f.user_id AS "UserId",
                f.duration_ms AS "DurationMs", f.has_failed AS "HasFailed", f.is_kept AS "IsKept", f.error_type AS "ErrorType", f.sql_outcome AS "SqlOutcome",
                f.data_outcome AS "DataOutcome", f.sql_judged AS "SqlJudged", f.sql_executable AS "SqlExecutable",
                f.explicit_stars AS "ExplicitStars", r.stars AS "Stars", f.signals AS "Signals"
            {From(question)}
            ORDER BY {Sorting(question.Order)}
            LIMIT {PageSize + 1} OFFSET @skip
            """;
        return await database.QueryAsync<ListedRequest>(sql, Parameters(question), cancellationToken);
    }

    /// <summary>How many there are on all pages, up to <see cref="MaxCount"/>.</summary>
    public async Task<int> CountAsync(RequestQuestion question, CancellationToken cancellationToken)
    {
        var sql = $"SELECT count(*)::int FROM (SELECT {From(question)} LIMIT {MaxCount}) AS found";
        return (await database.QueryAsync<int>(sql, Parameters(question), cancellationToken))[0];
    }

    private static string From(RequestQuestion question) =>
        $"""
            FROM quality_facts AS f
            CROSS JOIN LATERAL (SELECT {Stars} AS stars) AS r
            WHERE {QualityFilter.Sql} AND {Condition(question.Part)}
            """;

    private DynamicParameters Parameters(RequestQuestion question) =>
        question.Filter.Parameters(
            new
            {
                skip = Math.Clamp(question.Skip, 0, MaxSkip),
                category = question.Category,
                label = StorableText.Clean(question.Label),
                step = StorableText.Clean(question.Step),
                kind = question.Kind,
                explicitWeight = weights.Value.Explicit,
                implicitWeight = weights.Value.Implicit,
                reverseWeight = weights.Value.Reverse,
            }
        );

    private static string Condition(RequestPart part) =>
        part switch
        {
            RequestPart.Failed => "f.has_failed",
            RequestPart.Failing => FailureReader.IsFailing,
            RequestPart.SqlJudged => "f.sql_judged > 0",
            RequestPart.SqlFailed => "f.sql_executable < f.sql_judged",
            RequestPart.SqlFinalFailed => "f.sql_final = false",
            RequestPart.DataChecked => "f.data_checked > 0",
            RequestPart.DataInvalid => "f.data_valid < f.data_checked",
            RequestPart.Streamed => "f.first_token_ms IS NOT NULL",
            RequestPart.Metered => "coalesce(f.input_tokens, f.output_tokens) IS NOT NULL",
            RequestPart.Priced => "f.cost IS NOT NULL",
            RequestPart.Rated => "r.stars IS NOT NULL",
            RequestPart.Explicit => "f.explicit_stars IS NOT NULL",
            RequestPart.Implicit => "f.implicit_stars IS NOT NULL",
            RequestPart.Reverse => "f.reverse_stars IS NOT NULL",
            RequestPart.Kept => "f.is_kept",
            RequestPart.Evaluated => "f.is_evaluated",
            RequestPart.Unevaluated => "NOT f.is_evaluated",
            RequestPart.Labelled => "f.is_labelled",
            RequestPart.Group =>
                $"{FailureReader.Category} = @category AND coalesce({FailureReader.Label}, 'other') = @label AND {FailureReader.Step} IS NOT DISTINCT FROM @step",
            RequestPart.StepFailed => $"EXISTS ({Step} AND s.failed > 0)",
            RequestPart.StepRan => $"EXISTS ({Step})",
            _ => "true",
        };

    private const string Step = """
        SELECT FROM quality_steps AS s
        WHERE s.project_id = f.project_id AND s.trace_id = f.trace_id AND s.name = @step AND (@kind::int IS NULL OR s.kind = @kind)
        """;

    private static string Sorting(RequestOrder order) =>
        order switch
        {
            RequestOrder.Slowest => "f.duration_ms DESC, f.trace_id",
            RequestOrder.Unhappiest => "r.stars NULLS LAST, f.started_at DESC, f.trace_id",
            _ => "f.started_at DESC, f.trace_id",
        };
}
