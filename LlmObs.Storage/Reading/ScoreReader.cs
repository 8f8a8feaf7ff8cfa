using LlmObs.Domain.Scores;
using LlmObs.Storage.Rows;

namespace LlmObs.Storage.Reading;

/// <summary>Which scores; null members match everything.</summary>
/// <param name="After">The last score of the page before.</param>
public sealed record ScoreFilter(
    string? TraceId,
    string? SpanId,
    string? SessionId,
    string? RequestId,
    string? Name,
    (long UnixMicros, string Id)? After
)
{
    /// <summary>The least number; of booleans 0 or 1.</summary>
    public double? AtLeast { get; init; }

    /// <summary>The greatest number.</summary>
    public double? AtMost { get; init; }

    /// <summary>The word of a categorical score, or the label beside a number, as it was given.</summary>
    public string? Label { get; init; }

    /// <summary>Those of the name that <see cref="AtLeast"/>, <see cref="AtMost"/> and <see cref="Label"/> do not fit.</summary>
    public bool IsOther { get; init; }
}

/// <summary>What several scores say.</summary>
/// <param name="Value">The number; of booleans 0 or 1. Null when it is a word.</param>
public sealed record ScoreValue(ScoreType Type, double? Value, string? Label, long Count);

public sealed class ScoreReader(Database database)
{
    private const string Columns = ScoreRow.Columns;

    // Enough to know what is usual.
    private const int NewestValues = 1000;

    private const string Page = $"""
        SELECT {Columns}
        FROM scores AS s
        WHERE s.project_id = @projectId
          AND (@traceId::text IS NULL OR s.trace_id = @traceId)
          AND (@spanId::text IS NULL OR s.span_id = @spanId)
          AND (@sessionId::text IS NULL OR s.session_id = @sessionId)
          AND (@requestId::text IS NULL OR s.request_id = @requestId)
          AND (@name::text IS NULL OR s.name = @name)
          AND (((@atLeast::double precision IS NULL OR s.value >= @atLeast)
            AND (@atMost::double precision IS NULL OR s.value <= @atMost)
            AND (@label::text IS NULL OR s.label = @label)) IS TRUE) <> @isOther
          AND (@afterId::text IS NULL OR (s.given_at, s.id) < (@afterTime, @afterId))
        ORDER BY s.given_at DESC, s.id DESC
        LIMIT @limit
        """;

    private const string Find = $"SELECT {Columns} FROM scores AS s WHERE s.project_id = @projectId AND s.id = @id";

    // A request or a session is judged as a whole: what was said of it stands on each of its traces.
    private const string OfTrace = $"""
        SELECT {Columns} FROM scores AS s WHERE s.project_id = @projectId AND s.trace_id = @traceId
        UNION
        SELECT {Columns} FROM scores AS s WHERE s.project_id = @projectId AND s.trace_id IS NULL AND s.request_id = @requestId
        UNION
        SELECT {Columns} FROM scores AS s WHERE s.project_id = @projectId AND s.trace_id IS NULL AND s.session_id = @sessionId
        ORDER BY "GivenAt", "Id"
        LIMIT 1000
        """;

    private const string OfTraces = $"""
        SELECT {Columns} FROM scores AS s WHERE s.project_id = @projectId AND s.trace_id = ANY (@traceIds)
        UNION ALL
        SELECT {Columns} FROM scores AS s WHERE s.project_id = @projectId AND s.trace_id IS NULL AND s.request_id = ANY (@requestIds)
        ORDER BY "GivenAt", "Id"
        """;

    // One look into the index for each name, however many scores have it.
    private const string Names = """
        WITH RECURSIVE names AS (
            (SELECT s.name FROM scores AS s WHERE s.project_id = @projectId ORDER BY s.name LIMIT 1)
            UNION ALL
            SELECT (SELECT s.name FROM scores AS s WHERE s.project_id = @projectId AND s.name > n.name ORDER BY s.name LIMIT 1)
            FROM names AS n
            WHERE n.name IS NOT NULL
        )
        SELECT name FROM names WHERE name IS NOT NULL LIMIT @limit
        """;

    private const string Values = """
        SELECT s.data_type::int AS "Type", s.value AS "Value", s.label AS "Label", count(*) AS "Count"
        FROM (
            SELECT s.data_type, s.value, CASE WHEN s.value IS NULL THEN s.label END AS label
            FROM scores AS s
            WHERE s.project_id = @projectId AND s.name = @name
            ORDER BY s.given_at DESC, s.id DESC
            LIMIT @newest
        ) AS s
        GROUP BY s.data_type, s.value, s.label
        ORDER BY count(*) DESC, s.value, s.label
        """;

    /// <summary>Null when the project has no score of that id.</summary>
    public async Task<Score?> FindAsync(int projectId, string id, CancellationToken cancellationToken) =>
        await QueryAsync(Find, new { projectId, id = StorableText.Clean(id) }, cancellationToken) is [var score] ? score : null;

    /// <summary>A page, newest first.</summary>
    public Task<IReadOnlyList<Score>> PageAsync(int projectId, ScoreFilter filter, int limit, CancellationToken cancellationToken) =>
        QueryAsync(
            Page,
            new
            {
                projectId,
                traceId = StorableText.Id(filter.TraceId),
                spanId = StorableText.Id(filter.SpanId),
                sessionId = StorableText.Id(filter.SessionId),
                requestId = StorableText.Id(filter.RequestId),
                name = StorableText.Clean(filter.Name),
                atLeast = filter.AtLeast,
                atMost = filter.AtMost,
                label = StorableText.Clean(filter.Label),
                isOther = filter.IsOther,
                afterTime = filter.After?.UnixMicros ?? 0,
                afterId = filter.After?.Id,
                limit,
            },
            cancellationToken
        );

    /// <summary>The names that scores of the project have, in alphabetical order.</summary>
    public async Task<IReadOnlyList<string>> NamesAsync(int projectId, int limit, CancellationToken cancellationToken) =>
        await database.QueryAsync<string>(Names, new { projectId, limit }, cancellationToken);

    /// <summary>What the newest scores of a name say, the commonest first.</summary>
    public async Task<IReadOnlyList<ScoreValue>> ValuesAsync(int projectId, string name, CancellationToken cancellationToken) =>
        await database.QueryAsync<ScoreValue>(
            Values,
            new
            {
                projectId,
                name = StorableText.Clean(name),
                newest = NewestValues,
            },
            cancellationToken
        );

    /// <summary>The scores of a trace, of its spans, and of its request and session as a whole; oldest first, at most 1000.</summary>
    public Task<IReadOnlyList<Score>> OfTraceAsync(
        int projectId,
        string traceId,
        string? requestId,
        string? sessionId,
        CancellationToken cancellationToken
    ) =>
        QueryAsync(
            OfTrace,
            new
            {
                projectId,
                traceId = StorableText.Id(traceId),
                requestId = StorableText.Id(requestId),
                sessionId = StorableText.Id(sessionId),
            },
            cancellationToken
        );

    /// <summary>The scores of several traces, of their spans, and of their requests as a whole; oldest first.</summary>
    public Task<IReadOnlyList<Score>> OfTracesAsync(
        int projectId,
        IReadOnlyCollection<string> traceIds,
        IReadOnlyCollection<string> requestIds,
        CancellationToken cancellationToken
    ) =>
        QueryAsync(
            OfTraces,
            new
            {
                projectId,
                traceIds = traceIds.Select(id => StorableText.Id(id)).ToArray(),
                requestIds = requestIds.Select(id => StorableText.Id(id)).ToArray(),
            },
            cancellationToken
        );

    private async Task<IReadOnlyList<Score>> QueryAsync(string sql, object parameters, CancellationToken cancellationToken) =>
        [.. (await database.QueryAsync<ScoreRow>(sql, parameters, cancellationToken)).Select(row => row.ToScore())];
}
