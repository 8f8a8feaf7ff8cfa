using System.Globalization;
using System.Text;
using LlmObs.Domain.Spans;
using LlmObs.Domain.Traces;

namespace LlmObs.Web.Pages.Traces;

/// <summary>One line of the tree with its bar, ready to draw.</summary>
/// <param name="Node">Null for the place of a parent that was named but never came.</param>
/// <param name="MissingParentId">That parent's id.</param>
/// <param name="Level">From 1, as assistive technology counts.</param>
/// <param name="Guide">An SVG path; empty for a root.</param>
/// <param name="GuideLevels">How many steps of indentation are drawn.</param>
/// <param name="IsGuess">The tie to the parent is not what the sender said: dashed.</param>
/// <param name="HasChildren">It can be folded.</param>
/// <param name="Bar">Null for a missing parent.</param>
public sealed record TraceRow(
    TraceNode? Node,
    string? MissingParentId,
    int Level,
    string Guide,
    int GuideLevels,
    bool IsGuess,
    bool HasChildren,
    TraceBar? Bar
);

/// <summary>Where a span stands in time, in percent of the trace.</summary>
/// <param name="Start">0–100.</param>
/// <param name="Width">Never so small that it can't be seen.</param>
/// <param name="FirstToken">The part of the width before the first token; 0 when unknown.</param>
/// <param name="IsFrame">It contains the work of others; else the work is its own.</param>
/// <param name="Label">Where its duration is written: <c>after</c>, <c>before</c> or <c>inside</c>.</param>
public sealed record TraceBar(double Start, double Width, double FirstToken, bool IsFrame, string Label)
{
    public double End => Start + Width;

    public static string Percent(double value) => Math.Round(value, 3).ToString("0.###", CultureInfo.InvariantCulture) + "%";
}

/// <summary>Lays a tree out in rows: indentation lines, folds, bars. Pure arithmetic; the page only writes it down.</summary>
public static class TraceRows
{
    /// <summary>Deeper levels are not indented further but numbered, or names would leave the screen.</summary>
    public const int DrawnLevels = 14;

    private const int Step = 14;
    private const double Thinnest = 0.25;

    public static IReadOnlyList<TraceRow> Lay(TraceTree tree, TraceSummary summary)
    {
        var rows = new List<TraceRow>(tree.Rows.Count + 4);
        var open = new List<bool>();
        string? missing = null;
        var lift = 0;
        for (var i = 0; i < tree.Rows.Count; i++)
        {
            var node = tree.Rows[i];
            if (node.Depth == 0)
            {
                lift = node.IsOrphan ? 1 : 0;
                if (node.IsOrphan && node.Span.ParentSpanId != missing)
                {
                    rows.Add(new(null, node.Span.ParentSpanId, 1, "", 0, IsGuess: true, HasChildren: true, Bar: null));
                }

                missing = node.IsOrphan ? node.Span.ParentSpanId : null;
            }

            var depth = node.Depth + lift;
            var isLast = node.Depth > 0 || lift == 0 ? node.IsLast : !NextRootShares(tree, i, missing);
            while (open.Count <= depth)
            {
                open.Add(false);
            }

            open[depth] = !isLast;
            rows.Add(
                new(
                    node,
                    null,
                    depth + 1,
                    Guide(open, depth, isLast),
                    Math.Min(depth, DrawnLevels),
                    node.IsOrphan || node.IsCut,
                    node.Children.Count > 0,
                    Bar(node, summary)
                )
            );
        }

        return rows;
    }

    private static bool NextRootShares(TraceTree tree, int i, string? missing)
    {
        for (i++; i < tree.Rows.Count; i++)
        {
            if (tree.Rows[i].Depth == 0)
            {
                return tree.Rows[i].IsOrphan && tree.Rows[i].Span.ParentSpanId == missing;
            }
        }

        return false;
    }

    /// <summary>Lines of the ancestors that go on below, then the twig to this row.</summary>
    private static string Guide(List<bool> open, int depth, bool isLast)
    {
        if (depth == 0)
        {
            return "";
        }

        var path = new StringBuilder();
        var drawn = Math.Min(depth, DrawnLevels);
        var hidden = depth - drawn;
        for (var level = 1; level < drawn; level++)
        {
            if (open[level + hidden])
            {
                path.Append(CultureInfo.InvariantCulture, $"M{X(level)} 0V40");
            }
        }

        path.Append(CultureInfo.InvariantCulture, $"M{X(drawn)} 0V13.5h4.5");
        if (!isLast)
        {
            path.Append(CultureInfo.InvariantCulture, $"M{X(drawn)} 13V40");
        }

        return path.ToString();

        static string X(int level) => (Step * level - 2.5).ToString("0.#", CultureInfo.InvariantCulture);
    }

    private static TraceBar Bar(TraceNode node, TraceSummary trace)
    {
        var span = node.Span;
        var total = Math.Max(1, trace.DurationNano);
        var start = Math.Clamp(100.0 * (span.StartUnixNano - trace.StartUnixNano) / total, 0, 100 - Thinnest);
        var width = Math.Clamp(100.0 * span.DurationNano / total, Thinnest, 100 - start);
        var firstToken = span.TimeToFirstTokenMs is > 0 and var ms ? Math.Min(width, 100.0 * ms * 1e6 / total) : 0;
        var label =
            start + width <= 80 ? "after"
            : start >= 20 ? "before"
            : "inside";
        return new(start, width, firstToken, IsFrame(node), label);
    }

    private static bool IsFrame(TraceNode node) =>
        node.Children.Count > 0
        && node.Span.Kind is (SpanKind.Workflow or SpanKind.Agent or SpanKind.Chain or SpanKind.Task or SpanKind.Tool or SpanKind.Other);
}
