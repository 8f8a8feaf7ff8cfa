namespace LlmObs.Storage.Cases;

/// <summary>How a release answered one of a case's questions.</summary>
/// <param name="Release">Empty when the spans name none.</param>
/// <param name="IsOfCase">It is one of the case's own traces.</param>
/// <param name="SqlOutcome">Why the last judged statement did not run; null when it did, or none was judged.</param>
/// <param name="DataOutcome">The rule that its result broke.</param>
/// <param name="IsKept">False when sampling dropped the trace.</param>
public sealed record CaseAnswer(
    string Question,
    string Release,
    string TraceId,
    DateTime StartedAt,
    bool IsOfCase,
    bool HasFailed,
    string? ErrorType,
    int SqlJudged,
    string? SqlOutcome,
    string? DataOutcome,
    bool IsKept
);

/// <summary>What programs and models said of a release's answers, by the name of their scores.</summary>
/// <param name="Mean">Of boolean scores the share that passed.</param>
public sealed record CaseResult(string Name, string Release, bool IsBoolean, long Count, double Mean);

/// <summary>The questions of a case as a data set: one answer to each from every release that was asked it, and what was said of them.</summary>
/// <param name="Releases">In the order in which they first answered.</param>
public sealed record CaseRegression(IReadOnlyList<CaseAnswer> Answers, IReadOnlyList<string> Releases, IReadOnlyList<CaseResult> Results);

/// <summary>Reads who answered the questions of a case, and how. The same questions are those of <see cref="Domain.Quality.Questions"/>.</summary>
public sealed class CaseRegressionReader(Database database)
{
    /// <summary>Answers that are read: about so many questions times releases.</summary>
    public const int MaxAnswers = 500;

    // The case's own traces stand for their release; of another's answers the newest.
    private const string Answers = """
        WITH asked AS (
            SELECT f.question_key, min(f.question) AS question
            FROM case_traces AS t
            JOIN cases AS c ON c.id = t.case_id
            JOIN quality_facts AS f ON f.project_id = c.project_id AND f.trace_id = t.trace_id
            WHERE t.case_id = @id AND c.project_id = @projectId AND f.question_key IS NOT NULL
            GROUP BY f.question_key
        )
        SELECT DISTINCT ON (q.question, coalesce(f.release, ''))
            q.question AS "Question", coalesce(f.release, '') AS "Release", f.trace_id AS "TraceId", f.started_at AS "StartedAt",
            t.trace_id IS NOT NULL AS "IsOfCase", f.has_failed AS "HasFailed", f.error_type AS "ErrorType", f.sql_judged AS "SqlJudged",
            f.sql_outcome AS "SqlOutcome", f.data_outcome AS "DataOutcome", f.is_kept AS "IsKept"
        FROM asked AS q
        JOIN quality_facts AS f ON f.project_id = @projectId AND f.question_key = q.question_key
        LEFT JOIN case_traces AS t ON t.case_id = @id AND t.trace_id = f.trace_id
        ORDER BY q.question, coalesce(f.release, ''), t.trace_id IS NULL, NOT f.is_kept, f.started_at DESC, f.trace_id
        LIMIT @limit
        """;

    // Of several versions of one judgement the newest counts.
    private const string Results = """
        SELECT s.name AS "Name", a.release AS "Release", bool_and(s.data_type = 1) AS "IsBoolean", count(*) AS "Count", avg(s.value) AS "Mean"
        FROM unnest(@traceIds, @releases) AS a (trace_id, release)
        CROSS JOIN LATERAL (
            SELECT DISTINCT ON (o.span_id, o.name) o.name, o.data_type, o.value
            FROM scores AS o
            WHERE o.project_id = @projectId AND o.trace_id = a.trace_id AND o.source IN ('code', 'llm') AND o.value IS NOT NULL
            ORDER BY o.span_id, o.name, o.given_at DESC, o.id DESC
        ) AS s
        GROUP BY s.name, a.release
        ORDER BY s.name, a.release
        """;

    public async Task<CaseRegression> ReadAsync(int projectId, long id, CancellationToken cancellationToken)
    {
        var answers = await database.QueryAsync<CaseAnswer>(
            Answers,
            new
            {
                projectId,
                id,
                limit = MaxAnswers,
            },
            cancellationToken
        );
        var results = await database.QueryAsync<CaseResult>(
            Results,
            new
            {
                projectId,
                traceIds = answers.Select(answer => answer.TraceId).ToArray(),
                releases = answers.Select(answer => answer.Release).ToArray(),
            },
            cancellationToken
        );
        return new(
            answers,
            [.. answers.GroupBy(answer => answer.Release).OrderBy(release => release.Min(answer => answer.StartedAt)).Select(release => release.Key)],
            results
        );
    }
}
