namespace LlmObs.Domain.Dify;

/// <summary>One round of an iteration or loop: a step that Dify keeps no row of.</summary>
public sealed record DifyRound(DifyNode Container, RoundPlace Place, DateTimeOffset StartedAt, DateTimeOffset EndedAt)
{
    public string SpanId => DifyIds.Round(Container.RunId, Place);
}

/// <summary>The nodes of a run as a tree. Dify stores no parent: a node says the canvas id and the round of the container it ran in.</summary>
public sealed class RunTree
{
    private readonly Dictionary<Guid, string> parents = [];
    private readonly Dictionary<string, DifyRound> rounds = new(StringComparer.Ordinal);

    private RunTree() { }

    /// <summary>Every round that holds a node.</summary>
    public IReadOnlyCollection<DifyRound> Rounds => rounds.Values;

    /// <summary>The span above a node: its round, or null for the run itself.</summary>
    public string? ParentOf(Guid nodeId) => parents.GetValueOrDefault(nodeId);

    /// <param name="nodes">Nodes of one run, in any order. A container that is missing leaves its nodes under the run.</param>
    public static RunTree Of(IReadOnlyCollection<DifyNode> nodes)
    {
        var tree = new RunTree();
        var byCanvas = nodes.ToLookup(node => node.NodeId, StringComparer.Ordinal);
        foreach (var node in nodes)
        {
            if (Round(node, byCanvas) is { } round)
            {
                tree.rounds[round.SpanId] = tree.rounds.TryGetValue(round.SpanId, out var known)
                    ? known with
                    {
                        StartedAt = known.StartedAt < round.StartedAt ? known.StartedAt : round.StartedAt,
                        EndedAt = known.EndedAt > round.EndedAt ? known.EndedAt : round.EndedAt,
                    }
                    : round;
                tree.parents[node.Id] = round.SpanId;
            }
        }

        return tree;
    }

    // Of two containers the one that began last is the inner one.
    private static DifyRound? Round(DifyNode node, ILookup<string, DifyNode> byCanvas)
    {
        var metadata = DifyJson.Object(node.Metadata);
        var path = RoundPlace.Of(metadata)?.Path;
        DifyRound? inner = null;
        foreach (var place in RoundPlace.Around(metadata))
        {
            if (Container(node, byCanvas[place.ContainerId]) is { } container && (inner is null || container.StartedAt > inner.Container.StartedAt))
            {
                inner = new(container, place with { Path = path! }, node.StartedAt, node.LastsUntil ?? node.StartedAt);
            }
        }

        return inner;
    }

    // A container that ran more than once: the run of it whose time holds the node.
    private static DifyNode? Container(DifyNode node, IEnumerable<DifyNode> candidates) =>
        candidates
            .Where(candidate => candidate.Id != node.Id)
            .OrderBy(candidate =>
                candidate.StartedAt <= node.StartedAt && (candidate.LastsUntil ?? DateTimeOffset.MaxValue) >= node.StartedAt ? 0 : 1
            )
            .ThenByDescending(candidate => candidate.StartedAt)
            .FirstOrDefault();
}
