using LlmObs.Domain;
using LlmObs.Domain.Spans;
using LlmObs.Storage.Rows;
using Npgsql;

namespace LlmObs.Storage.Writing;

/// <summary>What is to be sent to SLS as one PutLogs.</summary>
/// <param name="Id">The outbox row.</param>
/// <param name="BatchId">Goes with the logs as a tag, so that SLS can be asked whether it has them.</param>
/// <param name="Attempts">Times it was claimed before; 0 on the fast path.</param>
/// <param name="Records">The newest version of each span, content included.</param>
public sealed record OutboxBatch(long Id, Guid BatchId, Project Project, int Attempts, DateTimeOffset CreatedAt, IReadOnlyList<SpanRecord> Records);

/// <summary>Depth and health of the outbox.</summary>
public sealed record OutboxStatus(
    long Pending,
    long PendingSpans,
    DateTimeOffset? OldestAt,
    long Parked,
    long ShippedBatches,
    long ShippedSpans,
    long FailedAttempts,
    string? LastError
);

/// <summary>The queue between PostgreSQL and SLS. Rows are claimed with FOR UPDATE SKIP LOCKED under a lease, so that replicas share it and a killed one loses nothing.</summary>
public sealed class Outbox(Database database)
{
    private const string Claim = """
        WITH due AS (
            SELECT id
            FROM outbox
            WHERE parked_at IS NULL AND due_at <= now() AND (leased_until IS NULL OR leased_until <= now())
            ORDER BY id
            LIMIT @limit
            FOR UPDATE SKIP LOCKED
        )
        UPDATE outbox AS o
        SET leased_until = now() + @lease, attempts = o.attempts + 1
        FROM due, projects AS p
        WHERE o.id = due.id AND p.id = o.project_id
        RETURNING o.id AS "Id", o.batch_id AS "BatchId", o.project_id AS "ProjectId", p.name AS "ProjectName", o.attempts - 1 AS "Attempts",
            o.created_at AS "CreatedAt", o.days AS "Days", o.trace_ids AS "TraceIds", o.span_ids AS "SpanIds"
        """;

    // The days are given twice: in the join to find the row, and as a plain list so that the planner leaves other partitions out.
    private const string Load = $"""
        SELECT {SpanRow.Columns}, {SpanRow.ContentColumns}
        FROM unnest(@Days, @TraceIds, @SpanIds) AS t (day, trace_id, span_id)
        JOIN spans AS s ON s.project_id = @ProjectId AND s.trace_id = t.trace_id AND s.span_id = t.span_id AND s.day = t.day
        LEFT JOIN span_contents AS c ON c.project_id = @ProjectId AND c.trace_id = t.trace_id AND c.span_id = t.span_id AND c.day = t.day AND c.day = ANY (@Days)
        WHERE s.day = ANY (@Days)
        """;

    // Spans that reach SLS after their minute was compared: it is compared once more.
    private const string Complete = """
        WITH done AS (DELETE FROM outbox WHERE id = ANY (@ids) RETURNING span_count),
             total AS (SELECT count(*) AS batches, coalesce(sum(span_count), 0) AS spans FROM done),
             late AS (
                 INSERT INTO ledger_minutes AS l
                     (project_id, minute, state, record_spans, sls_spans, missing_spans, surplus_logs, repaired_spans, repairs)
                 SELECT m.project_id, m.minute, 1, 0, 0, 0, 0, 0, 0
                 FROM unnest(@projectIds, @minutes) AS m (project_id, minute)
                 WHERE m.minute < (SELECT next_minute FROM ledger_progress)
                 ON CONFLICT (project_id, minute) DO UPDATE SET state = 1, checked_at = now() WHERE l.state IN (0, 3)
             )
        UPDATE outbox_totals
        SET shipped_batches = shipped_batches + total.batches, shipped_spans = shipped_spans + total.spans
        FROM total
        """;

    // The number of attempts tells whether the row is still the caller's: another claimer would have raised it.
    private const string Fail = """
        WITH failed AS (
            UPDATE outbox
            SET due_at = coalesce(@retryAt, due_at), parked_at = CASE WHEN @park THEN now() END, leased_until = NULL, last_error = @error, attempts = @Attempts + 1
            WHERE id = @Id AND attempts = @Attempts + 1
            RETURNING id
        )
        UPDATE outbox_totals SET failed_attempts = failed_attempts + 1, last_error = @error WHERE EXISTS (SELECT FROM failed)
        """;

    // One attempt is that of the fast path, which was none: whoever claimed the row since would have raised the number.
    private const string Release = """
        UPDATE outbox SET attempts = 0, leased_until = NULL WHERE id = ANY (@ids) AND attempts = 1 AND leased_until > now() AND parked_at IS NULL
        """;

    private const string Status = """
        SELECT count(*) FILTER (WHERE parked_at IS NULL) AS "Pending",
            coalesce(sum(span_count) FILTER (WHERE parked_at IS NULL), 0)::bigint AS "PendingSpans",
            min(created_at) FILTER (WHERE parked_at IS NULL) AS "OldestAt",
            count(*) FILTER (WHERE parked_at IS NOT NULL) AS "Parked",
            (SELECT shipped_batches FROM outbox_totals) AS "ShippedBatches",
            (SELECT shipped_spans FROM outbox_totals) AS "ShippedSpans",
            (SELECT failed_attempts FROM outbox_totals) AS "FailedAttempts",
            (SELECT last_error FROM outbox_totals) AS "LastError"
        FROM outbox
        """;

    /// <summary>Claims up to <paramref name="limit"/> due rows nobody holds, oldest first, and loads their spans.</summary>
    public Task<IReadOnlyList<OutboxBatch>> ClaimAsync(int limit, TimeSpan lease, CancellationToken cancellationToken) =>
        database.RunAsync<IReadOnlyList<OutboxBatch>>(
            async connection =>
            {
                var rows = await connection.QueryAsync<ClaimedRow>(Claim, new { limit, lease }, cancellationToken);
                var batches = new List<OutboxBatch>();
                foreach (var row in rows.OrderBy(row => row.Id))
                {
                    var records = await LoadAsync(connection, row, cancellationToken);
                    batches.Add(new(row.Id, row.BatchId, new(row.ProjectId, row.ProjectName), row.Attempts, new(row.CreatedAt), records));
                }

                return batches;
            },
            cancellationToken
        );

    /// <summary>Removes shipped rows and counts them. Minutes they belong to are compared again when the ledger has passed them.</summary>
    public Task CompleteAsync(IReadOnlyCollection<OutboxBatch> batches, CancellationToken cancellationToken)
    {
        var minutes = batches
            .SelectMany(batch =>
                batch.Records.Select(record => (ProjectId: batch.Project.Id, Minute: MinuteOf(record.ReceivedAt ?? batch.CreatedAt)))
            )
            .Distinct()
            .Order()
            .ToList();
        return database.ExecuteAsync(
            Complete,
            new
            {
                ids = batches.Select(batch => batch.Id).ToArray(),
                projectIds = minutes.ConvertAll(minute => minute.ProjectId).ToArray(),
                minutes = minutes.ConvertAll(minute => minute.Minute).ToArray(),
            },
            cancellationToken
        );
    }

    /// <summary>Gives back rows of the fast path that nobody tried to send: whoever claims them need not ask SLS for them. Those whose lease has run out stay as they are.</summary>
    public async Task ReleaseAsync(IReadOnlyCollection<long> ids, CancellationToken cancellationToken)
    {
        if (ids.Count > 0)
        {
            await database.ExecuteAsync(Release, new { ids = ids.ToArray() }, cancellationToken);
        }
    }

    /// <summary>Gives a row back, due again at <paramref name="retryAt"/>. Without effect when the lease ran out and another has claimed it.</summary>
    public Task PostponeAsync(OutboxBatch batch, string error, DateTimeOffset retryAt, CancellationToken cancellationToken) =>
        FailAsync(batch, error, retryAt, park: false, cancellationToken);

    /// <summary>Sets a row aside that SLS will never take. It is kept with its reason.</summary>
    public Task ParkAsync(OutboxBatch batch, string error, CancellationToken cancellationToken) =>
        FailAsync(batch, error, retryAt: null, park: true, cancellationToken);

    public async Task<OutboxStatus> StatusAsync(CancellationToken cancellationToken)
    {
        var row = (await database.QueryAsync<StatusRow>(Status, null, cancellationToken))[0];
        DateTimeOffset? oldest = row.OldestAt is { } at ? new(at) : null;
        return new(row.Pending, row.PendingSpans, oldest, row.Parked, row.ShippedBatches, row.ShippedSpans, row.FailedAttempts, row.LastError);
    }

    private static async Task<IReadOnlyList<SpanRecord>> LoadAsync(NpgsqlConnection connection, ClaimedRow row, CancellationToken cancellationToken)
    {
        var spans = await connection.QueryAsync<SpanRow>(
            Load,
            new
            {
                row.ProjectId,
                row.Days,
                row.TraceIds,
                row.SpanIds,
            },
            cancellationToken
        );
        return [.. spans.Select(span => span.ToRecord())];
    }

    private static DateTime MinuteOf(DateTimeOffset at) => at.UtcDateTime.AddTicks(-(at.UtcTicks % TimeSpan.TicksPerMinute));

    private Task<int> FailAsync(OutboxBatch batch, string error, DateTimeOffset? retryAt, bool park, CancellationToken cancellationToken) =>
        database.ExecuteAsync(
            Fail,
            new
            {
                batch.Id,
                batch.Attempts,
                error = StorableText.Clean(error),
                retryAt = retryAt?.UtcDateTime,
                park,
            },
            cancellationToken
        );

    // Properties and not parameters: Dapper matches parameters by type, and an array column tells only that it is one.
    private sealed record ClaimedRow
    {
        public long Id { get; init; }
        public Guid BatchId { get; init; }
        public int ProjectId { get; init; }
        public string ProjectName { get; init; } = "";
        public int Attempts { get; init; }
        public DateTime CreatedAt { get; init; }
        public DateOnly[] Days { get; init; } = [];
        public string[] TraceIds { get; init; } = [];
        public string[] SpanIds { get; init; } = [];
    }

    private sealed record StatusRow(
        long Pending,
        long PendingSpans,
        DateTime? OldestAt,
        long Parked,
        long ShippedBatches,
        long ShippedSpans,
        long FailedAttempts,
        string? LastError
    );
}
