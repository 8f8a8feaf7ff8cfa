using LlmObs.Domain;
using LlmObs.Domain.Updates;
using LlmObs.Storage.Rows;
using Microsoft.Extensions.Options;
using Npgsql;

namespace LlmObs.Storage.Writing;

/// <summary>Commits what events say of spans that come in pieces. When it returns, the events are durable; <see cref="UpdatedSpanFolder"/> makes the spans.</summary>
/// <remarks>
/// The row of a span is locked while its fields are merged, so replicas writing to one span take turns; the merge itself knows no order.
/// </remarks>
public sealed class UpdatedSpans(Database database, IOptions<StorageOptions> options)
{
    private const string MakeRows = """
        INSERT INTO updated_spans (project_id, trace_id, span_id)
        SELECT @projectId, trace_id, span_id FROM unnest(@traceIds, @spanIds) AS t (trace_id, span_id)
        ON CONFLICT (project_id, trace_id, span_id) DO NOTHING
        """;

    private const string LockRows = """
        SELECT u.trace_id AS "TraceId", u.span_id AS "SpanId", u.body AS "Body", u.json_bytes AS "JsonBytes"
        FROM updated_spans AS u
        JOIN unnest(@traceIds, @spanIds) AS t (trace_id, span_id) ON u.trace_id = t.trace_id AND u.span_id = t.span_id
        WHERE u.project_id = @projectId
        ORDER BY u.trace_id COLLATE "C", u.span_id COLLATE "C"
        FOR UPDATE OF u
        """;

    // A span that is complete is written at once; one that is not, when nothing has come for a while.
    private const string KeepRows = """
        UPDATE updated_spans AS u
        SET body = t.body, json_bytes = t.json_bytes, received_at = now(),
            due_at = clock_timestamp() + CASE WHEN t.is_complete THEN interval '0' ELSE @quiet END
        FROM unnest(@traceIds, @spanIds, @bodies, @jsonBytes, @completes) AS t (trace_id, span_id, body, json_bytes, is_complete)
        WHERE u.project_id = @projectId AND u.trace_id = t.trace_id AND u.span_id = t.span_id
        """;

    /// <exception cref="StorageUnavailableException">Nothing was written that the caller may rely on; the same events may be sent again.</exception>
    public async Task<int> MergeAsync(Project project, IReadOnlyCollection<UpdatedFields> updates, CancellationToken cancellationToken)
    {
        var bySpan = updates
            .GroupBy(update => new SpanKey(StorableText.Id(update.TraceId), StorableText.Id(update.SpanId)))
            .ToDictionary(same => same.Key, same => same.Aggregate((a, b) => a.With(b)));
        return bySpan.Count == 0
            ? 0
            : await database.RunAsync(connection => MergeAsync(connection, project, bySpan, cancellationToken), cancellationToken);
    }

    private async Task<int> MergeAsync(
        NpgsqlConnection connection,
        Project project,
        Dictionary<SpanKey, UpdatedFields> bySpan,
        CancellationToken cancellationToken
    )
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        SpanKey[] keys = [.. bySpan.Keys.Order()];
        var named = new
        {
            projectId = project.Id,
            traceIds = keys.Select(key => key.TraceId).ToArray(),
            spanIds = keys.Select(key => key.SpanId).ToArray(),
        };
        await connection.ExecuteAsync(MakeRows, named, cancellationToken);
        var rows = await connection.QueryAsync<Row>(LockRows, named, cancellationToken);
        var changed = new List<(SpanKey Key, UpdatedFields Fields, EncodedContent Content)>();
        foreach (var row in rows)
        {
            var key = new SpanKey(row.TraceId, row.SpanId);
            var before = row.Body is null ? null : ContentCodec.DecodeFields(row.Body, row.JsonBytes);
            var after = before?.With(bySpan[key]) ?? bySpan[key].With(bySpan[key]);
            if (before is null || !after.SaysTheSameAs(before))
            {
                changed.Add((key, after, ContentCodec.Encode(after)));
            }
        }

        var kept = new
        {
            projectId = project.Id,
            traceIds = changed.Select(row => row.Key.TraceId).ToArray(),
            spanIds = changed.Select(row => row.Key.SpanId).ToArray(),
            bodies = changed.Select(row => row.Content.Body).ToArray(),
            jsonBytes = changed.Select(row => row.Content.JsonBytes).ToArray(),
            completes = changed.Select(row => row.Fields.IsComplete).ToArray(),
            quiet = options.Value.UpdateQuiet,
        };
        await connection.ExecuteAsync(KeepRows, kept, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return changed.Count;
    }

    private sealed record Row(string TraceId, string SpanId, byte[]? Body, int JsonBytes);
}
