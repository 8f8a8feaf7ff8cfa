using System.Globalization;
using LlmObs.Domain.Spans;
using LlmObs.Domain.Traces;
using LlmObs.Web.Formatting;
using LlmObs.Web.Rendering;
using Microsoft.AspNetCore.Html;

namespace LlmObs.Web.Pages.Traces;

/// <summary>The few words a line of the tree may carry, in the reader's language.</summary>
public sealed record TreeWords(string Failed, string Inside, string First, string LoopCut, string Missing);

/// <summary>
/// Writes lines of the tree. In C# and without a space too many, because 5,000 of them are the page.
/// </summary>
/// <param name="address">Of the page; each line links to it with its own span.</param>
/// <param name="firstError">The span that gets the chip "first".</param>
public sealed class TreeLines(TraceAddress address, string? firstError, IReadOnlyDictionary<SpanKind, string> kinds, TreeWords words)
{
    private readonly string[] query = QueryAround(address);

    /// <summary>Lines <paramref name="from"/> up to, not including, <paramref name="to"/>.</summary>
    public IHtmlContent Write(IReadOnlyList<TraceRow> rows, int from, int to)
    {
        var html = new HtmlWriter();
        for (var i = from; i < to; i++)
        {
            if (rows[i] is { Node: { } node, Bar: { } bar } row)
            {
                Write(html, row, node, bar);
            }
            else
            {
                html.Raw("<div class=\"span-row missing\" role=\"treeitem\" aria-level=\"1\" aria-expanded=\"true\"><span class=\"span-name\">")
                    .Raw("<svg class=\"icon\" aria-hidden=\"true\"><use href=\"#i-k-missing\"/></svg><span class=\"text cut\">")
                    .Text(words.Missing)
                    .Raw("<span class=\"sub mono\">")
                    .Text(rows[i].MissingParentId)
                    .Raw("</span></span></span><span class=\"wf\"></span></div>");
            }
        }

        return html.ToHtml();
    }

    private void Write(HtmlWriter html, TraceRow row, TraceNode node, TraceBar bar)
    {
        var span = node.Span;
        var look = KindLook.Of(span.Kind);
        html.Raw("<a class=\"span-row")
            .Raw(Tone(node))
            .Raw("\" href=\"")
            .Attribute(query[0])
            .Attribute(Uri.EscapeDataString(span.SpanId))
            .Attribute(query[1])
            .Raw("\" role=\"treeitem\" aria-level=\"")
            .Raw(row.Level.ToString(CultureInfo.InvariantCulture))
            .Raw(row.HasChildren ? "\" aria-expanded=\"true" : "")
            .Raw(span.SpanId == address.Span ? "\" aria-selected=\"true" : "")
            .Raw("\"><span class=\"span-name\">");
        if (row.GuideLevels > 0)
        {
            html.Raw("<svg class=\"guide")
                .Raw(row.IsGuess ? " guess" : "")
                .Raw("\" width=\"")
                .Raw((14 * row.GuideLevels).ToString(CultureInfo.InvariantCulture))
                .Raw("\" aria-hidden=\"true\"><path d=\"")
                .Raw(row.Guide)
                .Raw("\"/></svg>");
        }

        if (row.Level - 1 > row.GuideLevels)
        {
            html.Raw("<span class=\"deep\">").Number(row.Level).Raw("</span>");
        }

        html.Raw(row.HasChildren ? "<span class=\"twig\"><svg class=\"icon s\" aria-hidden=\"true\"><use href=\"#i-right\"/></svg></span>" : "")
            .Raw("<svg class=\"icon kind ")
            .Raw(look.Class)
            .Raw("\" role=\"img\" aria-label=\"")
            .Attribute(kinds[span.Kind])
            .Raw("\"><use href=\"#i-")
            .Raw(look.Icon)
            .Raw("\"/></svg><span class=\"text cut\">")
            .Text(span.Name);
        if (Sub(span) is { } sub)
        {
            html.Raw("<span class=\"sub\">").Text(sub).Raw("</span>");
        }

        html.Raw("</span>");
        WriteMarks(html, node);
        html.Raw("</span>");
        Waterfall.WriteBar(html, node, bar, row.IsGuess);
        html.Raw("</a>");
    }

    private void WriteMarks(HtmlWriter html, TraceNode node)
    {
        var failed = node.Span.Status == SpanStatus.Error;
        if (!failed && !node.HoldsError && !node.IsCut)
        {
            return;
        }

        html.Raw("<span class=\"extra\">");
        if (node.Span.SpanId == firstError)
        {
            html.Raw("<span class=\"chip bad\">").Text(words.First).Raw("</span>");
        }

        if (node.IsCut)
        {
            html.Raw("<span class=\"chip dash\">").Text(words.LoopCut).Raw("</span>");
        }

        if (failed || node.HoldsError)
        {
            html.Raw(failed ? "<svg class=\"icon s is-bad\" role=\"img\" aria-label=\"" : "<svg class=\"icon s is-warn\" role=\"img\" aria-label=\"")
                .Attribute(failed ? words.Failed : words.Inside)
                .Raw(failed ? "\"><use href=\"#i-error\"/></svg>" : "\"><use href=\"#i-warn\"/></svg>");
        }

        html.Raw("</span>");
    }

    private static string Tone(TraceNode node) =>
        node switch
        {
            { Span.Status: SpanStatus.Error } => " failed",
            { HoldsError: true } => " holds-failed",
            { Span.Kind: SpanKind.Task or SpanKind.Chain or SpanKind.Other } => " scaffold",
            _ => "",
        };

    /// <summary>What a name alone does not tell: the model, why it failed, or how the sender called it.</summary>
    private static string? Sub(Span span) =>
        span.DisplayModel
        ?? (span.Status == SpanStatus.Error ? span.ErrorType : null)
        ?? (span.RawName.Contains(span.Name, StringComparison.Ordinal) || span.RawName.Length == 0 ? null : span.RawName);

    // Only the query is written: relative to the page it is a whole address in a third of the bytes.
    private static string[] QueryAround(TraceAddress address)
    {
        var page = address.To("\u0001").Page;
        return page[page.IndexOf('?', StringComparison.Ordinal)..].Split("%01");
    }
}
