using LlmObs.Domain;
using LlmObs.Domain.Evaluators;
using LlmObs.Domain.Spans;
using LlmObs.Domain.Traces;
using LlmObs.Storage.Rows;

namespace LlmObs.Storage.Evaluators;

/// <summary>A span that arrived, as far as choosing it needs.</summary>
public sealed record Arrival(DateTimeOffset ReceivedAt, string TraceId, string SpanId, bool IsRoot, SpanKind Kind, long StartUnixNano)
{
    public SpanRef Ref => new(TraceId, SpanId);
}

/// <summary>What evaluators look at, from the record of truth.</summary>
public sealed class SubjectReader(Database database)
{
    /// <summary>Spans of a trace that are read, from its start on.</summary>
    public const int MaxTraceSpans = 500;

    private static readonly string Trace = $"""
        SELECT {SpanRow.Columns}, {SpanRow.ContentColumns}
        FROM spans AS s
        LEFT JOIN span_contents AS c ON c.project_id = s.project_id AND c.trace_id = s.trace_id AND c.span_id = s.span_id AND c.day = s.day
        WHERE s.project_id = @projectId AND s.trace_id = @traceId AND (@spanIds::text[] IS NULL OR s.span_id = ANY (@spanIds))
        ORDER BY s.start_ns, s.span_id
        LIMIT {MaxTraceSpans}
        """;

    private const string Arrived = """
        SELECT s.received_at AS "ReceivedAt", s.trace_id AS "TraceId", s.span_id AS "SpanId", s.parent_span_id IS NULL AS "IsRoot", s.kind AS "Kind",
            s.start_ns AS "StartNs"
        FROM spans AS s
        WHERE s.project_id = @projectId AND s.received_at >= @at AND s.received_at < @before
          AND (s.received_at, s.trace_id, s.span_id) > (@at, @traceId, @spanId)
        ORDER BY s.received_at, s.trace_id, s.span_id
        LIMIT @limit
        """;

    private const string OfTraces = """
        SELECT s.received_at AS "ReceivedAt", s.trace_id AS "TraceId", s.span_id AS "SpanId", s.parent_span_id IS NULL AS "IsRoot", s.kind AS "Kind",
            s.start_ns AS "StartNs"
        FROM spans AS s
        WHERE s.project_id = @projectId AND s.trace_id = ANY (@traceIds)
        ORDER BY s.trace_id, s.start_ns, s.span_id
        LIMIT @limit
        """;

    // received_at is when a transaction began. One that is still writing may yet show spans from then on; so may one that begins to write now,
    // which the delay is for. What is not shipped cannot be found by a query, nor what sampling holds, or has decided to keep and not shipped yet: that is
    // waited for, an hour at most.
    private const string Horizon = """
        SELECT least(
            now() - @delay,
            (SELECT min(xact_start) FROM pg_stat_activity WHERE datname = current_database() AND backend_xid IS NOT NULL AND pid <> pg_backend_pid()),
            (SELECT min(created_at) FROM outbox WHERE project_id = @projectId AND parked_at IS NULL AND @needsSls),
            (
                SELECT min(since) FROM held_traces
                WHERE project_id = @projectId AND since > now() - interval '1 hour' AND @needsSls
                  AND (decided_at IS NULL
                    OR is_kept AND decided_at >= (SELECT min(created_at) FROM outbox WHERE project_id = @projectId AND parked_at IS NULL))
            )
        )
        """;

    /// <summary>Spans received after that one and before <paramref name="before"/>, in the order they came.</summary>
    /// <param name="after">The last one seen; its ids are empty to begin with all of that moment.</param>
    public Task<IReadOnlyList<Arrival>> ArrivedAsync(
        int projectId,
        (DateTimeOffset At, string TraceId, string SpanId) after,
        DateTimeOffset before,
        int limit,
        CancellationToken cancellationToken
    ) =>
        ArrivalsAsync(
            Arrived,
            new
            {
                projectId,
                at = after.At.UtcDateTime,
                traceId = after.TraceId,
                spanId = after.SpanId,
                before = before.UtcDateTime,
                limit,
            },
            cancellationToken
        );

    /// <summary>The spans of these traces, trace by trace.</summary>
    public Task<IReadOnlyList<Arrival>> OfTracesAsync(
        int projectId,
        IReadOnlyCollection<string> traceIds,
        int limit,
        CancellationToken cancellationToken
    ) =>
        ArrivalsAsync(
            OfTraces,
            new
            {
                projectId,
                traceIds = traceIds.ToArray(),
                limit,
            },
            cancellationToken
        );

    /// <summary>Up to when everything that was received can be seen, and, where SLS is asked, has been shipped.</summary>
    public async Task<DateTimeOffset> HorizonAsync(int projectId, TimeSpan delay, bool needsSls, CancellationToken cancellationToken) =>
        new(
            await database.FindAsync<DateTime>(
                Horizon,
                new
                {
                    projectId,
                    delay,
                    needsSls,
                },
                cancellationToken
            )
        );

    /// <summary>The spans named that exist, each with its trace; traces are read once.</summary>
    public async Task<IReadOnlyList<Subject>> ReadAsync(Project project, IReadOnlyCollection<SpanRef> spans, CancellationToken cancellationToken)
    {
        var subjects = new List<Subject>();
        foreach (var wanted in spans.GroupBy(span => span.TraceId, StringComparer.Ordinal))
        {
            var trace = await TraceAsync(project.Id, wanted.Key, null, cancellationToken);
            var ids = wanted.Select(span => span.SpanId).ToList();
            if (trace.Count == MaxTraceSpans)
            {
                trace = [.. trace.Concat(await TraceAsync(project.Id, wanted.Key, ids, cancellationToken)).DistinctBy(record => record.Span.SpanId)];
            }

            subjects.AddRange(trace.Where(record => ids.Contains(record.Span.SpanId)).Select(record => new Subject(project, record, trace)));
        }

        return subjects;
    }

    private async Task<IReadOnlyList<Arrival>> ArrivalsAsync(string sql, object parameters, CancellationToken cancellationToken) =>
        [.. (await database.QueryAsync<ArrivalRow>(sql, parameters, cancellationToken)).Select(row => row.ToArrival())];

    private async Task<IReadOnlyList<SpanRecord>> TraceAsync(
        int projectId,
        string traceId,
        IReadOnlyList<string>? spanIds,
        CancellationToken cancellationToken
    )
    {
        var parameters = new
        {
            projectId,
            traceId,
            spanIds = spanIds?.ToArray(),
        };
        return [.. (await database.QueryAsync<SpanRow>(Trace, parameters, cancellationToken)).Select(row => row.ToRecord())];
    }

    private sealed record ArrivalRow(DateTime ReceivedAt, string TraceId, string SpanId, bool IsRoot, short Kind, long StartNs)
    {
        public Arrival ToArrival() => new(new(ReceivedAt), TraceId, SpanId, IsRoot, (SpanKind)Kind, StartNs);
    }
}
