using LlmObs.Domain.Spans;

namespace LlmObs.Domain.Traces;

/// <summary>One row of the tree.</summary>
/// <param name="Depth">0 for a root.</param>
/// <param name="IsOrphan">Its parent was named but never received.</param>
/// <param name="IsCut">Its parent was its own descendant, or itself; the tie was cut here.</param>
/// <param name="IsLast">No sibling follows.</param>
/// <param name="HoldsError">Something below it failed.</param>
public sealed record TraceNode(Span Span, int Depth, bool IsOrphan, bool IsCut, bool IsLast, bool HoldsError, IReadOnlyList<TraceNode> Children)
{
    public SpanRef Ref => new(Span.TraceId, Span.SpanId);

    /// <summary>Why it hangs where it does, when that is in another trace.</summary>
    public TraceJoin? Join { get; init; }

    /// <summary>Itself and everything below it: so many rows.</summary>
    public int Size { get; init; } = 1;

    /// <summary>How long before its parent it says it started, in nanoseconds: their clocks differ by at least that. 0 when it did not.</summary>
    public long SkewNano { get; init; }
}

/// <summary>
/// The spans of a trace, or of all traces of a request, as a forest in order of time. Every span is in it exactly once, whatever its
/// parents and the joins say.
/// </summary>
public sealed class TraceTree
{
    private TraceTree(IReadOnlyList<TraceNode> roots, IReadOnlyList<TraceNode> rows) => (Roots, Rows) = (roots, rows);

    public IReadOnlyList<TraceNode> Roots { get; }

    /// <summary>All nodes, depth first, as a page lists them.</summary>
    public IReadOnlyList<TraceNode> Rows { get; }

    /// <summary>Builds the forest in one pass over sorted spans. They may come in any order; of two with one id the first is kept.</summary>
    /// <param name="joins">Where the roots of a trace hang in another one; those whose parent is not among the spans change nothing.</param>
    public static TraceTree Build(IEnumerable<Span> spans, IReadOnlyCollection<TraceJoin>? joins = null)
    {
        var ordered = InOrder(spans);
        var ties = TraceTies.Of(ordered, joins ?? []);
        return Lay(ordered, ties);
    }

    private static List<Span> InOrder(IEnumerable<Span> spans) =>
        [
            .. spans
                .DistinctBy(span => new SpanRef(span.TraceId, span.SpanId))
                .OrderBy(span => span.StartUnixNano)
                .ThenByDescending(span => span.DurationNano)
                .ThenBy(span => span.SpanId, StringComparer.Ordinal)
                .ThenBy(span => span.TraceId, StringComparer.Ordinal),
        ];

    // Not recursive: a trace may be 100,000 spans deep.
    private static TraceTree Lay(List<Span> spans, TraceTies ties)
    {
        var order = new List<(int Span, int Depth, bool IsLast)>(spans.Count);
        var stack = new Stack<(int Span, int Depth, bool IsLast)>();
        Push(ties.Roots, 0);
        while (stack.TryPop(out var next))
        {
            order.Add(next);
            Push(ties.Children(next.Span), next.Depth + 1);
        }

        // Children come after their parent, so walking backwards every node finds its children made.
        var made = new TraceNode[spans.Count];
        var rows = new TraceNode[spans.Count];
        for (var i = order.Count - 1; i >= 0; i--)
        {
            var (at, depth, isLast) = order[i];
            var below = ties.Children(at).Select(child => made[child]).ToArray();
            rows[i] = made[at] = new(spans[at], depth, ties.IsOrphan(at), ties.IsCut(at), isLast, below.Any(Fails), below)
            {
                Join = ties.Join(at),
                Size = 1 + below.Sum(child => child.Size),
                SkewNano = ties.Parent(at) is { } parent ? Math.Max(0, spans[parent].StartUnixNano - spans[at].StartUnixNano) : 0,
            };
        }

        return new([.. ties.Roots.Select(root => made[root])], rows);

        void Push(IReadOnlyList<int> spans, int depth)
        {
            for (var i = spans.Count - 1; i >= 0; i--)
            {
                stack.Push((spans[i], depth, i == spans.Count - 1));
            }
        }
    }

    private static bool Fails(TraceNode node) => node.HoldsError || node.Span.Status == SpanStatus.Error;
}
