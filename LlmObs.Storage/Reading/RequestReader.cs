using LlmObs.Domain.Traces;
using LlmObs.Storage.Rows;
using Npgsql;

namespace LlmObs.Storage.Reading;

/// <summary>The traces that belong to one request, and how they hang together.</summary>
/// <param name="TraceIds">In no order.</param>
/// <param name="Joins">Of these traces, and open ones of others that may belong here.</param>
/// <param name="IsCut">There are more traces than <see cref="RequestReader.MaxTraces"/>.</param>
public sealed record RequestScope(IReadOnlyList<string> TraceIds, IReadOnlyList<TraceJoin> Joins, bool IsCut);

/// <summary>Finds the traces of a request: those that share its id, those joined to them, and so on until no other is reached.</summary>
public sealed class RequestReader(Database database)
{
    public const int MaxTraces = 1000;

    private const string ByRequestIds = """
        SELECT DISTINCT s.trace_id
        FROM spans AS s
        WHERE s.project_id = @projectId AND left(s.request_id, 200) = ANY (@starts) AND s.request_id = ANY (@requestIds)
        LIMIT @limit
        """;

    private const string Joined = """
        WITH RECURSIVE reached (trace_id) AS (
            SELECT unnest(@traceIds)
            UNION
            SELECT CASE WHEN j.child_trace_id = r.trace_id THEN j.parent_trace_id ELSE j.child_trace_id END
            FROM reached AS r
            JOIN trace_joins AS j ON j.project_id = @projectId AND j.parent_trace_id IS NOT NULL AND r.trace_id IN (j.child_trace_id, j.parent_trace_id)
        )
        SELECT trace_id FROM reached LIMIT @limit
        """;

    private const string RequestIdsOf = """
        SELECT DISTINCT s.request_id
        FROM spans AS s
        WHERE s.project_id = @projectId AND s.trace_id = ANY (@traceIds) AND s.request_id IS NOT NULL
        LIMIT @limit
        """;

    private const string JoinsOf = """
        SELECT j.child_trace_id AS "ChildTraceId", j.basis AS "Basis", j.parent_trace_id AS "ParentTraceId", j.parent_span_id AS "ParentSpanId",
            j.inferred AS "Inferred", j.candidate_trace_ids AS "CandidateTraceIds", j.candidate_span_ids AS "CandidateSpanIds"
        FROM trace_joins AS j
        WHERE j.project_id = @projectId
          AND (j.child_trace_id = ANY (@traceIds) OR (j.candidate_trace_ids <> '{}' AND j.candidate_trace_ids && @traceIds))
        """;

    /// <summary>The request of this id; an id of a trace stands for the request the trace belongs to. No traces when nothing is known.</summary>
    public Task<RequestScope> OfRequestAsync(int projectId, string id, CancellationToken cancellationToken) =>
        ReachAsync(projectId, StorableText.Id(id), [StorableText.Clean(id)], [], cancellationToken);

    /// <summary>The request a trace belongs to.</summary>
    /// <param name="requestIds">That its spans name.</param>
    public Task<RequestScope> OfTraceAsync(int projectId, string traceId, IEnumerable<string> requestIds, CancellationToken cancellationToken) =>
        ReachAsync(
            projectId,
            StorableText.Id(traceId),
            [.. requestIds.Select(id => StorableText.Clean(id))],
            [StorableText.Id(traceId)],
            cancellationToken
        );

    /// <param name="asked">Traces whose request ids are known already.</param>
    private Task<RequestScope> ReachAsync(
        int projectId,
        string traceId,
        string[] requestIds,
        HashSet<string> asked,
        CancellationToken cancellationToken
    ) =>
        database.RunAsync(
            async connection =>
            {
                var traces = new HashSet<string>([traceId], StringComparer.Ordinal);
                var requests = new HashSet<string>(StringComparer.Ordinal);
                var news = requestIds;
                do
                {
                    requests.UnionWith(news);
                    var starts = news.Select(Start).ToArray();
                    traces.UnionWith(
                        await AskAsync(
                            ByRequestIds,
                            new
                            {
                                projectId,
                                starts,
                                requestIds = news,
                                limit = MaxTraces + 1,
                            }
                        )
                    );
                    traces.UnionWith(
                        await AskAsync(
                            Joined,
                            new
                            {
                                projectId,
                                traceIds = traces.ToArray(),
                                limit = MaxTraces + 1,
                            }
                        )
                    );
                    var reached = traces.Where(asked.Add).ToArray();
                    news =
                    [
                        .. (
                            await AskAsync(
                                RequestIdsOf,
                                new
                                {
                                    projectId,
                                    traceIds = reached,
                                    limit = MaxTraces,
                                }
                            )
                        ).Except(requests),
                    ];
                } while (news.Length > 0 && traces.Count <= MaxTraces);

                var kept = traces.Take(MaxTraces).ToArray();
                return new RequestScope(kept, await JoinsAsync(connection, projectId, kept, cancellationToken), traces.Count > MaxTraces);

                Task<List<string>> AskAsync(string sql, object parameters) => connection.QueryAsync<string>(sql, parameters, cancellationToken);
            },
            cancellationToken
        );

    private static async Task<IReadOnlyList<TraceJoin>> JoinsAsync(
        NpgsqlConnection connection,
        int projectId,
        string[] traceIds,
        CancellationToken cancellationToken
    )
    {
        var rows = await connection.QueryAsync<JoinRow>(JoinsOf, new { projectId, traceIds }, cancellationToken);
        return [.. rows.Select(row => row.ToJoin())];
    }

    // As the index has it: characters, of which a surrogate pair is one.
    private static string Start(string requestId) => string.Concat(requestId.EnumerateRunes().Take(200));

    private sealed record JoinRow
    {
        public string ChildTraceId { get; init; } = "";
        public string Basis { get; init; } = "";
        public string? ParentTraceId { get; init; }
        public string? ParentSpanId { get; init; }
        public bool Inferred { get; init; }
        public string[] CandidateTraceIds { get; init; } = [];
        public string[] CandidateSpanIds { get; init; } = [];

        public TraceJoin ToJoin() =>
            new(ChildTraceId, Basis, ParentTraceId, ParentSpanId, Inferred)
            {
                Candidates = [.. CandidateTraceIds.Zip(CandidateSpanIds, (trace, span) => new SpanRef(trace, span))],
            };
    }
}
