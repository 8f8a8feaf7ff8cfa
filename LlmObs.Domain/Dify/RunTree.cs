using System.Globalization;
using System.Text.Json;

namespace LlmObs.Domain.Dify;

/// <summary>One round of an iteration or loop: a step that Dify keeps no row of.</summary>
/// <param name="Kind"><c>iteration</c> or <c>loop</c>.</param>
/// <param name="Index">From 0.</param>
public sealed record DifyRound(DifyNode Container, string Kind, int Index, DateTimeOffset StartedAt, DateTimeOffset EndedAt)
{
    public string SpanId => DifyIds.Round(Container.Id, Index);
    public string Name => string.Create(CultureInfo.InvariantCulture, $"{Kind}[{Index}]");
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
            if (Place(node, byCanvas) is var (container, kind, index))
            {
                var end = node.LastsUntil ?? node.StartedAt;
                var round = new DifyRound(container, kind, index, node.StartedAt, end);
                tree.rounds[round.SpanId] = tree.rounds.TryGetValue(round.SpanId, out var known)
                    ? known with
                    {
                        StartedAt = known.StartedAt < node.StartedAt ? known.StartedAt : node.StartedAt,
                        EndedAt = known.EndedAt > end ? known.EndedAt : end,
                    }
                    : round;
                tree.parents[node.Id] = round.SpanId;
            }
        }

        return tree;
    }

    // A loop inside an iteration is named beside it; the one that began last is the inner one.
    private static (DifyNode Container, string Kind, int Index)? Place(DifyNode node, ILookup<string, DifyNode> byCanvas)
    {
        if (DifyJson.Object(node.Metadata) is not { } metadata)
        {
            return null;
        }

        (DifyNode Container, string Kind, int Index)? inner = null;
        foreach (var kind in (ReadOnlySpan<string>)["iteration", "loop"])
        {
            if (
                metadata.Text($"{kind}_id") is { Length: > 0 } canvasId
                && Container(node, byCanvas[canvasId]) is { } container
                && (inner is null || container.StartedAt > inner.Value.Container.StartedAt)
            )
            {
                inner = (container, kind, (int)(metadata.Number($"{kind}_index") ?? 0));
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
