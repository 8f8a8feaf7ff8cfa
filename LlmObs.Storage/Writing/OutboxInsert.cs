using LlmObs.Domain;
using LlmObs.Domain.Spans;
using LlmObs.Storage.Rows;
using Npgsql;
using NpgsqlTypes;

namespace LlmObs.Storage.Writing;

/// <summary>Writes outbox rows within the transaction that writes their spans.</summary>
internal static class OutboxInsert
{
    private const string Insert = """
        INSERT INTO outbox (batch_id, project_id, leased_until, attempts, span_count, days, trace_ids, span_ids)
        VALUES (@batch_id, @project_id, now() + @lease, @attempts, cardinality(@span_ids), @days, @trace_ids, @span_ids)
        RETURNING id, batch_id, created_at
        """;

    /// <summary>Cuts the spans into rows that fit one PutLogs each and inserts them.</summary>
    /// <param name="lease">How long the rows are the caller's to ship, which counts as their first attempt; null leaves them to whoever claims first.</param>
    public static async Task<IReadOnlyList<OutboxBatch>> AddAsync(
        NpgsqlConnection connection,
        Project project,
        IReadOnlyList<PreparedSpan> spans,
        TimeSpan? lease,
        StorageOptions options,
        CancellationToken cancellationToken
    )
    {
        if (spans.Count == 0)
        {
            return [];
        }

        var chunks = Cut(spans, options.OutboxRowSpans, options.OutboxRowBytes);
        await using var batch = new NpgsqlBatch(connection);
        foreach (var chunk in chunks)
        {
            batch.BatchCommands.Add(Command(project, chunk, lease));
        }

        var rows = new List<OutboxBatch>(chunks.Count);
        await batch.PrepareAsync(cancellationToken);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        for (var i = 0; i < chunks.Count; i++)
        {
            await reader.ReadAsync(cancellationToken);
            // now() of one transaction: a span that is new was received when its outbox row was made.
            var createdAt = reader.GetFieldValue<DateTimeOffset>(2);
            IReadOnlyList<SpanRecord> records = [.. chunks[i].Select(span => span.Record with { ReceivedAt = span.Record.ReceivedAt ?? createdAt })];
            rows.Add(new(reader.GetInt64(0), reader.GetGuid(1), project, 0, createdAt, records));
            await reader.NextResultAsync(cancellationToken);
        }

        return rows;
    }

    internal static IReadOnlyList<IReadOnlyList<PreparedSpan>> Cut(IReadOnlyList<PreparedSpan> spans, int maxSpans, int maxBytes)
    {
        var chunks = new List<IReadOnlyList<PreparedSpan>>();
        var chunk = new List<PreparedSpan>();
        long bytes = 0;
        foreach (var span in spans)
        {
            if (chunk.Count > 0 && (chunk.Count == maxSpans || bytes + span.Content.JsonBytes > maxBytes))
            {
                chunks.Add(chunk);
                (chunk, bytes) = ([], 0);
            }

            chunk.Add(span);
            bytes += span.Content.JsonBytes;
        }

        chunks.Add(chunk);
        return chunks;
    }

    private static NpgsqlBatchCommand Command(Project project, IReadOnlyList<PreparedSpan> spans, TimeSpan? lease) =>
        new(Insert)
        {
            Parameters =
            {
                new("batch_id", Guid.CreateVersion7()),
                new("project_id", project.Id),
                new("lease", NpgsqlDbType.Interval) { Value = (object?)lease ?? DBNull.Value },
                new("attempts", lease is null ? 0 : 1),
                new("days", spans.Select(span => span.Day).ToArray()),
                new("trace_ids", spans.Select(span => span.Key.TraceId).ToArray()),
                new("span_ids", spans.Select(span => span.Key.SpanId).ToArray()),
            },
        };
}
