using LlmObs.Domain;
using LlmObs.Domain.Dify;
using LlmObs.Domain.Spans;
using LlmObs.Domain.Traces;
using LlmObs.Storage.Rows;

namespace LlmObs.Storage.Dify;

/// <summary>A told span whose turn it is.</summary>
public sealed record DueSpan(Project Project, DateTimeOffset ReceivedAt, ToldRecord Told)
{
    public string TraceId => Told.Record.Span.TraceId;
    public string SpanId => Told.Record.Span.SpanId;
}

/// <summary>Told spans whose run is not known yet.</summary>
public sealed record ToldWaiting(long Spans, DateTimeOffset? OldestAt);

/// <summary>Keeps spans that tell of steps of Dify's until it is known which run they are of.</summary>
public sealed class ToldSpans(Database database)
{
    private const string Keep = """
        INSERT INTO dify_told_spans (project_id, json_bytes, due_at, run_id, node_id, kind, trace_id, span_id, parent_span_id, body)
        SELECT @projectId, json_bytes, clock_timestamp(), run_id, node_id, kind, trace_id, span_id, parent_span_id, body
        FROM unnest(@lengths, @runs, @nodes, @kinds, @traceIds, @spanIds, @parents, @bodies)
          AS t (json_bytes, run_id, node_id, kind, trace_id, span_id, parent_span_id, body)
        ON CONFLICT (project_id, trace_id, span_id) DO NOTHING
        """;

    // A claim that is not answered, because the process died, runs out.
    private const string Claim = """
        UPDATE dify_told_spans AS t
        SET due_at = clock_timestamp() + interval '30 seconds'
        FROM (
            SELECT project_id, trace_id, span_id FROM dify_told_spans
            WHERE due_at <= clock_timestamp()
            ORDER BY due_at
            LIMIT @limit
            FOR UPDATE SKIP LOCKED
        ) AS due, projects AS p
        WHERE (t.project_id, t.trace_id, t.span_id) = (due.project_id, due.trace_id, due.span_id) AND p.id = t.project_id
        RETURNING t.project_id AS "ProjectId", p.name AS "ProjectName", t.received_at AS "ReceivedAt", t.run_id AS "RunId", t.node_id AS "NodeId",
            t.kind AS "Kind", t.span_id AS "SpanId", t.parent_span_id AS "ParentSpanId", t.body AS "Body", t.json_bytes AS "JsonBytes"
        """;

    private const string Waiting = """
        SELECT count(*) AS "Spans", min(received_at) AS "OldestAt" FROM dify_told_spans WHERE due_at IS NOT NULL
        """;

    private const string OfTrace = """
        SELECT run_id AS "RunId", node_id AS "NodeId", kind AS "Kind", span_id AS "SpanId", parent_span_id AS "ParentSpanId"
        FROM dify_told_spans
        WHERE project_id = @projectId AND trace_id = @traceId
        """;

    private const string TracesOfSteps = """
        SELECT s.trace_id AS "TraceId", s.span_id AS "SpanId"
        FROM spans AS s
        WHERE s.project_id = @projectId AND s.span_id = ANY (@spanIds)
        """;

    private const string Present = """
        SELECT s.trace_id AS "TraceId", s.span_id AS "SpanId"
        FROM spans AS s
        JOIN unnest(@traceIds, @spanIds) AS t (trace_id, span_id) ON s.trace_id = t.trace_id AND s.span_id = t.span_id
        WHERE s.project_id = @projectId
        """;

    private const string Done = """
        UPDATE dify_told_spans AS t
        SET due_at = NULL, body = NULL
        FROM unnest(@traceIds, @spanIds) AS d (trace_id, span_id)
        WHERE t.project_id = @projectId AND t.trace_id = d.trace_id AND t.span_id = d.span_id
        """;

    private const string Again = """
        UPDATE dify_told_spans AS t
        SET due_at = clock_timestamp() + least(greatest((clock_timestamp() - t.received_at) / 4, interval '0.5 seconds'), interval '30 seconds')
        FROM unnest(@traceIds, @spanIds) AS d (trace_id, span_id)
        WHERE t.project_id = @projectId AND t.trace_id = d.trace_id AND t.span_id = d.span_id
        """;

    /// <summary>The same span again changes nothing.</summary>
    /// <exception cref="StorageUnavailableException">Nothing was written that the caller may rely on.</exception>
    public Task KeepAsync(Project project, IReadOnlyCollection<ToldRecord> told, CancellationToken cancellationToken)
    {
        var rows = told.Select(one => (one.Told, Key: SpanKey.Of(one.Record.Span), Content: ContentCodec.Encode(one.Record)))
            .DistinctBy(row => row.Key)
            .OrderBy(row => row.Key)
            .ToList();
        return rows.Count == 0
            ? Task.CompletedTask
            : database.ExecuteAsync(
                Keep,
                new
                {
                    projectId = project.Id,
                    lengths = rows.Select(row => row.Content.JsonBytes).ToArray(),
                    runs = rows.Select(row => row.Told.RunId).ToArray(),
                    nodes = rows.Select(row => row.Told.NodeId).ToArray(),
                    kinds = rows.Select(row => (short)row.Told.Kind).ToArray(),
                    traceIds = rows.Select(row => row.Key.TraceId).ToArray(),
                    spanIds = rows.Select(row => row.Key.SpanId).ToArray(),
                    parents = rows.Select(row => StorableText.Id(row.Told.ParentSpanId)).ToArray(),
                    bodies = rows.Select(row => row.Content.Body).ToArray(),
                },
                cancellationToken
            );
    }

    /// <summary>Takes spans whose time has come. Nobody else gets them for half a minute.</summary>
    public async Task<IReadOnlyList<DueSpan>> ClaimAsync(int limit, CancellationToken cancellationToken) =>
        [.. (await database.QueryAsync<DueRow>(Claim, new { limit }, cancellationToken)).Select(row => row.ToDue())];

    public async Task<ToldWaiting> WaitingAsync(CancellationToken cancellationToken)
    {
        var row = (await database.QueryAsync<WaitingRow>(Waiting, null, cancellationToken)).Single();
        return new(row.Spans, DifyTime.Of(row.OldestAt));
    }

    /// <summary>All that is told in a trace, written or not.</summary>
    public async Task<IReadOnlyList<ToldSpan>> OfTraceAsync(int projectId, string traceId, CancellationToken cancellationToken) =>
        [.. (await database.QueryAsync<ToldRow>(OfTrace, new { projectId, traceId }, cancellationToken)).Select(row => row.ToSpan())];

    /// <summary>The runs of node executions, as far as other sources have told of them.</summary>
    public async Task<IReadOnlyDictionary<Guid, Guid>> RunsOfNodesAsync(int projectId, IEnumerable<Guid> nodeIds, CancellationToken cancellationToken)
    {
        var bySpan = nodeIds.Distinct().ToDictionary(DifyIds.Node, StringComparer.Ordinal);
        var found = await database.QueryAsync<StepRow>(TracesOfSteps, new { projectId, spanIds = bySpan.Keys.ToArray() }, cancellationToken);
        var runs = new Dictionary<Guid, Guid>();
        foreach (var row in found)
        {
            if (Guid.TryParseExact(row.TraceId, "N", out var run))
            {
                runs[bySpan[row.SpanId]] = run;
            }
        }

        return runs;
    }

    /// <summary>Those of some spans that are there under their own ids.</summary>
    public async Task<IReadOnlySet<SpanRef>> PresentAsync(int projectId, IReadOnlyCollection<SpanRef> spans, CancellationToken cancellationToken)
    {
        var rows = await database.QueryAsync<StepRow>(
            Present,
            new
            {
                projectId,
                traceIds = spans.Select(span => span.TraceId).ToArray(),
                spanIds = spans.Select(span => span.SpanId).ToArray(),
            },
            cancellationToken
        );
        return rows.Select(row => new SpanRef(row.TraceId, row.SpanId)).ToHashSet();
    }

    /// <summary>They are written.</summary>
    public Task DoneAsync(int projectId, IReadOnlyCollection<DueSpan> spans, CancellationToken cancellationToken) =>
        SetAsync(Done, projectId, spans, cancellationToken);

    /// <summary>They are tried again: the older, the later, at most after half a minute.</summary>
    public Task AgainAsync(int projectId, IReadOnlyCollection<DueSpan> spans, CancellationToken cancellationToken) =>
        SetAsync(Again, projectId, spans, cancellationToken);

    private Task SetAsync(string sql, int projectId, IReadOnlyCollection<DueSpan> spans, CancellationToken cancellationToken) =>
        spans.Count == 0
            ? Task.CompletedTask
            : database.ExecuteAsync(
                sql,
                new
                {
                    projectId,
                    traceIds = spans.Select(span => span.TraceId).ToArray(),
                    spanIds = spans.Select(span => span.SpanId).ToArray(),
                },
                cancellationToken
            );

    private sealed class DueRow
    {
        public int ProjectId { get; init; }
        public string ProjectName { get; init; } = "";
        public DateTime ReceivedAt { get; init; }
        public Guid? RunId { get; init; }
        public Guid? NodeId { get; init; }
        public short Kind { get; init; }
        public string SpanId { get; init; } = "";
        public string? ParentSpanId { get; init; }
        public byte[] Body { get; init; } = [];
        public int JsonBytes { get; init; }

        public DueSpan ToDue() =>
            new(
                new(ProjectId, ProjectName),
                new(ReceivedAt),
                new(new(SpanId, ParentSpanId, (ToldKind)Kind, RunId, NodeId), ContentCodec.DecodeRecord(Body, JsonBytes))
            );
    }

    private sealed record ToldRow(Guid? RunId, Guid? NodeId, short Kind, string SpanId, string? ParentSpanId)
    {
        public ToldSpan ToSpan() => new(SpanId, ParentSpanId, (ToldKind)Kind, RunId, NodeId);
    }

    private sealed record WaitingRow(long Spans, DateTime? OldestAt);

    private sealed record StepRow(string TraceId, string SpanId);
}
