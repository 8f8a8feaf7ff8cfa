using System.Globalization;
using LlmObs.Domain.Spans;
using LlmObs.Web.Formatting;
using LlmObs.Web.Rendering;
using Microsoft.AspNetCore.Html;

namespace LlmObs.Web.Pages.Traces;

/// <summary>Writes the timeline as SVG; every bar is a link to its step.</summary>
public static class TimelineDrawing
{
    private const int LaneHeight = 24;
    private const double NamedFrom = 3;

    public static IHtmlContent Draw(TimelineChart chart, TraceAddress address, string label)
    {
        var html = new HtmlWriter()
            .Raw(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"<svg class=\"flame\" height=\"{(chart.Lanes * LaneHeight) + 4}\" role=\"group\" aria-label=\""
                )
            )
            .Attribute(label)
            .Raw("\">");
        foreach (var bar in chart.Bars)
        {
            Write(html, bar, address);
        }

        return html.Raw("</svg>").ToHtml();
    }

    private static void Write(HtmlWriter html, TimelineBar bar, TraceAddress address)
    {
        var span = bar.Span;
        var isSelected = span.SpanId == address.Span && span.TraceId == address.TraceId;
        html.Raw("<a href=\"")
            .Attribute(address.To(span).Page)
            .Raw("\" aria-label=\"")
            .Attribute($"{span.Name}, {Figures.Duration(span.DurationNano)}")
            .Raw(isSelected ? "\" aria-current=\"true\">" : "\">")
            .Raw(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"<svg x=\"{TraceBar.Percent(bar.Start)}\" y=\"{(bar.Lane * LaneHeight) + 2}\" width=\"{TraceBar.Percent(bar.Width)}\" height=\"{LaneHeight - 3}\">"
                )
            )
            .Raw("<title>")
            .Text($"{span.Name} · {Figures.Duration(span.DurationNano)}")
            .Raw("</title><rect class=\"bar ")
            .Raw(KindLook.Of(span.Kind).Class)
            .Raw(span.Status == SpanStatus.Error ? " failed" : "")
            .Raw("\" width=\"100%\" height=\"100%\"/>");
        if (bar.Width >= NamedFrom)
        {
            html.Raw("<text x=\"5\" y=\"15\">").Text(span.Name).Raw("</text>");
        }

        html.Raw("</svg></a>");
    }
}
