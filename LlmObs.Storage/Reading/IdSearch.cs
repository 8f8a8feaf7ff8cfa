using LlmObs.Domain.Dify;
using LlmObs.Storage.Rows;
using Npgsql;

namespace LlmObs.Storage.Reading;

/// <summary>Tries an id as each kind in turn, the most exact first; every question is answered by an index.</summary>
internal static class IdSearch
{
    private const int MaxTraces = 20;

    private const string ByTrace = """
        SELECT s.trace_id AS "Id", s.trace_id AS "TraceId"
        FROM spans AS s
        WHERE s.project_id = @projectId AND s.trace_id = ANY (@ids)
        LIMIT 1
        """;

    private const string BySpan = """
        SELECT s.span_id AS "Id", s.trace_id AS "TraceId"
        FROM spans AS s
        WHERE s.project_id = @projectId AND s.span_id = ANY (@ids)
        GROUP BY s.span_id, s.trace_id
        ORDER BY max(s.start_ns) DESC
        LIMIT @limit
        """;

    private static readonly (IdKind Kind, string Sql)[] Questions =
    [
        (IdKind.Trace, ByTrace),
        (IdKind.Span, BySpan),
        (IdKind.Request, By("request_id")),
        (IdKind.Session, By("session_id")),
        (IdKind.User, By("user_id")),
    ];

    public static async Task<IdMatch?> FindAsync(NpgsqlConnection connection, int projectId, string text, CancellationToken cancellationToken)
    {
        text = StorableText.Clean(text.Trim());
        if (text.Length == 0)
        {
            return null;
        }

        var parameters = new
        {
            projectId,
            text,
            ids = Spellings(text),
            limit = MaxTraces,
        };
        foreach (var (kind, sql) in Questions)
        {
            var found = await connection.QueryAsync<Found>(sql, parameters, cancellationToken);
            if (found.Count > 0)
            {
                return new(kind, found[0].Id, [.. found.Select(row => row.TraceId)]);
            }
        }

        return null;
    }

    private static string By(string column) =>
        $"""
            SELECT s.{column} AS "Id", s.trace_id AS "TraceId"
            FROM spans AS s
            WHERE s.project_id = @projectId AND left(s.{column}, 200) = left(@text, 200) AND s.{column} = @text
            GROUP BY s.{column}, s.trace_id
            ORDER BY max(s.start_ns) DESC
            LIMIT @limit
            """;

    // OTLP ids are kept in lower case, and pasted from tools that print them in upper case. A UUID may be Dify's: of a run, a message or a node.
    private static string[] Spellings(string text) =>
        text.Length is 16 or 32 && text.All(char.IsAsciiHexDigit) ? [StorableText.Id(text), text.ToLowerInvariant()]
        : Guid.TryParseExact(text, "D", out var id)
            ? [StorableText.Id(text), DifyIds.Trace(id), DifyIds.Message(id), DifyIds.Workflow(id), DifyIds.Node(id)]
        : [StorableText.Id(text)];

    private sealed record Found(string Id, string TraceId);
}
