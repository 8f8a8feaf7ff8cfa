using System.Collections.Concurrent;
using LlmObs.Domain;
using LlmObs.Domain.Traces;
using LlmObs.Storage.Rows;
using LlmObs.Storage.Writing;
using Microsoft.Extensions.Options;
using Npgsql;

namespace LlmObs.Storage.Sampling;

/// <summary>What one look decided.</summary>
public sealed record SamplingTurn(int KeptTraces, int DroppedTraces);

/// <summary>
/// Whole-trace sampling. Every span is committed; one of a trace outside the share is held back from SLS until the trace is quiet.
/// Then the trace is kept whole, because something in it failed or was scored, or dropped whole (decision 16).
/// </summary>
public sealed class TraceSampling(Database database, IOptions<SamplingOptions> options, IOptions<StorageOptions> storage)
{
    // A trace that was dropped is held anew: its late span may be the one that failed. A kept one stays kept.
    private const string Hold = """
        INSERT INTO held_traces AS h (project_id, trace_id)
        SELECT @project_id, trace_id FROM unnest(@trace_ids) AS t (trace_id)
        ON CONFLICT (project_id, trace_id) DO UPDATE
        SET last_at = now(), since = CASE WHEN h.decided_at IS NULL THEN h.since ELSE now() END, decided_at = CASE WHEN h.is_kept THEN h.decided_at END
        RETURNING trace_id, coalesce(is_kept AND decided_at IS NOT NULL, false)
        """;

    private const string Keep = """
        INSERT INTO held_traces (project_id, trace_id, is_kept) VALUES (@projectId, @traceId, true)
        ON CONFLICT (project_id, trace_id) DO UPDATE SET is_kept = true
        """;

    private const string Due = """
        SELECT h.project_id AS "ProjectId", p.name AS "ProjectName", h.trace_id AS "TraceId",
            coalesce(h.is_kept, false) OR EXISTS (
                SELECT FROM spans AS s WHERE s.project_id = h.project_id AND s.trace_id = h.trace_id AND s.status = 2) AS "IsKept"
        FROM held_traces AS h
        JOIN projects AS p ON p.id = h.project_id
        WHERE h.decided_at IS NULL AND h.last_at < now() - @quiet
        ORDER BY h.last_at
        LIMIT @limit
        FOR UPDATE OF h SKIP LOCKED
        """;

    private const string Load = $"""
        SELECT {SpanRow.Columns}, {SpanRow.ContentColumns}
        FROM spans AS s
        LEFT JOIN span_contents AS c ON c.project_id = s.project_id AND c.trace_id = s.trace_id AND c.span_id = s.span_id AND c.day = s.day
        WHERE s.project_id = @ProjectId AND s.trace_id = @TraceId
        """;

    private const string Drop = """
        WITH contents AS (DELETE FROM span_contents WHERE project_id = @ProjectId AND trace_id = @TraceId),
             late AS (DELETE FROM late_contents WHERE project_id = @ProjectId AND trace_id = @TraceId)
        DELETE FROM spans WHERE project_id = @ProjectId AND trace_id = @TraceId
        """;

    private const string Decide = """
        UPDATE held_traces SET decided_at = now(), is_kept = @IsKept WHERE project_id = @ProjectId AND trace_id = @TraceId
        """;

    private const string Count = """
        INSERT INTO sampling_days AS d (day, project_id, received_spans, dropped_spans, dropped_traces)
        VALUES ((now() AT TIME ZONE 'UTC')::date, @projectId, @received, @spans, @traces)
        ON CONFLICT (day, project_id) DO UPDATE
        SET received_spans = d.received_spans + excluded.received_spans, dropped_spans = d.dropped_spans + excluded.dropped_spans,
            dropped_traces = d.dropped_traces + excluded.dropped_traces
        """;

    private const string Forget = "DELETE FROM held_traces WHERE decided_at < now() - interval '2 days'";

    private const string StillHeld = """
        SELECT trace_id FROM held_traces WHERE project_id = @projectId AND decided_at IS NULL AND trace_id = ANY (@traceIds)
        """;

    private readonly ConcurrentDictionary<int, long> received = new();

    /// <summary>Keeps a trace whatever becomes of it otherwise: it was scored, or somebody gave feedback. It may come before the trace.</summary>
    public Task KeepAsync(int projectId, string traceId, CancellationToken cancellationToken) =>
        // A trace within the share is kept as it is; held now, it would be shipped twice.
        TraceSample.Holds(traceId, options.Value.KeepShare)
            ? Task.CompletedTask
            : database.ExecuteAsync(Keep, new { projectId, traceId = StorableText.Id(traceId) }, cancellationToken);

    /// <summary>Decides at most <paramref name="limit"/> quiet traces; call again while it decides any.</summary>
    public Task<SamplingTurn> DecideAsync(int limit, CancellationToken cancellationToken) =>
        database.RunAsync(
            async connection =>
            {
                await StoreReceivedAsync(connection, cancellationToken);
                await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
                var parameters = new { quiet = options.Value.Quiet, limit };
                var due = await connection.QueryAsync<DueTrace>(Due, parameters, cancellationToken);
                foreach (var trace in due)
                {
                    await (trace.IsKept ? ReleaseAsync(connection, trace, cancellationToken) : DropAsync(connection, trace, cancellationToken));
                    await connection.ExecuteAsync(Decide, trace, cancellationToken);
                }

                await connection.ExecuteAsync(Forget, null, cancellationToken);
                await transaction.CommitAsync(cancellationToken);
                return new SamplingTurn(due.Count(trace => trace.IsKept), due.Count(trace => !trace.IsKept));
            },
            cancellationToken
        );

    /// <summary>Within the writer's transaction: those of <paramref name="written"/> that go to SLS now; the traces of the others are held.</summary>
    internal async Task<List<PreparedSpan>> ReadyAsync(
        NpgsqlConnection connection,
        int projectId,
        List<PreparedSpan> written,
        CancellationToken cancellationToken
    )
    {
        received.AddOrUpdate(projectId, written.Count, (_, before) => before + written.Count);
        string[] outside =
        [
            .. written
                .Select(span => span.Key.TraceId)
                .Distinct(StringComparer.Ordinal)
                .Where(id => !TraceSample.Holds(id, options.Value.KeepShare))
                .Order(StringComparer.Ordinal),
        ];
        if (outside.Length == 0)
        {
            return written;
        }

        await using var hold = new NpgsqlCommand(Hold, connection) { Parameters = { new("project_id", projectId), new("trace_ids", outside) } };
        await using var reader = await hold.ExecuteReaderAsync(cancellationToken);
        var held = new HashSet<string>(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancellationToken))
        {
            if (!reader.GetBoolean(1))
            {
                held.Add(reader.GetString(0));
            }
        }

        return written.FindAll(span => !held.Contains(span.Key.TraceId));
    }

    /// <summary>Those of <paramref name="changed"/> whose trace is not being held: a change of one that is goes to SLS with it.</summary>
    internal static async Task<List<PreparedSpan>> NotHeldAsync(
        NpgsqlConnection connection,
        int projectId,
        List<PreparedSpan> changed,
        CancellationToken cancellationToken
    )
    {
        var parameters = new { projectId, traceIds = changed.Select(span => span.Key.TraceId).Distinct().ToArray() };
        var held = (await connection.QueryAsync<string>(StillHeld, parameters, cancellationToken)).ToHashSet(StringComparer.Ordinal);
        return held.Count == 0 ? changed : changed.FindAll(span => !held.Contains(span.Key.TraceId));
    }

    private async Task ReleaseAsync(NpgsqlConnection connection, DueTrace trace, CancellationToken cancellationToken)
    {
        var rows = await connection.QueryAsync<SpanRow>(Load, trace, cancellationToken);
        List<PreparedSpan> spans =
        [
            .. from row in rows
            let record = row.ToRecord()
            select new PreparedSpan(new(row.TraceId, row.SpanId), row.Day, record, ContentCodec.Encode(record.Content)),
        ];
        await OutboxInsert.AddAsync(
            connection,
            new Project(trace.ProjectId, trace.ProjectName),
            spans,
            lease: null,
            storage.Value,
            cancellationToken
        );
    }

    private static async Task DropAsync(NpgsqlConnection connection, DueTrace trace, CancellationToken cancellationToken)
    {
        var spans = await connection.ExecuteAsync(Drop, trace, cancellationToken);
        await CountAsync(connection, trace.ProjectId, 0, spans, 1, cancellationToken);
    }

    private async Task StoreReceivedAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        foreach (var projectId in received.Keys)
        {
            if (received.TryRemove(projectId, out var spans))
            {
                await CountAsync(connection, projectId, spans, 0, 0, cancellationToken);
            }
        }
    }

    private static Task<int> CountAsync(
        NpgsqlConnection connection,
        int projectId,
        long received,
        int spans,
        int traces,
        CancellationToken cancellationToken
    ) =>
        connection.ExecuteAsync(
            Count,
            new
            {
                projectId,
                received,
                spans,
                traces,
            },
            cancellationToken
        );

    private sealed record DueTrace(int ProjectId, string ProjectName, string TraceId, bool IsKept);
}
