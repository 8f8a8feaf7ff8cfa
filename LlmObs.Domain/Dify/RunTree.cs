namespace LlmObs.Domain.Dify;

/// <summary>One round of an iteration or loop: a step that Dify keeps no row of.</summary>
public sealed record DifyRound(DifyNode Container, RoundPlace Place, DateTimeOffset StartedAt, DateTimeOffset EndedAt)
{
    public string SpanId => DifyIds.Round(Container.RunId, Place);
}

/// <summary>A parallel branch of a run, or of one of its rounds.</summary>
/// <param name="First">A node in it.</param>
public sealed record DifyBranch(DifyNode First, ParallelBranch Branch, DifyRound? Round, DateTimeOffset StartedAt, DateTimeOffset EndedAt)
{
    public string SpanId => DifyIds.Branch(First.RunId, Round?.Place, Branch);

    /// <summary>Null for the run itself.</summary>
    public string? ParentSpanId => Branch.Outer is { } outer ? DifyIds.Branch(First.RunId, Round?.Place, outer) : Round?.SpanId;
}

/// <summary>
/// The nodes of a run as a tree. Dify stores no parent: a node says the canvas id and the round of the container it ran in, and the canvas which
/// branches it goes in.
/// </summary>
public sealed class RunTree
{
    private readonly Dictionary<Guid, string> parents = [];
    private readonly Dictionary<string, DifyRound> rounds = new(StringComparer.Ordinal);
    private readonly Dictionary<string, DifyBranch> branches = new(StringComparer.Ordinal);

    private RunTree() { }

    /// <summary>Every round that holds a node.</summary>
    public IReadOnlyCollection<DifyRound> Rounds => rounds.Values;

    /// <summary>Every branch that holds a node.</summary>
    public IReadOnlyCollection<DifyBranch> Branches => branches.Values;

    /// <summary>The span above a node: its branch or round, or null for the run itself.</summary>
    public string? ParentOf(Guid nodeId) => parents.GetValueOrDefault(nodeId);

    /// <param name="nodes">Nodes of one run, in any order. A container that is missing leaves its nodes under the run.</param>
    /// <param name="branches">By canvas id; null when the canvas is not known.</param>
    public static RunTree Of(IReadOnlyCollection<DifyNode> nodes, IReadOnlyDictionary<string, ParallelBranch>? branches = null)
    {
        var tree = new RunTree();
        var byCanvas = nodes.ToLookup(node => node.NodeId, StringComparer.Ordinal);
        branches ??= ParallelBranches.OfMarks(nodes);
        foreach (var node in nodes)
        {
            var round = Round(node, byCanvas);
            tree.Keep(round);
            tree.Keep(node, branches.GetValueOrDefault(node.NodeId), round);
        }

        return tree;
    }

    private void Keep(DifyRound? round)
    {
        if (round is not null)
        {
            rounds[round.SpanId] = rounds.TryGetValue(round.SpanId, out var known)
                ? known with
                {
                    StartedAt = Earlier(known.StartedAt, round.StartedAt),
                    EndedAt = Later(known.EndedAt, round.EndedAt),
                }
                : round;
        }
    }

    private void Keep(DifyNode node, ParallelBranch? innermost, DifyRound? round)
    {
        var end = node.LastsUntil ?? node.StartedAt;
        for (var at = innermost; at is not null; at = at.Outer)
        {
            var branch = new DifyBranch(node, at, round, node.StartedAt, end);
            branches[branch.SpanId] = branches.TryGetValue(branch.SpanId, out var known)
                ? known with
                {
                    StartedAt = Earlier(known.StartedAt, node.StartedAt),
                    EndedAt = Later(known.EndedAt, end),
                }
                : branch;
        }

        if ((innermost is null ? round?.SpanId : DifyIds.Branch(node.RunId, round?.Place, innermost)) is { } parent)
        {
            parents[node.Id] = parent;
        }
    }

    private static DateTimeOffset Earlier(DateTimeOffset one, DateTimeOffset other) => one < other ? one : other;

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;

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
