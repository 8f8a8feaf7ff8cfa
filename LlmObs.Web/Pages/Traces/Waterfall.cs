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

        var start = TraceBar.Percent(bar.Start);
        var width = TraceBar.Percent(bar.Width);
        html.Raw("<svg class=\"wf\" aria-hidden=\"true\"><rect class=\"")
            .Raw(bar.IsFrame ? "frame " : "bar ")
            .Raw(row.IsGuess ? "guess " : "")
            .Raw(KindLook.Of(node.Span.Kind).Class)
            .Raw("\" x=\"")
            .Raw(start)
            .Raw("\" y=\"")
            .Raw(bar.IsFrame ? "9" : "8")
            .Raw("\" width=\"")
            .Raw(width)
            .Raw("\" height=\"")
            .Raw(bar.IsFrame ? "8" : "10")
            .Raw("\"/>");
        if (bar.FirstToken > 0)
        {
            html.Raw("<rect class=\"ttft\" x=\"")
                .Raw(start)
                .Raw("\" y=\"8\" width=\"")
                .Raw(TraceBar.Percent(bar.FirstToken))
                .Raw("\" height=\"10\"/>");
        }

        if (node.Span.Status == SpanStatus.Error)
        {
            html.Raw("<rect class=\"fail")
                .Raw(node.HoldsError ? " soft" : "")
                .Raw("\" x=\"")
                .Raw(start)
                .Raw("\" y=\"7.25\" width=\"")
                .Raw(width)
                .Raw("\" height=\"11.5\"/>");
        }

        foreach (var mark in row.Critical.Select(slice.Of).Where(mark => mark.Width > 0))
        {
            html.Raw(mark.IsIdle ? "<rect class=\"idle\" x=\"" : "<rect class=\"crit\" x=\"")
                .Raw(TraceBar.Percent(mark.Start))
                .Raw("\" y=\"21\" width=\"")
                .Raw(TraceBar.Percent(mark.Width))
                .Raw("\" height=\"1.5\"/>");
        }

        var (x, dx, style) = bar.Label switch
        {
            "after" => (TraceBar.Percent(bar.End), "6", ""),
            "before" => (start, "-6", " class=\"left\""),
            _ => (TraceBar.Percent(bar.End), "-6", bar.IsFrame ? " class=\"left\"" : " class=\"left inside\""),
        };
        html.Raw("<text")
            .Raw(style)
            .Raw(" x=\"")
            .Raw(x)
            .Raw("\" dx=\"")
            .Raw(dx)
            .Raw("\" y=\"17\">")
            .Raw(Figures.Duration(node.Span.DurationNano).ToString())
            .Raw("</text></svg>");
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
