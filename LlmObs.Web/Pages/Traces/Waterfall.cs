using LlmObs.Domain.Spans;
using LlmObs.Domain.Traces;
using LlmObs.Web.Formatting;
using LlmObs.Web.Rendering;
using Microsoft.AspNetCore.Html;

namespace LlmObs.Web.Pages.Traces;

/// <summary>Writes bars and ruler as SVG. In C#, because Razor keeps the name of SVG's text element for itself.</summary>
public static class Waterfall
{
    private const int Ticks = 8;

    /// <summary>
    /// The bar of a row: a frame around others' work or a solid bar of its own, pale until the first token, outlined when it failed,
    /// underlined where it held up the whole, with dots where nothing inside it ran.
    /// </summary>
    public static void WriteBar(HtmlWriter html, TraceNode node, TraceBar whole, TraceRow row, TimeSlice slice)
    {
        if (slice.Of(whole) is not { } bar)
        {
            html.Raw("<svg class=\"wf\" aria-hidden=\"true\"></svg>");
            return;
        }

        html.Raw("<svg class=\"wf\" aria-hidden=\"true\">");
        WriteRect(
            html,
            (bar.IsFrame ? "frame " : "bar ") + (row.IsGuess ? "guess " : "") + KindLook.Of(node.Span.Kind).Class,
            bar.Start,
            bar.Width,
            bar.IsFrame ? ("9", "8") : ("8", "10")
        );
        if (bar.FirstToken > 0)
        {
            WriteRect(html, "ttft", bar.Start, bar.FirstToken, ("8", "10"));
        }

        if (node.Span.Status == SpanStatus.Error)
        {
            WriteRect(html, node.HoldsError ? "fail soft" : "fail", bar.Start, bar.Width, ("7.25", "11.5"));
        }

        foreach (var mark in row.Critical.Select(slice.Of).Where(mark => mark.Width > 0))
        {
            WriteRect(html, mark.IsIdle ? "idle" : "crit", mark.Start, mark.Width, ("21", "1.5"));
        }

        WriteLabel(html, bar, node.Span.DurationNano);
        html.Raw("</svg>");
    }

    /// <param name="place">Its y and its height.</param>
    private static void WriteRect(HtmlWriter html, string look, double x, double width, (string Y, string Height) place) =>
        html.Raw("<rect class=\"")
            .Raw(look)
            .Raw("\" x=\"")
            .Raw(TraceBar.Percent(x))
            .Raw("\" y=\"")
            .Raw(place.Y)
            .Raw("\" width=\"")
            .Raw(TraceBar.Percent(width))
            .Raw("\" height=\"")
            .Raw(place.Height)
            .Raw("\"/>");

    private static void WriteLabel(HtmlWriter html, TraceBar bar, long durationNano)
    {
        var (x, dx, style) = bar.Label switch
        {
            "after" => (bar.End, "6", ""),
            "before" => (bar.Start, "-6", " class=\"left\""),
            _ => (bar.End, "-6", bar.IsFrame ? " class=\"left\"" : " class=\"left inside\""),
        };
        html.Raw("<text")
            .Raw(style)
            .Raw(" x=\"")
            .Raw(TraceBar.Percent(x))
            .Raw("\" dx=\"")
            .Raw(dx)
            .Raw("\" y=\"17\">")
            .Raw(Figures.Duration(durationNano).ToString())
            .Raw("</text>");
    }

    /// <summary>The scale above the bars: a long tick and its time each quarter, a short one between.</summary>
    /// <param name="durationNano">Of the whole, of which a part is shown.</param>
    public static IHtmlContent Ruler(long durationNano, TimeSlice slice)
    {
        var html = new HtmlWriter().Raw("<svg class=\"ruler\" height=\"24\" aria-hidden=\"true\">");
        for (var i = 0; i <= Ticks; i++)
        {
            var x = TraceBar.Percent(100.0 * i / Ticks);
            html.Raw("<line class=\"tick\" x1=\"")
                .Raw(x)
                .Raw("\" x2=\"")
                .Raw(x)
                .Raw(i % 2 == 0 ? "\" y1=\"16\" y2=\"24\"/>" : "\" y1=\"20\" y2=\"24\"/>");
            if (i % 2 == 0 && i < Ticks)
            {
                html.Raw("<text x=\"")
                    .Raw(x)
                    .Raw("\" dx=\"4\" y=\"15\">")
                    .Raw(At(i) is > 0 and var nano ? Figures.Duration(nano).ToString() : "0")
                    .Raw("</text>");
            }
        }

        return html.Raw("</svg>").ToHtml();

        long At(int tick) => (long)(durationNano / 100.0 * (slice.From + ((slice.To - slice.From) * tick / Ticks)));
    }
}
