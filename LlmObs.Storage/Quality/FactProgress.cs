namespace LlmObs.Storage.Quality;

/// <summary>A request whose facts must be worked out, again or for the first time.</summary>
public sealed record DueRequest(int ProjectId, string TraceId);

/// <summary>What is due at one look.</summary>
/// <param name="ReadUpTo">The spans received until then are among them; null when there are no new ones.</param>
/// <param name="Changes">The change rows that named some of them, to be deleted when they are done.</param>
public sealed record DueRequests(IReadOnlyList<DueRequest> Requests, DateTime? ReadUpTo, IReadOnlyList<long> Changes);

/// <summary>Which requests have new spans or changed ones, new scores or changed ones, and whose turn it is to work them out.</summary>
public sealed class FactProgress(Database database)
{
    private const string Claim = """
        UPDATE quality_progress SET leased_until = now() + @lease
        WHERE leased_until IS NULL OR leased_until <= now()
        RETURNING read_up_to
        """;

    // A span carries the time its transaction began. Those of transactions that are still open come later with an earlier time: stop before
    // them. What has been open for a minute is no writer of spans.
    private const string Until = """
        SELECT max(received_at)
        FROM (
            SELECT s.received_at
            FROM spans AS s
            WHERE s.received_at > @from
              AND s.received_at < (
                SELECT greatest(now() - interval '1 minute', least(now(), min(a.xact_start)))
                FROM pg_stat_activity AS a
                WHERE a.datname = current_database() AND a.backend_type = 'client backend'
              )
            ORDER BY s.received_at
            LIMIT @limit
        ) AS next
        """;

    private const string Received = """
        SELECT DISTINCT s.project_id AS "ProjectId", s.trace_id AS "TraceId"
        FROM spans AS s
        WHERE s.received_at > @from AND s.received_at <= @until
        """;

    private const string Changes = """
        SELECT id AS "Id", project_id AS "ProjectId", trace_id AS "TraceId", request_id AS "RequestId" FROM quality_changes ORDER BY id LIMIT @limit
        """;

    private const string OfRequests = """
        SELECT DISTINCT s.project_id AS "ProjectId", s.trace_id AS "TraceId"
        FROM unnest(@projectIds, @requestIds) AS r (project_id, request_id)
        JOIN spans AS s ON s.project_id = r.project_id AND left(s.request_id, 200) = left(r.request_id, 200) AND s.request_id = r.request_id
        """;

    private const string Done = """
        DELETE FROM quality_changes WHERE id = ANY (@changes);
        UPDATE quality_progress SET read_up_to = greatest(read_up_to, coalesce(@readUpTo, read_up_to));
        """;

    /// <summary>Takes the turn until it is given back or the lease runs out. Returns how far the spans have been read; null when another has the turn.</summary>
    public Task<DateTime?> ClaimAsync(TimeSpan lease, CancellationToken cancellationToken) =>
        database.FindAsync<DateTime?>(Claim, new { lease }, cancellationToken);

    /// <param name="from">How far the spans have been read.</param>
    /// <param name="limit">Spans looked at, about, and changes.</param>
    public Task<DueRequests> DueAsync(DateTime from, int limit, CancellationToken cancellationToken) =>
        database.RunAsync(
            async connection =>
            {
                var until = await connection.QuerySingleAsync<DateTime?>(Until, new { from, limit }, cancellationToken);
                var due = until is null
                    ? []
                    : (await connection.QueryAsync<DueRequest>(Received, new { from, until }, cancellationToken)).ToHashSet();
                var changes = await connection.QueryAsync<Change>(Changes, new { limit }, cancellationToken);
                due.UnionWith(
                    changes.Where(change => change.TraceId is not null).Select(change => new DueRequest(change.ProjectId, change.TraceId!))
                );
                var requests = changes.FindAll(change => change.RequestId is not null);
                if (requests.Count > 0)
                {
                    var projectIds = requests.Select(change => change.ProjectId).ToArray();
                    var requestIds = requests.Select(change => change.RequestId).ToArray();
                    due.UnionWith(await connection.QueryAsync<DueRequest>(OfRequests, new { projectIds, requestIds }, cancellationToken));
                }

                return new DueRequests([.. due], until, [.. changes.Select(change => change.Id)]);
            },
            cancellationToken
        );

    /// <summary>The facts of all these are saved.</summary>
    public Task DoneAsync(DueRequests due, CancellationToken cancellationToken) =>
        database.ExecuteAsync(Done, new { changes = due.Changes.ToArray(), readUpTo = due.ReadUpTo }, cancellationToken);

    public Task GiveBackAsync(CancellationToken cancellationToken) =>
        database.ExecuteAsync("UPDATE quality_progress SET leased_until = NULL", null, cancellationToken);

    private sealed record Change(long Id, int ProjectId, string? TraceId, string? RequestId);
}
