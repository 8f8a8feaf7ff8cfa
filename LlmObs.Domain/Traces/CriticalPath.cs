using LlmObs.Domain.Spans;

namespace LlmObs.Domain.Traces;

/// <summary>A stretch of time in which a step held up the whole: nothing later could begin before it was over.</summary>
/// <param name="Row">Of the tree.</param>
/// <param name="FromNano">Nanoseconds since 1970.</param>
/// <param name="IsIdle">The step has others inside it, and none of them ran: it waited, or did work nobody recorded.</param>
public readonly record struct CriticalStretch(int Row, long FromNano, long ToNano, bool IsIdle)
{
    public long LengthNano => ToNano - FromNano;
}

/// <summary>
/// The chain of steps that decided how long the whole took, walked backwards from its end: always the step that ended last before
/// the moment looked at.
/// </summary>
public sealed class CriticalPath
{
    private readonly TraceTree tree;
    private readonly List<CriticalStretch> stretches = [];

    private CriticalPath(TraceTree tree) => this.tree = tree;

    /// <summary>Latest first.</summary>
    public IReadOnlyList<CriticalStretch> Stretches => stretches;

    /// <summary>Time on the path in which a recorded step did its own work.</summary>
    public long WorkNano => stretches.Where(stretch => !stretch.IsIdle).Sum(stretch => stretch.LengthNano);

    public static CriticalPath Of(TraceTree tree)
    {
        var path = new CriticalPath(tree);
        path.Walk();
        return path;
    }

    private void Walk()
    {
        // A step of the stack is what is left of a row: up to that time, with these of its children still to look at.
        var open = new Stack<Open>();
        open.Push(new(Row: -1, FromNano: long.MinValue, UntilNano: long.MaxValue, LatestFirst(RootRows())));
        while (open.TryPop(out var at))
        {
            if (!at.Children.TryPop(out var child))
            {
                Add(at.Row, at.FromNano, at.UntilNano);
                continue;
            }

            var span = tree.Rows[child].Span;
            var (start, end) = (Math.Max(span.StartUnixNano, at.FromNano), span.EndUnixNano);

            // Work that goes on after its parent counts up to the parent's end; beside a sibling on the path it held up nobody.
            if (end > at.UntilNano && !at.IsFresh || start >= Math.Min(end, at.UntilNano))
            {
                open.Push(at);
                continue;
            }

            end = Math.Min(end, at.UntilNano);
            Add(at.Row, end, at.UntilNano);
            open.Push(at with { UntilNano = start, IsFresh = false });
            open.Push(new(child, start, end, LatestFirst(ChildRows(child))));
        }
    }

    private void Add(int row, long from, long to)
    {
        if (row >= 0 && from < to)
        {
            stretches.Add(new(row, from, to, tree.Rows[row] is { Children.Count: > 0 } node && node.Span.Kind.IsFrame()));
        }
    }

    private Stack<int> LatestFirst(IEnumerable<int> rows) => new(rows.OrderBy(row => tree.Rows[row].Span.EndUnixNano));

    private IEnumerable<int> RootRows()
    {
        for (var row = 0; row < tree.Rows.Count; row += tree.Rows[row].Size)
        {
            yield return row;
        }
    }

    private IEnumerable<int> ChildRows(int parent)
    {
        for (var row = parent + 1; row < parent + tree.Rows[parent].Size; row += tree.Rows[row].Size)
        {
            yield return row;
        }
    }

    /// <param name="IsFresh">No child of it is on the path yet, so its end is the only bound.</param>
    private sealed record Open(int Row, long FromNano, long UntilNano, Stack<int> Children, bool IsFresh = true);
}
