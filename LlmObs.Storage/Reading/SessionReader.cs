using LlmObs.Domain.Scores;
using LlmObs.Domain.Spans;
using LlmObs.Domain.Traces;
using LlmObs.Storage.Rows;

namespace LlmObs.Storage.Reading;

/// <summary>One question of a conversation and its answer.</summary>
/// <param name="Answer">Null when no span kept one.</param>
/// <param name="Scores">What was said of this turn, oldest first.</param>
public sealed record Turn(TraceSummary Summary, string? Answer, IReadOnlyList<Score> Scores);

/// <summary>Some turns of a conversation, in order.</summary>
/// <param name="TurnCount">Of the whole conversation.</param>
/// <param name="Skipped">Turns before these.</param>
/// <param name="Scores">What was said of the conversation as a whole.</param>
public sealed record Session(string Id, IReadOnlyList<Turn> Turns, long TurnCount, int Skipped, IReadOnlyList<Score> Scores);

/// <summary>Conversations, from the record of truth.</summary>
public sealed class SessionReader(Database database)
{
    private const string TraceIds = """
        SELECT s.trace_id AS "TraceId", count(*) OVER () AS "All"
        FROM spans AS s
        WHERE s.project_id = @projectId AND left(s.session_id, 200) = left(@sessionId, 200) AND s.session_id = @sessionId
        GROUP BY s.trace_id
        ORDER BY min(s.start_ns), s.trace_id
        OFFSET @skip LIMIT @limit
        """;

    private const string Place = """
        SELECT t.place - 1
        FROM (
            SELECT s.trace_id, row_number() OVER (ORDER BY min(s.start_ns), s.trace_id) AS place
            FROM spans AS s
            WHERE s.project_id = @projectId AND left(s.session_id, 200) = left(@sessionId, 200) AND s.session_id = @sessionId
            GROUP BY s.trace_id
        ) AS t
        WHERE t.trace_id = @traceId
        """;

    private const string Spans = $"""
        SELECT {SpanRow.Columns}
        FROM spans AS s
        WHERE s.project_id = @projectId AND s.trace_id = ANY (@traceIds)
        """;

    private const string Contents = $"""
        SELECT {SpanRow.Columns}, {SpanRow.ContentColumns}
        FROM unnest(@traceIds, @spanIds) AS wanted (trace_id, span_id)
        JOIN spans AS s ON s.project_id = @projectId AND s.trace_id = wanted.trace_id AND s.span_id = wanted.span_id
        JOIN span_contents AS c ON c.project_id = s.project_id AND c.trace_id = s.trace_id AND c.span_id = s.span_id AND c.day = s.day
        """;

    private const string Scores = $"""
        SELECT {ScoreRow.Columns} FROM scores AS s WHERE s.project_id = @projectId AND s.trace_id = ANY (@traceIds)
        UNION
        SELECT {ScoreRow.Columns} FROM scores AS s WHERE s.project_id = @projectId AND s.trace_id IS NULL AND s.session_id = @sessionId
        ORDER BY "GivenAt", "Id"
        LIMIT 2000
        """;

    /// <summary>How many turns of a conversation come before a trace; 0 when it is none of them.</summary>
    public Task<long> TurnsBeforeAsync(int projectId, string sessionId, string traceId, CancellationToken cancellationToken) =>
        database.FindAsync<long>(
            Place,
            new
            {
                projectId,
                sessionId = StorableText.Clean(sessionId),
                traceId,
            },
            cancellationToken
        );

    /// <summary>A part of a conversation, oldest first; null when there is none of that id, or none after <paramref name="skip"/> turns.</summary>
    public async Task<Session?> ReadAsync(int projectId, string sessionId, int skip, int limit, CancellationToken cancellationToken)
    {
        var id = StorableText.Clean(sessionId);
        var ids = await database.QueryAsync<IdRow>(
            TraceIds,
            new
            {
                projectId,
                sessionId = id,
                skip,
                limit,
            },
            cancellationToken
        );
        return ids.Count == 0 ? null : await ReadAsync(projectId, id, ids, skip, cancellationToken);
    }

    private async Task<Session> ReadAsync(int projectId, string sessionId, List<IdRow> ids, int skip, CancellationToken cancellationToken)
    {
        var traceIds = ids.Select(row => row.TraceId).ToArray();
        var rows = await database.QueryAsync<SpanRow>(Spans, new { projectId, traceIds }, cancellationToken);
        var trees = rows.GroupBy(row => row.TraceId, StringComparer.Ordinal)
            .ToDictionary(trace => trace.Key, trace => TraceTree.Build(trace.Select(row => row.ToSpan())), StringComparer.Ordinal);
        var candidates = trees.Values.SelectMany(TraceAnswer.Candidates).ToList();
        var contents = await database.QueryAsync<SpanRow>(
            Contents,
            new
            {
                projectId,
                traceIds = candidates.Select(span => span.TraceId).ToArray(),
                spanIds = candidates.Select(span => span.SpanId).ToArray(),
            },
            cancellationToken
        );
        var answers = contents
            .Select(row => row.ToRecord())
            .ToDictionary(record => (record.Span.TraceId, record.Span.SpanId), record => TraceAnswer.Text(record.Content));
        var judged = await database.QueryAsync<ScoreRow>(
            Scores,
            new
            {
                projectId,
                sessionId,
                traceIds,
            },
            cancellationToken
        );
        var scores = judged.ConvertAll(row => row.ToScore());
        var ofTraces = scores.Where(score => score.TraceId is not null).ToLookup(score => score.TraceId!, StringComparer.Ordinal);
        return new(
            sessionId,
            [
                .. traceIds
                    .Where(trees.ContainsKey)
                    .Select(id => new Turn(TraceRollup.Summarise(trees[id]), Answer(trees[id], answers), [.. ofTraces[id]])),
            ],
            ids[0].All,
            skip,
            [.. scores.Where(score => score.TraceId is null)]
        );
    }

    private static string? Answer(TraceTree tree, Dictionary<(string, string), string?> answers) =>
        TraceAnswer
            .Candidates(tree)
            .Select(span => answers.GetValueOrDefault((span.TraceId, span.SpanId)))
            .FirstOrDefault(answer => answer is not null);

    private sealed record IdRow(string TraceId, long All);
}
