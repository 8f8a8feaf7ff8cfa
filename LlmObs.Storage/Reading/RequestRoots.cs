using LlmObs.Domain.Traces;
using LlmObs.Storage.Rows;
using Npgsql;

namespace LlmObs.Storage.Reading;

/// <summary>A request of several traces, as joins say it.</summary>
/// <param name="RootId">The trace that hangs in no other.</param>
/// <param name="TraceIds">All of it, the root among them.</param>
/// <param name="Joins">Between them.</param>
public sealed record JoinedTraces(string RootId, IReadOnlyList<string> TraceIds, IReadOnlyList<TraceJoin> Joins);

/// <summary>Finds the requests that traces of a list belong to. Only where it is settled under which step a trace hangs, it does.</summary>
public sealed class RequestRoots(Database database)
{
    // What refers in a circle ends here.
    private const int MaxDepth = 50;

    // Of several reasons that which was said goes before that which was worked out.
    private const string Up = """
        WITH RECURSIVE up (trace_id, at, depth) AS (
            SELECT t.id, t.id, 0 FROM unnest(@traceIds) AS t (id)
            UNION ALL
            SELECT u.trace_id, p.parent_trace_id, u.depth + 1
            FROM up AS u
            CROSS JOIN LATERAL (
                SELECT j.parent_trace_id
                FROM trace_joins AS j
                WHERE j.project_id = @projectId AND j.child_trace_id = u.at AND j.parent_span_id IS NOT NULL AND j.parent_trace_id <> u.trace_id
                  AND EXISTS (SELECT FROM spans AS s WHERE s.project_id = @projectId AND s.trace_id = j.parent_trace_id)
                ORDER BY j.inferred, j.basis
                LIMIT 1
            ) AS p
            WHERE u.depth < @maxDepth
        )
        SELECT DISTINCT ON (trace_id) trace_id AS "TraceId", at AS "RootId" FROM up ORDER BY trace_id, depth DESC
        """;

    private const string Any = "SELECT EXISTS (SELECT FROM trace_joins WHERE project_id = @projectId AND parent_span_id IS NOT NULL)";

    private const string Down = """
        WITH RECURSIVE down (root_id, trace_id, depth) AS (
            SELECT t.id, t.id, 0 FROM unnest(@rootIds) AS t (id)
            UNION
            SELECT d.root_id, j.child_trace_id, d.depth + 1
            FROM down AS d
            JOIN trace_joins AS j ON j.project_id = @projectId AND j.parent_trace_id = d.trace_id AND j.parent_span_id IS NOT NULL
            WHERE d.depth < @maxDepth AND j.child_trace_id <> d.root_id
        )
        SELECT d.root_id AS "RootId", d.trace_id AS "TraceId", j.basis AS "Basis", j.parent_trace_id AS "ParentTraceId", j.parent_span_id AS "ParentSpanId",
            coalesce(j.inferred, false) AS "Inferred"
        FROM (SELECT DISTINCT root_id, trace_id FROM down LIMIT @limit) AS d
        LEFT JOIN trace_joins AS j ON j.project_id = @projectId AND j.child_trace_id = d.trace_id AND j.parent_span_id IS NOT NULL
        """;

    /// <summary>By each of some traces the request it is of; a trace that stands alone has no entry.</summary>
    public Task<IReadOnlyDictionary<string, JoinedTraces>> FindAsync(
        int projectId,
        IReadOnlyCollection<string> traceIds,
        CancellationToken cancellationToken
    ) =>
        database.RunAsync<IReadOnlyDictionary<string, JoinedTraces>>(
            async connection =>
            {
                var roots = await RootsAsync(connection, projectId, traceIds, cancellationToken);
                var down = new
                {
                    projectId,
                    rootIds = roots.Select(row => row.RootId).Distinct().ToArray(),
                    maxDepth = MaxDepth,
                    limit = RequestReader.MaxTraces * 10,
                };
                var below = await connection.QueryAsync<JoinRow>(Down, down, cancellationToken);
                var requests = below.GroupBy(row => row.RootId, StringComparer.Ordinal).Select(Request).Where(request => request.TraceIds.Count > 1);
                var byRoot = requests.ToDictionary(request => request.RootId, StringComparer.Ordinal);
                return roots
                    .Where(row => byRoot.ContainsKey(row.RootId))
                    .ToDictionary(row => row.TraceId, row => byRoot[row.RootId], StringComparer.Ordinal);
            },
            cancellationToken
        );

    /// <summary>True when some trace of the project hangs in another.</summary>
    public Task<bool> AnyAsync(int projectId, CancellationToken cancellationToken) =>
        database.FindAsync<bool>(Any, new { projectId }, cancellationToken);

    /// <summary>How many requests some traces are of.</summary>
    public Task<int> CountAsync(int projectId, IReadOnlyCollection<string> traceIds, CancellationToken cancellationToken) =>
        database.RunAsync(
            async connection => (await RootsAsync(connection, projectId, traceIds, cancellationToken)).DistinctBy(row => row.RootId).Count(),
            cancellationToken
        );

    private static async Task<IReadOnlyList<RootRow>> RootsAsync(
        NpgsqlConnection connection,
        int projectId,
        IReadOnlyCollection<string> traceIds,
        CancellationToken cancellationToken
    )
    {
        var parameters = new
        {
            projectId,
            traceIds = traceIds.Select(id => StorableText.Id(id)).Distinct().ToArray(),
            maxDepth = MaxDepth,
        };
        return await connection.QueryAsync<RootRow>(Up, parameters, cancellationToken);
    }

    private static JoinedTraces Request(IGrouping<string, JoinRow> rows) =>
        new(
            rows.Key,
            [.. rows.Select(row => row.TraceId).Distinct(StringComparer.Ordinal)],
            [
                .. rows.Where(row => row.Basis is not null)
                    .Select(row => new TraceJoin(row.TraceId, row.Basis!, row.ParentTraceId, row.ParentSpanId, row.Inferred)),
            ]
        );

    private sealed record RootRow(string TraceId, string RootId);

    private sealed record JoinRow(string RootId, string TraceId, string? Basis, string? ParentTraceId, string? ParentSpanId, bool Inferred);
}
