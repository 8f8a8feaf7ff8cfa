using LlmObs.Domain.Spans;

namespace LlmObs.Storage.Reconciling;

/// <summary>What the record holds of the spans received in a minute, to be compared with SLS.</summary>
public sealed class RecordedSpans(Database database)
{
    private const string Count = $"""
        SELECT s.project_id AS "ProjectId", p.name AS "Project", date_trunc('minute', s.received_at) AS "Minute", count(*) AS "Spans",
            sum({SpanHash.Sql})::bigint AS "Hash"
        FROM spans AS s
        JOIN projects AS p ON p.id = s.project_id
        WHERE s.received_at >= @from AND s.received_at < @to
        GROUP BY 1, 2, 3
        """;

    private const string Waiting = """
        SELECT DISTINCT project_id AS "ProjectId", date_trunc('minute', created_at) AS "Minute" FROM outbox WHERE parked_at IS NULL
        """;

    // A trace that sampling holds back is shipped or dropped when it is quiet.
    private const string OfMinute = """
        SELECT s.trace_id AS "TraceId", s.span_id AS "SpanId", s.day AS "Day", s.version AS "Version",
            q.is_parked IS NOT NULL OR h.trace_id IS NOT NULL AS "IsQueued", coalesce(q.is_parked, false) AS "IsParked"
        FROM spans AS s
        LEFT JOIN (
            SELECT t.trace_id, t.span_id, bool_and(o.parked_at IS NOT NULL) AS is_parked
            FROM outbox AS o, unnest(o.trace_ids, o.span_ids) AS t (trace_id, span_id)
            WHERE o.project_id = @projectId
            GROUP BY 1, 2
        ) AS q ON q.trace_id = s.trace_id AND q.span_id = s.span_id
        LEFT JOIN held_traces AS h ON h.project_id = s.project_id AND h.trace_id = s.trace_id AND h.decided_at IS NULL
        WHERE s.project_id = @projectId AND s.received_at >= @minute AND s.received_at < @minute + interval '1 minute'
        """;

    private const string Known = """
        SELECT count(*)
        FROM unnest(@traceIds, @spanIds) AS t (trace_id, span_id)
        WHERE EXISTS (SELECT FROM spans AS s WHERE s.project_id = @projectId AND s.trace_id = t.trace_id AND s.span_id = t.span_id)
        """;

    private const string Projects = """
        SELECT id AS "Id", name AS "Name" FROM projects WHERE name = ANY (@names)
        """;

    /// <summary>Counts and hashes by project and minute.</summary>
    public async Task<IReadOnlyList<RecordedMinute>> CountAsync(DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken)
    {
        var rows = await database.QueryAsync<CountRow>(Count, new { from = from.UtcDateTime, to = to.UtcDateTime }, cancellationToken);
        return rows.ConvertAll(row => new RecordedMinute(row.ProjectId, row.Project, new(row.Minute), row.Spans, row.Hash));
    }

    /// <summary>The minutes whose outbox rows are not all shipped.</summary>
    public async Task<IReadOnlySet<(int ProjectId, DateTimeOffset Minute)>> WaitingAsync(CancellationToken cancellationToken) =>
        (await database.QueryAsync<WaitingRow>(Waiting, null, cancellationToken))
            .Select(row => (row.ProjectId, new DateTimeOffset(row.Minute)))
            .ToHashSet();

    /// <summary>The spans of a minute, and whether they are on their way.</summary>
    public async Task<IReadOnlyList<RecordedSpan>> OfMinuteAsync(int projectId, DateTimeOffset minute, CancellationToken cancellationToken) =>
        await database.QueryAsync<RecordedSpan>(OfMinute, new { projectId, minute = minute.UtcDateTime }, cancellationToken);

    /// <summary>How many of the spans the record has, in whatever minute: an update moves a span to the minute of its own receipt.</summary>
    public Task<long> KnownAsync(int projectId, IReadOnlyCollection<(string TraceId, string SpanId)> spans, CancellationToken cancellationToken) =>
        database.FindAsync<long>(
            Known,
            new
            {
                projectId,
                traceIds = spans.Select(span => span.TraceId).ToArray(),
                spanIds = spans.Select(span => span.SpanId).ToArray(),
            },
            cancellationToken
        );

    /// <summary>The ids of projects by name; names that are no project of ours are left out.</summary>
    public async Task<IReadOnlyDictionary<string, int>> ProjectsAsync(string[] names, CancellationToken cancellationToken) =>
        (await database.QueryAsync<ProjectRow>(Projects, new { names }, cancellationToken)).ToDictionary(row => row.Name, row => row.Id);

    private sealed record CountRow(int ProjectId, string Project, DateTime Minute, long Spans, long Hash);

    private sealed record WaitingRow(int ProjectId, DateTime Minute);

    private sealed record ProjectRow(int Id, string Name);
}
