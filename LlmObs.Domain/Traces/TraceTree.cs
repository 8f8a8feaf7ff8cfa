using LlmObs.Domain.Spans;

namespace LlmObs.Domain.Traces;

/// <summary>One row of the tree.</summary>
/// <param name="Depth">0 for a root.</param>
/// <param name="IsOrphan">Its parent was named but never received.</param>
/// <param name="IsCut">Its parent was its own descendant, or itself; the tie was cut here.</param>
/// <param name="IsLast">No sibling follows.</param>
/// <param name="HoldsError">Something below it failed.</param>
public sealed record TraceNode(Span Span, int Depth, bool IsOrphan, bool IsCut, bool IsLast, bool HoldsError, IReadOnlyList<TraceNode> Children);

/// <summary>The spans of a trace as a forest in order of time. Every span is in it exactly once, whatever its parents say.</summary>
public sealed class TraceTree
{
    private TraceTree(IReadOnlyList<TraceNode> roots, IReadOnlyList<TraceNode> rows) => (Roots, Rows) = (roots, rows);

    public IReadOnlyList<TraceNode> Roots { get; }

    /// <summary>All nodes, depth first, as a page lists them.</summary>
    public IReadOnlyList<TraceNode> Rows { get; }

    /// <summary>Builds the forest. Spans may come in any order; of two with one id the first is kept.</summary>
    public static TraceTree Build(IEnumerable<Span> spans)
    {
        var byId = new Dictionary<string, Span>(StringComparer.Ordinal);
        foreach (var span in spans)
        {
            byId.TryAdd(span.SpanId, span);
        }

        var cut = CutCycles(byId);
        var children = byId
            .Values.Where(span => ParentOf(span, byId, cut) is not null)
            .GroupBy(span => span.ParentSpanId!, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, InOrder, StringComparer.Ordinal);
        var roots = InOrder(byId.Values.Where(span => ParentOf(span, byId, cut) is null));
        return Lay(roots, children, byId, cut);
    }

    private static Span? ParentOf(Span span, Dictionary<string, Span> byId, HashSet<string> cut) =>
        span.ParentSpanId is { Length: > 0 } parent && !cut.Contains(span.SpanId) ? byId.GetValueOrDefault(parent) : null;

    private static List<Span> InOrder(IEnumerable<Span> spans) =>
        [
            .. spans
                .OrderBy(span => span.StartUnixNano)
                .ThenByDescending(span => span.DurationNano)
                .ThenBy(span => span.SpanId, StringComparer.Ordinal),
        ];

    /// <summary>The earliest span of every cycle loses its parent, so that what is left is a forest.</summary>
    private static HashSet<string> CutCycles(Dictionary<string, Span> byId)
    {
        var cut = new HashSet<string>(StringComparer.Ordinal);
        var settled = new HashSet<string>(StringComparer.Ordinal);
        foreach (var start in InOrder(byId.Values))
        {
            var path = new List<string>();
            var onPath = new HashSet<string>(StringComparer.Ordinal);
            for (var span = start; span is not null && !settled.Contains(span.SpanId); span = ParentOf(span, byId, cut))
            {
                if (!onPath.Add(span.SpanId))
                {
                    var cycle = path[path.IndexOf(span.SpanId)..];
                    cut.Add(InOrder(cycle.Select(id => byId[id]))[0].SpanId);
                    break;
                }

                path.Add(span.SpanId);
            }

            settled.UnionWith(path);
        }

        return cut;
    }

    // Not recursive: a trace may be 100,000 spans deep.
    private static TraceTree Lay(List<Span> roots, Dictionary<string, List<Span>> children, Dictionary<string, Span> byId, HashSet<string> cut)
    {
        var order = new List<(Span Span, int Depth, bool IsLast)>(byId.Count);
        var stack = new Stack<(Span Span, int Depth, bool IsLast)>();
        Push(roots, 0);
        while (stack.TryPop(out var next))
        {
            order.Add(next);
            if (children.TryGetValue(next.Span.SpanId, out var below))
            {
                Push(below, next.Depth + 1);
            }
        }

        // Children come after their parent, so walking backwards every node finds its children made.
        var made = new Dictionary<string, TraceNode>(byId.Count, StringComparer.Ordinal);
        var rows = new TraceNode[order.Count];
        for (var i = order.Count - 1; i >= 0; i--)
        {
            var (span, depth, isLast) = order[i];
            List<TraceNode> below = children.TryGetValue(span.SpanId, out var spans) ? [.. spans.Select(child => made[child.SpanId])] : [];
            var isCut = cut.Contains(span.SpanId);
            var isOrphan = !isCut && span.ParentSpanId is { Length: > 0 } parent && !byId.ContainsKey(parent);
            var holdsError = below.Any(child => child.HoldsError || child.Span.Status == SpanStatus.Error);
            rows[i] = made[span.SpanId] = new(span, depth, isOrphan, isCut, isLast, holdsError, below);
        }

        return new([.. roots.Select(span => made[span.SpanId])], rows);

        void Push(List<Span> spans, int depth)
        {
            for (var i = spans.Count - 1; i >= 0; i--)
            {
                stack.Push((spans[i], depth, i == spans.Count - 1));
            }
        }
    }
}
