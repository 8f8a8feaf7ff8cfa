using LlmObs.Domain.Spans;
using LlmObs.Storage.Rows;
using Npgsql;

namespace LlmObs.Storage.Writing;

/// <summary>Keeps contents that came without their span, and wakes those whose span has just come.</summary>
internal static class LateContentInsert
{
    private const string Insert = """
        INSERT INTO late_contents (project_id, json_bytes, trace_id, span_id, key, body)
        SELECT @project_id, json_bytes, trace_id, span_id, key, body
        FROM unnest(@json_bytes, @trace_ids, @span_ids, @keys, @bodies) AS t (json_bytes, trace_id, span_id, key, body)
        ON CONFLICT (project_id, trace_id, span_id, key) DO NOTHING
        """;

    private const string Wake = """
        WITH waiting AS (
            SELECT l.project_id, l.trace_id, l.span_id, l.key
            FROM late_contents AS l
            JOIN unnest(@trace_ids, @span_ids) AS t (trace_id, span_id) ON l.trace_id = t.trace_id AND l.span_id = t.span_id
            WHERE l.project_id = @project_id AND l.merged_at IS NULL
            ORDER BY l.trace_id, l.span_id, l.key
            FOR UPDATE OF l
        )
        UPDATE late_contents AS l
        SET due_at = clock_timestamp(), attempts = 0
        FROM waiting AS w
        WHERE (l.project_id, l.trace_id, l.span_id, l.key) = (w.project_id, w.trace_id, w.span_id, w.key)
        """;

    public static NpgsqlBatchCommand Contents(int projectId, IEnumerable<LateContent> contents)
    {
        var rows = contents
            .Select(content => (Key: SpanKey.Of(content), Hash: StorableText.Id(content.Key), Content: content))
            .DistinctBy(row => (row.Key, row.Hash))
            .OrderBy(row => row.Key)
            .ThenBy(row => row.Hash, StringComparer.Ordinal)
            .Select(row => (row.Key, row.Hash, Encoded: ContentCodec.Encode(row.Content)))
            .ToList();
        return new(Insert)
        {
            Parameters =
            {
                new("project_id", projectId),
                new("json_bytes", rows.Select(row => row.Encoded.JsonBytes).ToArray()),
                new("trace_ids", rows.Select(row => row.Key.TraceId).ToArray()),
                new("span_ids", rows.Select(row => row.Key.SpanId).ToArray()),
                new("keys", rows.Select(row => row.Hash).ToArray()),
                new("bodies", rows.Select(row => row.Encoded.Body).ToArray()),
            },
        };
    }

    public static NpgsqlBatchCommand WakeFor(int projectId, IReadOnlyCollection<PreparedSpan> spans) =>
        new(Wake)
        {
            Parameters =
            {
                new("project_id", projectId),
                new("trace_ids", spans.Select(span => span.Key.TraceId).ToArray()),
                new("span_ids", spans.Select(span => span.Key.SpanId).ToArray()),
            },
        };
}
