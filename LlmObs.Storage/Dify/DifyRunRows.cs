using LlmObs.Domain.Dify;

namespace LlmObs.Storage.Dify;

/// <summary>Reads runs by id, and their nodes by run.</summary>
public sealed class DifyRunRows(DifyDatabase dify, Microsoft.Extensions.Options.IOptions<DifyReaderOptions> options)
{
    private const int GraphsAQuery = 8;

    // The length of a value kept apart is in its pointer: nothing is read or unpacked for it.
    private const string NodeSizes = """
        SELECT id AS "Id", workflow_run_id AS "RunId", coalesce(octet_length(inputs), 0)::bigint + coalesce(octet_length(process_data), 0)
            + coalesce(octet_length(outputs), 0) + coalesce(octet_length(execution_metadata), 0) AS "Bytes"
        FROM workflow_node_executions
        WHERE workflow_run_id = ANY (@runIds)
        """;

    private const string Nodes = """
        SELECT id AS "Id", workflow_run_id AS "RunId", tenant_id AS "TenantId", app_id AS "AppId", index AS "Index", node_id AS "NodeId",
            node_type AS "Type", title AS "Title", status AS "Status", inputs AS "Inputs", process_data AS "ProcessData", outputs AS "Outputs",
            error AS "Error", elapsed_time AS "ElapsedSeconds", execution_metadata AS "Metadata", created_by_role AS "Role",
            created_by AS "Creator", created_at AS "StartedAt", finished_at AS "EndedAt"
        FROM workflow_node_executions
        WHERE id = ANY (@ids)
        """;

    private const string Graphs = """
        SELECT id AS "RunId", graph AS "Graph" FROM workflow_runs WHERE id = ANY (@runIds) AND octet_length(graph) <= @most
        """;

    private const string Offloads = """
        SELECT node_execution_id AS "NodeId", type AS "Column" FROM workflow_node_execution_offload WHERE node_execution_id = ANY (@ids)
        """;

    public async Task<IReadOnlyList<DifyRun>> ByIdAsync(DifySchema schema, IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken)
    {
        var sql = Runs(schema.HasExceptions ? "coalesce(exceptions_count, 0)" : "0");
        return [.. (await dify.QueryAsync<RunRow>(sql, new { ids = ids.ToArray() }, cancellationToken)).Select(row => row.ToRun())];
    }

    /// <summary>The canvases of runs, JSON, by run. One that is larger than an eighth of what a query may bring is left out.</summary>
    public async Task<IReadOnlyDictionary<Guid, string>> GraphsAsync(IReadOnlyCollection<Guid> runIds, CancellationToken cancellationToken)
    {
        var graphs = new Dictionary<Guid, string>();
        foreach (var ids in runIds.Chunk(GraphsAQuery))
        {
            var rows = await dify.QueryAsync<GraphRow>(
                Graphs,
                new { runIds = ids, most = options.Value.BytesPerQuery / GraphsAQuery },
                cancellationToken
            );
            rows.ForEach(row => graphs[row.RunId] = row.Graph);
        }

        return graphs;
    }

    /// <summary>The nodes of runs, all nodes of one run together, in portions that stay within the bounds of a query.</summary>
    public async IAsyncEnumerable<IReadOnlyList<DifyNode>> NodesAsync(
        DifySchema schema,
        IReadOnlyCollection<Guid> runIds,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var sizes = await dify.QueryAsync<SizeRow>(NodeSizes, new { runIds = runIds.ToArray() }, cancellationToken);
        var runs = sizes.GroupBy(row => row.RunId).Select(run => run.ToList());
        foreach (var portion in Fill(runs, run => run.Count, run => run.Sum(row => row.Bytes)))
        {
            var nodes = new List<DifyNode>();
            foreach (var query in Fill(portion.SelectMany(run => run), _ => 1, row => row.Bytes))
            {
                nodes.AddRange(await NodesByIdAsync(schema, [.. query.Select(row => row.Id)], cancellationToken));
            }

            yield return nodes;
        }
    }

    private static string Runs(string exceptions) =>
        $"""
            SELECT id AS "Id", tenant_id AS "TenantId", app_id AS "AppId", workflow_id AS "WorkflowId", type AS "Type", triggered_from AS "TriggeredFrom",
                version AS "Version", status AS "Status", inputs AS "Inputs", outputs AS "Outputs", error AS "Error", elapsed_time AS "ElapsedSeconds",
                total_tokens AS "TotalTokens", {exceptions} AS "Exceptions", created_by_role AS "Role", created_by AS "Creator", created_at AS "StartedAt",
                finished_at AS "EndedAt"
            FROM workflow_runs
            WHERE id = ANY (@ids)
            """;

    private async Task<IEnumerable<DifyNode>> NodesByIdAsync(DifySchema schema, Guid[] ids, CancellationToken cancellationToken)
    {
        var rows = await dify.QueryAsync<NodeRow>(Nodes, new { ids }, cancellationToken);
        var cut = schema.HasOffload
            ? (await dify.QueryAsync<OffloadRow>(Offloads, new { ids }, cancellationToken)).ToLookup(row => row.NodeId, row => row.Column)
            : Array.Empty<OffloadRow>().ToLookup(row => row.NodeId, row => row.Column);
        return rows.Select(row => row.ToNode([.. cut[row.Id]]));
    }

    /// <summary>As many as one query may bring; what is larger comes alone.</summary>
    private IEnumerable<List<T>> Fill<T>(IEnumerable<T> items, Func<T, int> rowsOf, Func<T, long> bytesOf)
    {
        var portion = new List<T>();
        var (rows, bytes) = (0, 0L);
        foreach (var item in items)
        {
            if (portion.Count > 0 && (rows + rowsOf(item) > options.Value.RowsPerQuery || bytes + bytesOf(item) > options.Value.BytesPerQuery))
            {
                yield return portion;
                portion = [];
                (rows, bytes) = (0, 0);
            }

            portion.Add(item);
            (rows, bytes) = (rows + rowsOf(item), bytes + bytesOf(item));
        }

        if (portion.Count > 0)
        {
            yield return portion;
        }
    }

    private sealed record SizeRow(Guid Id, Guid RunId, long Bytes);

    private sealed record GraphRow(Guid RunId, string Graph);

    private sealed record OffloadRow(Guid NodeId, string Column);

    private sealed class RunRow
    {
        public Guid Id { get; init; }
        public Guid TenantId { get; init; }
        public Guid AppId { get; init; }
        public Guid? WorkflowId { get; init; }
        public string Type { get; init; } = "";
        public string TriggeredFrom { get; init; } = "";
        public string? Version { get; init; }
        public string Status { get; init; } = "";
        public string? Inputs { get; init; }
        public string? Outputs { get; init; }
        public string? Error { get; init; }
        public double ElapsedSeconds { get; init; }
        public long TotalTokens { get; init; }
        public int Exceptions { get; init; }
        public string Role { get; init; } = "";
        public Guid Creator { get; init; }
        public DateTime StartedAt { get; init; }
        public DateTime? EndedAt { get; init; }

        public DifyRun ToRun() =>
            new()
            {
                Id = Id,
                TenantId = TenantId,
                AppId = AppId,
                WorkflowId = WorkflowId,
                Type = Type,
                TriggeredFrom = TriggeredFrom,
                Version = Version,
                Status = Status,
                Inputs = Inputs,
                Outputs = Outputs,
                Error = Error,
                ElapsedSeconds = ElapsedSeconds,
                TotalTokens = TotalTokens,
                Exceptions = Exceptions,
                Creator = DifyRoles.Creator(Role, Creator),
                StartedAt = DifyTime.Of(StartedAt),
                EndedAt = DifyTime.Of(EndedAt),
            };
    }

    private sealed class NodeRow
    {
        public Guid Id { get; init; }
        public Guid RunId { get; init; }
        public Guid TenantId { get; init; }
        public Guid AppId { get; init; }
        public int Index { get; init; }
        public string NodeId { get; init; } = "";
        public string Type { get; init; } = "";
        public string Title { get; init; } = "";
        public string Status { get; init; } = "";
        public string? Inputs { get; init; }
        public string? ProcessData { get; init; }
        public string? Outputs { get; init; }
        public string? Error { get; init; }
        public double ElapsedSeconds { get; init; }
        public string? Metadata { get; init; }
        public string Role { get; init; } = "";
        public Guid Creator { get; init; }
        public DateTime StartedAt { get; init; }
        public DateTime? EndedAt { get; init; }

        public DifyNode ToNode(IReadOnlyList<string> cut) =>
            new()
            {
                Id = Id,
                RunId = RunId,
                TenantId = TenantId,
                AppId = AppId,
                Index = Index,
                NodeId = NodeId,
                Type = Type,
                Title = Title,
                Status = Status,
                Inputs = Inputs,
                ProcessData = ProcessData,
                Outputs = Outputs,
                Error = Error,
                ElapsedSeconds = ElapsedSeconds,
                Metadata = Metadata,
                Creator = DifyRoles.Creator(Role, Creator),
                StartedAt = DifyTime.Of(StartedAt),
                EndedAt = DifyTime.Of(EndedAt),
                CutColumns = cut,
            };
    }
}
