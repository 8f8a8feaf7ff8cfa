using System.Globalization;
using LlmObs.Domain.Spans;
using LlmObs.Domain.Traces;
using LlmObs.Web.Formatting;
using LlmObs.Web.Rendering;
using Microsoft.AspNetCore.Html;

namespace LlmObs.Web.Pages.Traces;

/// <summary>The whole of a long trace on one strip: its upper levels in time, failures below, and a way to jump to any moment.</summary>
public sealed class Minimap
{
    private const int FromRows = 60;
    private const int Lanes = 5;
    private const int Buckets = 160;
    private const double BucketWidth = 100.0 / Buckets;

    private readonly TraceView view;
    private readonly Span?[,] longest = new Span?[Lanes, Buckets];
    private readonly int[] starts = new int[Buckets];
    private readonly bool[] fails = new bool[Buckets];

    private Minimap(TraceView view)
    {
        this.view = view;
        Array.Fill(starts, -1);
    }

    public static bool IsNeeded(TraceRows rows) => rows.Count > FromRows;

    public static Minimap Of(TraceView view)
    {
        var map = new Minimap(view);
        for (var row = 0; row < view.Rows.Count; row++)
        {
            if (view.Rows.Node(row) is { } node)
            {
                map.Add(row, node);
            }
        }

        return map;
    }

    /// <param name="selected">The row whose time is framed.</param>
    public IHtmlContent Draw(TraceAddress address, int selected)
    {
        var html = new HtmlWriter().Raw("<svg height=\"34\" aria-hidden=\"true\">");
        for (var lane = 0; lane < Lanes; lane++)
        {
            DrawLane(html, lane);
        }

        for (var bucket = 0; bucket < Buckets; bucket++)
        {
            if (fails[bucket])
            {
                Rect(html, "fails", bucket * BucketWidth, 28, BucketWidth, 4);
            }
        }

        if (view.Rows[selected].Bar is { } bar)
        {
            Rect(html, "window", bar.Start, 0, bar.Width, 34);
        }

        var time = address.Tree.Time;
        Rect(html, "outside", 0, 0, time.From, 34);
        Rect(html, "outside", time.To, 0, 100 - time.To, 34);

        DrawJumps(html, address);
        return html.Raw("</svg>").ToHtml();
    }

    private void Add(int row, TraceNode node)
    {
        var (from, to) = (BucketOf(node.Span.StartUnixNano), BucketOf(node.Span.EndUnixNano));
        starts[from] = starts[from] < 0 ? row : starts[from];
        if (node.Span.Status == SpanStatus.Error && !node.HoldsError)
        {
            fails[BucketOf(node.Span.EndUnixNano)] = true;
        }

        for (var bucket = from; bucket <= to && node.Depth < Lanes; bucket++)
        {
            var there = longest[node.Depth, bucket];
            longest[node.Depth, bucket] = there is null || there.DurationNano < node.Span.DurationNano ? node.Span : there;
        }
    }

    private int BucketOf(long nano) =>
        (int)Math.Clamp((nano - view.Summary.StartUnixNano) * (double)Buckets / Math.Max(1, view.Summary.DurationNano), 0, Buckets - 1);

    private void DrawLane(HtmlWriter html, int lane)
    {
        for (var (from, to) = (0, 0); from < Buckets; from = to)
        {
            var look = Look(from);
            for (to = from + 1; to < Buckets && Look(to) == look; to++) { }

            if (look is not null)
            {
                Rect(html, "bar " + look, from * BucketWidth, 1 + (5 * lane), (to - from) * BucketWidth, 4);
            }
        }

        string? Look(int bucket) => longest[lane, bucket] is { } span ? KindLook.Of(span.Kind).Class : null;
    }

    /// <summary>At every moment a link to the first step that starts there.</summary>
    private void DrawJumps(HtmlWriter html, TraceAddress address)
    {
        for (var bucket = 0; bucket < Buckets; bucket++)
        {
            if (starts[bucket] >= 0)
            {
                html.Raw("<a tabindex=\"-1\" data-row=\"")
                    .Raw(starts[bucket].ToString(CultureInfo.InvariantCulture))
                    .Raw("\" href=\"")
                    .Attribute(address.To(view.Rows.Node(starts[bucket])!.Span).Page)
                    .Raw("\">");
                Rect(html, "jump", bucket * BucketWidth, 0, BucketWidth, 34);
                html.Raw("</a>");
            }
        }
    }

    private static void Rect(HtmlWriter html, string look, double x, int y, double width, int height) =>
        html.Raw(
            string.Create(
                CultureInfo.InvariantCulture,
                $"<rect class=\"{look}\" x=\"{TraceBar.Percent(x)}\" y=\"{y}\" width=\"{TraceBar.Percent(width)}\" height=\"{height}\"/>"
            )
        );
}
