using System.Text.RegularExpressions;
using LlmObs.Domain.Spans;
using LlmObs.Domain.Traces;

namespace LlmObs.Web.Pages.Traces;

/// <summary>All steps of one name and kind.</summary>
/// <param name="Layer">How many steps lead to it: its column.</param>
/// <param name="Place">From the top of its column.</param>
/// <param name="Target">The span a click leads to: the first that failed, else the first.</param>
public sealed record GraphNode(string Name, SpanKind Kind, int Layer, int Place, int Count, int Failures, long TotalNano, Span Target)
{
    public bool IsParallelBranch => Target.IsParallelBranch;
}

/// <summary>A tie between two nodes, by their index.</summary>
/// <param name="IsCall">The first contains the second; else the second came after the first.</param>
/// <param name="IsInferred">Nobody said that the one called the other.</param>
public sealed record GraphEdge(int From, int To, bool IsCall, bool IsInferred, int Count);

/// <summary>The workflow as it ran: a node for each step's name, edges for what called what and what came next.</summary>
/// <param name="LeftOut">Names beyond the most that are drawn.</param>
public sealed partial record StepGraph(IReadOnlyList<GraphNode> Nodes, IReadOnlyList<GraphEdge> Edges, int LeftOut)
{
    private const int MostNodes = 80;

    public static StepGraph Of(TraceTree tree)
    {
        var groups = tree.Rows.GroupBy(Step).OrderByDescending(group => group.Count()).ToList();
        var nodes = Place(groups.Take(MostNodes));
        var indexes = nodes.Select((node, at) => (Step: (node.Kind, node.Name), at)).ToDictionary(pair => pair.Step, pair => pair.at);
        var edges = tree
            .Rows.SelectMany(Ties)
            .CountBy(tie => (From: indexes.GetValueOrDefault(tie.From, -1), To: indexes.GetValueOrDefault(tie.To, -1), tie.IsCall, tie.IsInferred))
            .Where(tie => tie.Key.From >= 0 && tie.Key.To >= 0 && tie.Key.From != tie.Key.To)
            .Select(tie => new GraphEdge(tie.Key.From, tie.Key.To, tie.Key.IsCall, tie.Key.IsInferred, tie.Value));
        return new(nodes, [.. edges], Math.Max(0, groups.Count - MostNodes));
    }

    /// <summary>A step is its name without a number at the end: rounds of a loop and parallel branches are one.</summary>
    private static (SpanKind Kind, string Name) Step(TraceNode node) =>
        (node.Span.Kind, Numbered().Replace(node.Span.Name, "") is { Length: > 0 } name ? name : node.Span.Name);

    /// <summary>Branches that were taken at once come each after what led to them, and what follows comes after each of them.</summary>
    private static IEnumerable<((SpanKind, string) From, (SpanKind, string) To, bool IsCall, bool IsInferred)> Ties(TraceNode node)
    {
        List<TraceNode> before = [];
        List<TraceNode> branches = [];
        foreach (var child in node.Children)
        {
            yield return (Step(node), Step(child), true, child.Join is { IsInferred: true });
            if (!child.Span.IsParallelBranch && branches.Count > 0)
            {
                (before, branches) = (branches, []);
            }

            foreach (var earlier in before)
            {
                yield return (Step(earlier), Step(child), false, false);
            }

            if (child.Span.IsParallelBranch)
            {
                branches.Add(child);
            }
            else
            {
                before = [child];
            }
        }
    }

    private static List<GraphNode> Place(IEnumerable<IGrouping<(SpanKind Kind, string Name), TraceNode>> groups) =>
        [
            .. groups
                .GroupBy(group => group.Min(node => node.Depth))
                .OrderBy(layer => layer.Key)
                .SelectMany(
                    (layer, column) =>
                        layer.OrderBy(group => group.Min(node => node.Span.StartUnixNano)).Select((group, place) => Node(group, column, place))
                ),
        ];

    private static GraphNode Node(IGrouping<(SpanKind Kind, string Name), TraceNode> group, int layer, int place) =>
        new(
            group.Key.Name,
            group.Key.Kind,
            layer,
            place,
            group.Count(),
            group.Count(node => node.Span.Status == SpanStatus.Error),
            group.Sum(node => node.Span.DurationNano),
            (group.FirstOrDefault(node => node.Span.Status == SpanStatus.Error) ?? group.First()).Span
        );

    [GeneratedRegex(@"(\s+|\s*#)\d+$", RegexOptions.NonBacktracking)]
    private static partial Regex Numbered();
}
