using LlmObs.Domain.Spans;
using LlmObs.Storage.Rows;

namespace LlmObs.Storage.Evaluators;

/// <summary>What a user asked before in the same session: a follow-up is complete only with it.</summary>
public sealed class EarlierQuestions(Database database)
{
    private const int Most = 5;

    private static readonly string Select = $"""
        SELECT question
        FROM (
            SELECT f.question, f.started_at
            FROM quality_facts AS f
            WHERE f.project_id = @projectId AND left(f.session_id, 200) = left(@sessionId, 200) AND f.session_id = @sessionId
              AND f.trace_id <> @traceId AND f.started_at < @before AND f.started_at > @before - interval '1 day' AND f.question IS NOT NULL
            ORDER BY f.started_at DESC
            LIMIT {Most}
        ) AS earlier
        ORDER BY started_at
        """;

    /// <summary>The last five of a day, oldest first; none for a span without a session.</summary>
    public async Task<IReadOnlyList<string>> ReadAsync(int projectId, Span span, CancellationToken cancellationToken)
    {
        if (span.SessionId is null)
        {
            return [];
        }

        var parameters = new
        {
            projectId,
            sessionId = StorableText.Clean(span.SessionId),
            traceId = StorableText.Id(span.TraceId),
            before = DateTime.UnixEpoch.AddTicks(span.StartUnixNano / 100),
        };
        return await database.QueryAsync<string>(Select, parameters, cancellationToken);
    }
}
