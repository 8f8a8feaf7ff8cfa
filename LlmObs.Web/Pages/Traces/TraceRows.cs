using System.Collections;
using System.Globalization;
using System.Text;
using LlmObs.Domain.Spans;
using LlmObs.Domain.Traces;

namespace LlmObs.Web.Pages.Traces;

/// <summary>
/// A tree in rows: indentation lines, folds, bars. Pure arithmetic, done for a row when it is asked for: of 100,000 rows a page draws
/// some hundreds.
/// </summary>
public sealed class TraceRows : IReadOnlyList<TraceRow>
{
    /// <summary>Deeper levels are not indented further but numbered, or names would leave the screen.</summary>
    public const int DrawnLevels = 14;

    private const int Step = 14;

    private readonly TraceTree tree;
    private readonly TraceSummary trace;
    private readonly IReadOnlyList<SubtreeTotals> totals;
    private readonly ILookup<int, CriticalStretch> critical;
    private readonly List<Place> places;

    private TraceRows(TraceTree tree, TraceSummary trace, IReadOnlyList<SubtreeTotals> totals, CriticalPath path)
    {
        (this.tree, this.trace, this.totals) = (tree, trace, totals);
        critical = path.Stretches.ToLookup(stretch => stretch.Row);
        places = Places(tree);
    }

    public int Count => places.Count;

    public TraceRow this[int index] => Row(index);

    public static TraceRows Lay(TraceTree tree, TraceSummary summary, IReadOnlyList<SubtreeTotals> totals, CriticalPath path) =>
        new(tree, summary, totals, path);

    /// <summary>The level of every row, from 1: with their order the whole shape of the tree.</summary>
    public IEnumerable<int> Levels => places.Select(place => place.Depth + 1);

    /// <summary>The span of a row without drawing it; null for a missing parent.</summary>
    public TraceNode? Node(int row) => places[row].Node is >= 0 and var node ? tree.Rows[node] : null;

    /// <summary>These rows and all that they hang under.</summary>
    public IReadOnlySet<int> WithAncestors(IEnumerable<int> rows)
    {
        var kept = new HashSet<int>();
        foreach (var row in rows)
        {
            for (var at = row; at >= 0 && kept.Add(at); at = places[at].Above) { }
        }

        return kept;
    }

    public IEnumerator<TraceRow> GetEnumerator() => Enumerable.Range(0, Count).Select(Row).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private static List<Place> Places(TraceTree tree)
    {
        var places = new List<Place>(tree.Rows.Count + 4);
        var path = new List<int>();
        string? missing = null;
        var lift = 0;
        for (var i = 0; i < tree.Rows.Count; i++)
        {
            var node = tree.Rows[i];
            if (node.Depth == 0)
            {
                if (node.IsOrphan && node.Span.ParentSpanId != missing)
                {
                    path.Clear();
                    path.Add(places.Count);
                    places.Add(new(~i, -1, 0, IsLast: true, OrphansFrom(tree, i)));
                }

                missing = node.IsOrphan ? node.Span.ParentSpanId : null;
                lift = node.IsOrphan ? 1 : 0;
            }

            var depth = node.Depth + lift;
            path.RemoveRange(depth, path.Count - depth);
            var isLast = node.Depth > 0 || lift == 0 ? node.IsLast : !Shares(tree, i + node.Size, missing);
            path.Add(places.Count);
            places.Add(new(i, depth == 0 ? -1 : path[depth - 1], depth, isLast, node.Size - 1));
        }

        return places;
    }

    /// <summary>How many rows hang under the missing parent of an orphan.</summary>
    private static int OrphansFrom(TraceTree tree, int first)
    {
        var end = first;
        while (Shares(tree, end, tree.Rows[first].Span.ParentSpanId))
        {
            end += tree.Rows[end].Size;
        }

        return end - first;
    }

    private static bool Shares(TraceTree tree, int root, string? missing) =>
        root < tree.Rows.Count && tree.Rows[root].IsOrphan && tree.Rows[root].Span.ParentSpanId == missing;

    private TraceRow Row(int index)
    {
        var place = places[index];
        if (place.Node < 0)
        {
            var missing = tree.Rows[~place.Node].Span.ParentSpanId;
            return new(null, missing, 1, "", 0, IsGuess: true, HasChildren: true, Bar: null) { Index = index, Below = place.Below };
        }

        var node = tree.Rows[place.Node];
        return new(
            node,
            null,
            place.Depth + 1,
            Guide(index),
            Math.Min(place.Depth, DrawnLevels),
            node.IsOrphan || node.IsCut || node.Join is { IsInferred: true },
            node.Children.Count > 0,
            Bar(node)
        )
        {
            Index = index,
            Below = place.Below,
            Totals = totals[place.Node],
            Critical = [.. critical[place.Node].Select(Mark)],
        };
    }

    /// <summary>Lines of the ancestors that go on below, then the twig to this row.</summary>
    private string Guide(int row)
    {
        var place = places[row];
        if (place.Depth == 0)
        {
            return "";
        }

        var drawn = Math.Min(place.Depth, DrawnLevels);
        var goesOn = new bool[drawn];
        for (var (above, level) = (place.Above, drawn - 1); level > 0; (above, level) = (places[above].Above, level - 1))
        {
            goesOn[level] = !places[above].IsLast;
        }

        var path = new StringBuilder();
        for (var level = 1; level < drawn; level++)
        {
            if (goesOn[level])
            {
                path.Append(CultureInfo.InvariantCulture, $"M{X(level)} 0V40");
            }
        }

        path.Append(CultureInfo.InvariantCulture, $"M{X(drawn)} 0V13.5h4.5");
        if (!place.IsLast)
        {
            path.Append(CultureInfo.InvariantCulture, $"M{X(drawn)} 13V40");
        }

        return path.ToString();

        static string X(int level) => ((Step * level) - 2.5).ToString("0.#", CultureInfo.InvariantCulture);
    }

    private TraceBar Bar(TraceNode node)
    {
        var span = node.Span;
        var start = Share(span.StartUnixNano - trace.StartUnixNano);
        return TraceBar.Between(start, start + Share(span.DurationNano), Share(1e6 * (span.TimeToFirstTokenMs ?? 0)), IsFrame(node));
    }

    private CriticalMark Mark(CriticalStretch stretch) =>
        new(Share(stretch.FromNano - trace.StartUnixNano), Share(stretch.LengthNano), stretch.IsIdle);

    private double Share(double nano) => 100 * nano / Math.Max(1, trace.DurationNano);

    private static bool IsFrame(TraceNode node) => node.Children.Count > 0 && node.Span.Kind.IsFrame();

    /// <param name="Node">Its index in the tree; for a missing parent the complement of its first orphan's.</param>
    /// <param name="Above">The row it hangs under; −1 for none.</param>
    private readonly record struct Place(int Node, int Above, int Depth, bool IsLast, int Below);
}
