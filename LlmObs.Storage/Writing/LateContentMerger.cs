using Dapper;
using LlmObs.Domain;
using LlmObs.Domain.Prices;
using LlmObs.Domain.Spans;
using LlmObs.Storage.Prices;
using LlmObs.Storage.Rows;
using LlmObs.Storage.Sampling;
using Microsoft.Extensions.Options;
using Npgsql;

namespace LlmObs.Storage.Writing;

/// <summary>Merges content that came apart from its span (GenAI log events) into the span once both are there, and queues the new version for SLS.</summary>
/// <remarks>
/// Whoever changes the late contents of a span that exists holds the lock on its row, so two mergers cannot work on one span.
/// A span that is just being written is not seen and is tried again; the writer wakes what waited for it.
/// </remarks>
public sealed class LateContentMerger(Database database, PriceBook prices, IOptions<StorageOptions> options)
{
    private const string Due = """
        SELECT l.project_id AS "ProjectId", p.name AS "ProjectName", l.trace_id AS "TraceId", l.span_id AS "SpanId"
        FROM late_contents AS l
        JOIN projects AS p ON p.id = l.project_id
        WHERE l.merged_at IS NULL AND l.due_at <= clock_timestamp()
        GROUP BY l.project_id, p.name, l.trace_id, l.span_id
        ORDER BY min(l.due_at)
        LIMIT @limit
        """;

    private const string LockSpans = """
        SELECT s.day AS "Day", s.trace_id AS "TraceId", s.span_id AS "SpanId"
        FROM spans AS s
        JOIN unnest(@traceIds, @spanIds) AS t (trace_id, span_id) ON s.trace_id = t.trace_id AND s.span_id = t.span_id
        WHERE s.project_id = @projectId
        ORDER BY s.trace_id, s.span_id, s.day
        FOR UPDATE OF s SKIP LOCKED
        """;

    private const string LoadSpans = $"""
        SELECT {SpanRow.Columns}, {SpanRow.ContentColumns}
        FROM spans AS s
        JOIN unnest(@days, @traceIds, @spanIds) AS t (day, trace_id, span_id) ON s.day = t.day AND s.trace_id = t.trace_id AND s.span_id = t.span_id
        LEFT JOIN span_contents AS c ON c.project_id = s.project_id AND c.trace_id = s.trace_id AND c.span_id = s.span_id AND c.day = s.day
        WHERE s.project_id = @projectId
        """;

    private const string LoadLate = """
        SELECT l.trace_id AS "TraceId", l.span_id AS "SpanId", l.key AS "Key", l.merged_at IS NOT NULL AS "IsMerged", l.body AS "Body", l.json_bytes AS "JsonBytes"
        FROM late_contents AS l
        JOIN unnest(@traceIds, @spanIds) AS t (trace_id, span_id) ON l.trace_id = t.trace_id AND l.span_id = t.span_id
        WHERE l.project_id = @projectId
        ORDER BY l.received_at, l.key
        """;

    // Half a second, doubling to five minutes; after a day only the span itself wakes it. due_at is the proof that the writer has not woken it meanwhile.
    private const string Postpone = """
        WITH waiting AS (
            SELECT l.project_id, l.trace_id, l.span_id, l.key
            FROM late_contents AS l
            JOIN unnest(@traceIds, @spanIds) AS t (trace_id, span_id) ON l.trace_id = t.trace_id AND l.span_id = t.span_id
            WHERE l.project_id = @projectId AND l.merged_at IS NULL AND l.due_at <= @seenAt
            ORDER BY l.trace_id, l.span_id, l.key
            FOR UPDATE OF l SKIP LOCKED
        )
        UPDATE late_contents AS l
        SET attempts = l.attempts + 1,
            due_at = CASE
                WHEN l.received_at < now() - interval '24 hours' THEN 'infinity'
                ELSE clock_timestamp() + least(interval '5 minutes', interval '0.5 seconds' * 2 ^ least(l.attempts, 20))
            END
        FROM waiting AS w
        WHERE (l.project_id, l.trace_id, l.span_id, l.key) = (w.project_id, w.trace_id, w.span_id, w.key)
        """;

    private const string MarkMerged = """
        UPDATE late_contents AS l
        SET merged_at = now()
        FROM unnest(@traceIds, @spanIds, @keys) AS t (trace_id, span_id, key)
        WHERE l.project_id = @projectId AND l.trace_id = t.trace_id AND l.span_id = t.span_id AND l.key = t.key
        """;

    /// <summary>Merges what is due for at most <paramref name="limit"/> spans. Returns how many spans changed; 0 when there is nothing to do now.</summary>
    public Task<int> MergeDueAsync(int limit, CancellationToken cancellationToken) =>
        database.RunAsync(
            async connection =>
            {
                var table = await prices.TableAsync(cancellationToken);
                var seenAt = await connection.ExecuteScalarAsync<DateTime>("SELECT clock_timestamp()");
                var due = await connection.QueryAsync<DueSpan>(Due, new { limit }, cancellationToken);
                var changed = 0;
                foreach (var spans in due.GroupBy(span => new Project(span.ProjectId, span.ProjectName)))
                {
                    changed += await MergeAsync(
                        connection,
                        table,
                        spans.Key,
                        [.. spans.Select(span => new SpanKey(span.TraceId, span.SpanId))],
                        seenAt,
                        cancellationToken
                    );
                }

                return changed;
            },
            cancellationToken
        );

    private async Task<int> MergeAsync(
        NpgsqlConnection connection,
        PriceTable table,
        Project project,
        IReadOnlyList<SpanKey> keys,
        DateTime seenAt,
        CancellationToken cancellationToken
    )
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var locked = await connection.QueryAsync<LockedSpan>(LockSpans, Of(project, keys), cancellationToken);
        var merged = locked.Count == 0 ? [] : await MergeLockedAsync(connection, table, project, locked, cancellationToken);
        if (merged.Count > 0)
        {
            await using (
                var update = new NpgsqlBatch(connection)
                {
                    BatchCommands = { SpanUpdate.Spans(project.Id, merged), SpanUpdate.Contents(project.Id, merged) },
                }
            )
            {
                await update.ExecuteNonQueryAsync(cancellationToken);
            }

            var ready = await TraceSampling.NotHeldAsync(connection, project.Id, merged, cancellationToken);
            await OutboxInsert.AddAsync(connection, project, ready, lease: null, options.Value, cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);

        // Skipped because another merger has it, or not there yet: both come again.
        var there = locked.Select(span => new SpanKey(span.TraceId, span.SpanId)).ToHashSet();
        var absent = keys.Where(key => !there.Contains(key)).ToList();
        if (absent.Count > 0)
        {
            var parameters = new
            {
                projectId = project.Id,
                traceIds = absent.Select(key => key.TraceId).ToArray(),
                spanIds = absent.Select(key => key.SpanId).ToArray(),
                seenAt,
            };
            await connection.ExecuteAsync(Postpone, parameters, cancellationToken);
        }

        return merged.Count;
    }

    // Read after the locks: what is read now is the newest, and stays so until the commit.
    private static async Task<List<PreparedSpan>> MergeLockedAsync(
        NpgsqlConnection connection,
        PriceTable table,
        Project project,
        List<LockedSpan> locked,
        CancellationToken cancellationToken
    )
    {
        SpanKey[] keys = [.. locked.Select(span => new SpanKey(span.TraceId, span.SpanId)).Distinct()];
        var spanParameters = new
        {
            projectId = project.Id,
            days = locked.Select(span => span.Day).ToArray(),
            traceIds = locked.Select(span => span.TraceId).ToArray(),
            spanIds = locked.Select(span => span.SpanId).ToArray(),
        };
        var rows = await connection.QueryAsync<SpanRow>(LoadSpans, spanParameters, cancellationToken);
        var late = (await connection.QueryAsync<LateRow>(LoadLate, Of(project, keys), cancellationToken)).ToLookup(row => new SpanKey(
            row.TraceId,
            row.SpanId
        ));

        var merged = new List<PreparedSpan>();
        foreach (var row in rows)
        {
            var key = new SpanKey(row.TraceId, row.SpanId);
            var parts = late[key].ToList();
            if (LateContentMerge.Apply(row.ToRecord(), parts) is { } changed)
            {
                // Tokens may have come with a part.
                var record = changed with
                {
                    Span = table.Price(changed.Span),
                };
                merged.Add(new(key, row.Day, record, ContentCodec.Encode(record.Content)));
            }
        }

        var fresh = late.SelectMany(parts => parts).Where(part => !part.IsMerged).ToList();
        var freshParameters = new
        {
            projectId = project.Id,
            traceIds = fresh.Select(part => part.TraceId).ToArray(),
            spanIds = fresh.Select(part => part.SpanId).ToArray(),
            keys = fresh.Select(part => part.Key).ToArray(),
        };
        await connection.ExecuteAsync(MarkMerged, freshParameters, cancellationToken);
        return merged;
    }

    private static object Of(Project project, IReadOnlyList<SpanKey> keys) =>
        new
        {
            projectId = project.Id,
            traceIds = keys.Select(key => key.TraceId).ToArray(),
            spanIds = keys.Select(key => key.SpanId).ToArray(),
        };

    private sealed record DueSpan(int ProjectId, string ProjectName, string TraceId, string SpanId);

    private sealed record LockedSpan(DateOnly Day, string TraceId, string SpanId);
}
