using System.Text.Json;

namespace LlmObs.Domain.Dify;

/// <summary>Tells which parallel branch each node of a workflow lies in, by canvas id. A node that lies in none is not among them.</summary>
public static class ParallelBranches
{
    private static readonly Dictionary<string, ParallelBranch> None = [];

    /// <summary>
    /// From the canvas: a branch begins where several edges leave one node by the same handle, and holds what is reached through its first
    /// node alone. Edges by other handles are alternatives, of which one is taken.
    /// </summary>
    /// <param name="graph">JSON as Dify stores it with a run.</param>
    /// <returns>Null when it is no graph.</returns>
    public static IReadOnlyDictionary<string, ParallelBranch>? OfGraph(string? graph)
    {
        if (DifyJson.Object(graph)?.Member("edges") is not { ValueKind: JsonValueKind.Array } list)
        {
            return null;
        }

        var edges = list.EnumerateArray().Select(Edge.Of).OfType<Edge>().Distinct().ToList();
        var starts = Starts(edges);
        return starts.Count == 0 ? None : Walk(edges, starts);
    }

    /// <summary>From what Dify before 1.9 wrote down with each node.</summary>
    public static IReadOnlyDictionary<string, ParallelBranch> OfMarks(IEnumerable<DifyNode> nodes)
    {
        var marks = new Dictionary<string, Mark>(StringComparer.Ordinal);
        foreach (var node in nodes.OrderBy(node => node.Index))
        {
            if (DifyJson.Object(node.Metadata) is { } metadata && Mark.Of(metadata) is { } mark)
            {
                marks[node.NodeId] = mark;
            }
        }

        if (marks.Count == 0)
        {
            return None;
        }

        var forks = marks
            .Values.GroupBy(mark => mark.ForkId)
            .ToDictionary(fork => fork.Key, fork => fork.Select(mark => mark.StartId).Distinct().ToList());
        var outers = marks.Values.DistinctBy(mark => mark.StartId).ToDictionary(mark => mark.StartId);
        return marks.ToDictionary(node => node.Key, node => Branch(node.Value, 1), StringComparer.Ordinal);

        ParallelBranch Branch(Mark mark, int depth)
        {
            var ways = forks[mark.ForkId];
            var outer = mark.OuterStartId is { } start && depth < ParallelBranch.MostDeep ? outers.GetValueOrDefault(start) : null;
            return new(mark.StartId, ways.IndexOf(mark.StartId) + 1, ways.Count, outer is null ? null : Branch(outer, depth + 1));
        }
    }

    // A node that several edges lead to is where ways meet, and begins none.
    private static Dictionary<string, (int Number, int Count)> Starts(List<Edge> edges)
    {
        var sources = edges.CountBy(edge => edge.Target).ToDictionary(StringComparer.Ordinal);
        var starts = new Dictionary<string, (int, int)>(StringComparer.Ordinal);
        foreach (var fork in edges.GroupBy(edge => (edge.Source, edge.Handle)))
        {
            var ways = fork.Select(edge => edge.Target).Where(target => sources[target] == 1).ToList();
            for (var i = 0; i < ways.Count && ways.Count > 1; i++)
            {
                starts[ways[i]] = (i + 1, ways.Count);
            }
        }

        return starts;
    }

    // From the sources on, each node after all that lead to it. What lies in a circle is never reached.
    private static Dictionary<string, ParallelBranch> Walk(List<Edge> edges, Dictionary<string, (int Number, int Count)> starts)
    {
        var (onward, back) = (edges.ToLookup(edge => edge.Source), edges.ToLookup(edge => edge.Target));
        var waiting = back.ToDictionary(node => node.Key, node => node.Count(), StringComparer.Ordinal);
        var ready = new Queue<string>(onward.Select(node => node.Key).Where(node => !waiting.ContainsKey(node)));
        var branches = new Dictionary<string, ParallelBranch>(StringComparer.Ordinal);
        while (ready.TryDequeue(out var node))
        {
            var around = back[node].Select(edge => branches.GetValueOrDefault(edge.Source)).ToList() is [var first, .. var others]
                ? others.Aggregate(first, Common)
                : null;
            var own =
                starts.TryGetValue(node, out var way) && (around?.Depth ?? 0) < ParallelBranch.MostDeep
                    ? new(node, way.Number, way.Count, around)
                    : around;
            if (own is not null)
            {
                branches[node] = own;
            }

            foreach (var edge in onward[node].Where(edge => --waiting[edge.Target] == 0))
            {
                ready.Enqueue(edge.Target);
            }
        }

        return branches;
    }

    private static ParallelBranch? Common(ParallelBranch? one, ParallelBranch? other)
    {
        while (!ReferenceEquals(one, other))
        {
            if ((one?.Depth ?? 0) >= (other?.Depth ?? 0))
            {
                one = one?.Outer;
            }
            else
            {
                other = other?.Outer;
            }
        }

        return one;
    }

    private sealed record Edge(string Source, string Handle, string Target)
    {
        public static Edge? Of(JsonElement edge) =>
            edge.Text("source") is { } source && edge.Text("target") is { } target ? new(source, edge.Text("sourceHandle") ?? "", target) : null;
    }

    private sealed record Mark(string ForkId, string StartId, string? OuterStartId)
    {
        public static Mark? Of(JsonElement metadata) =>
            metadata.Text("parallel_id") is { Length: > 0 } fork && metadata.Text("parallel_start_node_id") is { Length: > 0 } start
                ? new(fork, start, metadata.Text("parent_parallel_start_node_id"))
                : null;
    }
}
