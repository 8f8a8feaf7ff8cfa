using System.Globalization;
using LlmObs.Domain.Spans;
using LlmObs.Domain.Traces;
using LlmObs.Web.Formatting;
using LlmObs.Web.Rendering;
using Microsoft.AspNetCore.Html;

namespace LlmObs.Web.Pages.Traces;

/// <summary>The few words a line of the tree may carry, in the reader's language.</summary>
/// <param name="Basis">By <see cref="JoinBasis"/>: how a join is known.</param>
public sealed record TreeWords(
    string Failed,
    string Inside,
    string First,
    string LoopCut,
    string Missing,
    string Inferred,
    string Joined,
    string Clock,
    string ClockMeaning,
    string Parallel,
    string ParallelMeaning,
    string Tokens,
    IReadOnlyDictionary<string, string> Basis
);

/// <summary>
/// Writes lines of the tree. In C# and without a space too many, because a thousand of them are the page.
/// </summary>
/// <param name="address">Of the page; each line links to it with its own span.</param>
/// <param name="firstError">The span that gets the chip "first".</param>
/// <param name="found">Rows that are marked as found.</param>
/// <param name="kept">Rows that are shown; null for all.</param>
public sealed class TreeLines(
    TraceAddress address,
    Span? firstError,
    IReadOnlySet<int> found,
    IReadOnlySet<int>? kept,
    IReadOnlyDictionary<SpanKind, string> kinds,
    TreeWords words
)
{
    // Less is within what clocks of one machine and rounding do.
    private const long SkewShown = 2_000_000;

    private readonly string template = Template(address);

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
                WriteMissing(html, rows[i]);
            }
        }

        return html.ToHtml();
    }

    private void WriteMissing(HtmlWriter html, TraceRow row)
    {
        html.Raw("<div class=\"span-row missing\" role=\"treeitem\" aria-level=\"1\" aria-expanded=\"true\"");
        WritePlace(html, row);
        html.Raw("><span class=\"span-name\"><svg class=\"icon\" aria-hidden=\"true\"><use href=\"#i-k-missing\"/></svg><span class=\"text cut\">")
            .Text(words.Missing)
            .Raw("<span class=\"sub mono\">")
            .Text(row.MissingParentId)
            .Raw("</span></span></span><span class=\"wf\"></span></div>");
    }

    private void WritePlace(HtmlWriter html, TraceRow row) =>
        html.Raw(" data-i=\"")
            .Raw(Text(row.Index))
            .Raw(row.Below > 0 ? "\" data-below=\"" + Text(row.Below) + "\"" : "\"")
            .Raw(kept?.Contains(row.Index) == false ? " hidden" : "");

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private void Write(HtmlWriter html, TraceRow row, TraceNode node, TraceBar bar)
    {
        var span = node.Span;
        var look = KindLook.Of(span.Kind);
        html.Raw("<a class=\"span-row")
            .Raw(Tone(node))
            .Raw(found.Contains(row.Index) ? " hit" : "")
            .Raw("\" href=\"")
            .Attribute(Address(span))
            .Raw("\" role=\"treeitem\" aria-level=\"")
            .Raw(Text(row.Level))
            .Raw(row.HasChildren ? "\" aria-expanded=\"true\"" : "\"")
            .Raw(span.SpanId == address.Span && span.TraceId == address.TraceId ? " aria-selected=\"true\"" : "");
        WritePlace(html, row);
        html.Raw("><span class=\"span-name\">");
        if (row.GuideLevels > 0)
        {
            html.Raw("<svg class=\"guide")
                .Raw(row.IsGuess ? " guess" : "")
                .Raw("\" width=\"")
                .Raw(Text(14 * row.GuideLevels))
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
        WriteMarks(html, row, node);
        html.Raw("</span>");
        Waterfall.WriteBar(html, node, bar, row, address.Tree.Time);
        html.Raw("</a>");
    }

    private void WriteMarks(HtmlWriter html, TraceRow row, TraceNode node)
    {
        html.Raw("<span class=\"extra\">");
        WriteTotals(html, row.Totals!);
        if (ReferenceEquals(node.Span, firstError))
        {
            WriteChip(html, "bad", words.First, null);
        }

        if (node.IsCut)
        {
            WriteChip(html, "dash", words.LoopCut, null);
        }

        if (node.Span.IsParallelBranch)
        {
            WriteChip(html, "", words.Parallel, words.ParallelMeaning);
        }

        if (node.Join is { } join)
        {
            WriteChip(
                html,
                join.IsInferred ? "dash" : "",
                join.IsInferred ? words.Inferred : words.Joined,
                words.Basis.GetValueOrDefault(join.Basis, join.Basis)
            );
        }

        if (node.SkewNano >= SkewShown)
        {
            WriteChip(html, "warn", $"{words.Clock} −{Figures.Duration(node.SkewNano)}", words.ClockMeaning);
        }

        WriteOutcome(html, node, row.Totals!.Errors);
        html.Raw("</span>");
    }

    /// <summary>Tokens and cost of everything below, or of the call itself.</summary>
    private void WriteTotals(HtmlWriter html, SubtreeTotals totals)
    {
        var tokens = totals.Usage is { } usage ? usage.TotalTokens ?? (usage.InputTokens ?? 0) + (usage.OutputTokens ?? 0) : 0;
        if (tokens == 0 && totals.Costs.Count == 0)
        {
            return;
        }

        html.Raw("<span class=\"sums\">");
        if (tokens > 0)
        {
            html.Raw("<span title=\"").Attribute(words.Tokens).Raw("\">").Text(Figures.Axis(tokens)).Raw("</span>");
        }

        if (totals.Costs.Count > 0)
        {
            html.Raw(" <span>").Text(string.Join(" + ", totals.Costs.Select(Figures.Money))).Raw("</span>");
        }

        html.Raw("</span>");
    }

    private void WriteOutcome(HtmlWriter html, TraceNode node, int errors)
    {
        var failed = node.Span.Status == SpanStatus.Error;
        if (!failed && !node.HoldsError)
        {
            return;
        }

        if (errors > 1)
        {
            html.Raw("<span class=\"errors\">").Number(errors).Raw("</span>");
        }

        html.Raw(failed ? "<svg class=\"icon s is-bad\" role=\"img\" aria-label=\"" : "<svg class=\"icon s is-warn\" role=\"img\" aria-label=\"")
            .Attribute(failed ? words.Failed : words.Inside)
            .Raw(failed ? "\"><use href=\"#i-error\"/></svg>" : "\"><use href=\"#i-warn\"/></svg>");
    }

    private static void WriteChip(HtmlWriter html, string look, string text, string? meaning)
    {
        html.Raw("<span class=\"chip ").Raw(look).Raw("\"");
        if (meaning is not null)
        {
            html.Raw(" title=\"").Attribute(meaning).Raw("\"");
        }

        html.Raw(">").Text(text).Raw("</span>");
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
        (span.DisplayModel is { } model && !span.Name.Contains(model, StringComparison.Ordinal) ? model : null)
        ?? (span.Status == SpanStatus.Error ? span.ErrorType : null)
        ?? (span.RawName.Contains(span.Name, StringComparison.Ordinal) || span.RawName.Length == 0 ? null : span.RawName);

    private string Address(Span span) =>
        template
            .Replace("%02", Uri.EscapeDataString(span.TraceId), StringComparison.Ordinal)
            .Replace("%01", Uri.EscapeDataString(span.SpanId), StringComparison.Ordinal);

    // Only the query is written: relative to the page it is a whole address in a third of the bytes.
    private static string Template(TraceAddress address)
    {
        var page = (address.To("\u0001") with { TraceId = "\u0002" }).Page;
        return page[page.IndexOf('?', StringComparison.Ordinal)..];
    }
}
