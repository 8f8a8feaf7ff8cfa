using LlmObs.Domain.Evaluators;
using LlmObs.Storage.Rows;

namespace LlmObs.Storage.Evaluators;

/// <summary>The scores of one name that a version of an evaluator has given.</summary>
/// <param name="Mean">Of a boolean score the share that passed.</param>
public sealed record ScoreSummary(string Name, bool IsBoolean, long Count, double? Mean);

/// <summary>How often a label was given with a score of that name.</summary>
public sealed record LabelCount(string Name, string Label, long Count);

/// <summary>A score with what it judges, for the list of results.</summary>
public sealed record JudgedSpan(
    string ScoreId,
    string TraceId,
    string? SpanId,
    string Name,
    double? Value,
    bool IsBoolean,
    string? Label,
    string? Comment,
    string? Question,
    DateTimeOffset GivenAt
);

/// <summary>What a version of an evaluator has said, by the beginning of its scores' ids.</summary>
public sealed class EvaluatorScores(Database database)
{
    private const int MostPairs = 20_000;

    private const string Summaries = """
        SELECT name AS "Name", bool_and(data_type = 1) AS "IsBoolean", count(*) AS "Count", avg(value) AS "Mean"
        FROM scores
        WHERE project_id = @projectId AND id ~>=~ @from AND id ~<~ @to
        GROUP BY name
        ORDER BY name
        """;

    private const string Labels = """
        SELECT name AS "Name", label AS "Label", count(*) AS "Count"
        FROM scores
        WHERE project_id = @projectId AND id ~>=~ @from AND id ~<~ @to AND label IS NOT NULL
        GROUP BY 1, 2
        ORDER BY 1, 3 DESC, 2
        LIMIT 100
        """;

    private const string Recent = """
        SELECT r.id AS "ScoreId", r.trace_id AS "TraceId", r.span_id AS "SpanId", r.name AS "Name", r.value AS "Value", r.data_type = 1 AS "IsBoolean", r.label AS "Label",
            left(r.comment, 500) AS "Comment", q.question AS "Question", r.given_at AS "GivenAt"
        FROM (
            SELECT id, trace_id, span_id, name, value, data_type, label, comment, given_at
            FROM scores
            WHERE project_id = @projectId AND id ~>=~ @from AND id ~<~ @to AND (NOT @onlyLow OR value < 0.5)
            ORDER BY given_at DESC, id
            LIMIT @limit
        ) AS r
        LEFT JOIN LATERAL (
            SELECT question FROM spans AS s
            WHERE s.project_id = @projectId AND s.trace_id = r.trace_id AND s.question IS NOT NULL
            ORDER BY s.parent_span_id NULLS FIRST, s.start_ns
            LIMIT 1
        ) AS q ON true
        ORDER BY r.given_at DESC, r.id
        """;

    // Of several people's words on one trace the decision counts, else the newest.
    private const string Pairs = """
        SELECT j.value AS "Judge", h.value AS "Human"
        FROM scores AS j
        CROSS JOIN LATERAL (
            SELECT coalesce(s.value, (lower(s.label) = lower(@humanYes))::int) AS value
            FROM scores AS s
            WHERE s.project_id = j.project_id AND s.trace_id = j.trace_id AND s.name = @humanName AND s.source = 'human'
              AND (s.value IS NOT NULL OR (s.label IS NOT NULL AND @humanYes <> ''))
            ORDER BY (s.id LIKE 'label:%:final') DESC, s.given_at DESC, s.id
            LIMIT 1
        ) AS h
        WHERE j.project_id = @projectId AND j.id ~>=~ @from AND j.id ~<~ @to AND j.value IS NOT NULL
        LIMIT @limit
        """;

    public async Task<IReadOnlyList<ScoreSummary>> SummariesAsync(Evaluator evaluator, CancellationToken cancellationToken) =>
        await database.QueryAsync<ScoreSummary>(Summaries, Range(evaluator), cancellationToken);

    /// <summary>Labels by how often they were given, the commonest first; at most 100.</summary>
    public async Task<IReadOnlyList<LabelCount>> LabelsAsync(Evaluator evaluator, CancellationToken cancellationToken) =>
        await database.QueryAsync<LabelCount>(Labels, Range(evaluator), cancellationToken);

    /// <summary>Newest first.</summary>
    /// <param name="onlyLow">Only what failed, or scored below one half.</param>
    public async Task<IReadOnlyList<JudgedSpan>> RecentAsync(Evaluator evaluator, bool onlyLow, int limit, CancellationToken cancellationToken)
    {
        var (projectId, from, to) = Bounds(evaluator);
        var rows = await database.QueryAsync<RecentRow>(
            Recent,
            new
            {
                projectId,
                from,
                to,
                onlyLow,
                limit,
            },
            cancellationToken
        );
        return [.. rows.Select(row => row.ToJudged())];
    }

    /// <summary>The evaluator's values beside what people said of the same traces under the name its judge has; at most 20,000.</summary>
    public async Task<IReadOnlyList<(double Judge, double Human)>> PairsAsync(
        Evaluator evaluator,
        JudgeSettings judge,
        CancellationToken cancellationToken
    )
    {
        var (projectId, from, to) = Bounds(evaluator);
        var rows = await database.QueryAsync<PairRow>(
            Pairs,
            new
            {
                projectId,
                from,
                to,
                humanName = StorableText.Clean(judge.HumanName),
                humanYes = StorableText.Clean(judge.HumanYes),
                limit = MostPairs,
            },
            cancellationToken
        );
        return [.. rows.Select(row => (row.Judge, row.Human))];
    }

    // The character after ':' in byte order ends the range.
    private static (int ProjectId, string From, string To) Bounds(Evaluator evaluator)
    {
        var start = ScoreIds.Start(evaluator.Name, evaluator.Version);
        return (evaluator.Project.Id, start, start[..^1] + ';');
    }

    private static object Range(Evaluator evaluator)
    {
        var (projectId, from, to) = Bounds(evaluator);
        return new
        {
            projectId,
            from,
            to,
        };
    }

    private sealed record PairRow(double Judge, double Human);

    private sealed record RecentRow(
        string ScoreId,
        string TraceId,
        string? SpanId,
        string Name,
        double? Value,
        bool IsBoolean,
        string? Label,
        string? Comment,
        string? Question,
        long GivenAt
    )
    {
        public JudgedSpan ToJudged() =>
            new(ScoreId, TraceId, SpanId, Name, Value, IsBoolean, Label, Comment, Question, DateTimeOffset.UnixEpoch.AddTicks(GivenAt * 10));
    }
}
