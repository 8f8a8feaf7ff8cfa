using LlmObs.Domain.Spans;
using LlmObs.Storage.Rows;

namespace LlmObs.Storage.Reconciling;

/// <summary>An outbox row that was set aside.</summary>
/// <param name="Reason">What SLS said; null only when nobody wrote it down.</param>
public sealed record ParkedBatch(
    long Id,
    Guid BatchId,
    string Project,
    int Spans,
    int Attempts,
    DateTimeOffset CreatedAt,
    DateTimeOffset ParkedAt,
    string? Reason
);

/// <summary>Outbox rows that were set aside, for a person to look at.</summary>
public sealed class ParkedBatches(Database database)
{
    private const string List = """
        SELECT o.id AS "Id", o.batch_id AS "BatchId", p.name AS "Project", o.span_count AS "Spans", o.attempts AS "Attempts",
            o.created_at AS "CreatedAt", o.parked_at AS "ParkedAt", o.last_error AS "Reason"
        FROM outbox AS o JOIN projects AS p ON p.id = o.project_id
        WHERE o.parked_at IS NOT NULL AND p.name = @project
        ORDER BY o.id
        LIMIT @limit
        """;

    // Attempts are kept above zero: it may have reached SLS in part, so SLS is asked first.
    private const string Retry = """
        UPDATE outbox AS o
        SET parked_at = NULL, due_at = now(), leased_until = NULL, attempts = 1
        FROM projects AS p
        WHERE o.id = @id AND o.parked_at IS NOT NULL AND p.id = o.project_id AND p.name = @project
        """;

    private const string Contents = $"""
        SELECT {SpanRow.Columns}, {SpanRow.ContentColumns}
        FROM outbox AS o
        JOIN projects AS p ON p.id = o.project_id AND p.name = @project
        CROSS JOIN unnest(o.days, o.trace_ids, o.span_ids) AS t (day, trace_id, span_id)
        JOIN spans AS s ON s.project_id = o.project_id AND s.trace_id = t.trace_id AND s.span_id = t.span_id AND s.day = t.day
        LEFT JOIN span_contents AS c ON c.project_id = s.project_id AND c.trace_id = s.trace_id AND c.span_id = s.span_id AND c.day = s.day
        WHERE o.id = @id AND o.parked_at IS NOT NULL
        ORDER BY s.start_ns
        """;

    /// <summary>A project's parked batches, oldest first.</summary>
    public async Task<IReadOnlyList<ParkedBatch>> ListAsync(string project, int limit, CancellationToken cancellationToken)
    {
        var rows = await database.QueryAsync<Row>(List, new { project, limit }, cancellationToken);
        return rows.ConvertAll(row => new ParkedBatch(
            row.Id,
            row.BatchId,
            row.Project,
            row.Spans,
            row.Attempts,
            new(row.CreatedAt),
            new(row.ParkedAt),
            row.Reason
        ));
    }

    /// <summary>Gives a batch back to the shippers. False when it is not parked, or not of that project.</summary>
    public async Task<bool> RetryAsync(string project, long id, CancellationToken cancellationToken) =>
        await database.ExecuteAsync(Retry, new { project, id }, cancellationToken) > 0;

    /// <summary>The spans of a parked batch with their contents; empty when it is not parked, or not of that project.</summary>
    public async Task<IReadOnlyList<SpanRecord>> ReadAsync(string project, long id, CancellationToken cancellationToken) =>
        (await database.QueryAsync<SpanRow>(Contents, new { project, id }, cancellationToken)).ConvertAll(row => row.ToRecord());

    private sealed record Row(long Id, Guid BatchId, string Project, int Spans, int Attempts, DateTime CreatedAt, DateTime ParkedAt, string? Reason);
}
