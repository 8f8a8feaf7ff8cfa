using LlmObs.Domain.Spans;
using LlmObs.Web.Rendering.Diff;
using LlmObs.Web.Rendering.Markup;
using Microsoft.AspNetCore.Html;
using Microsoft.Extensions.Localization;

namespace LlmObs.Web.Rendering;

/// <summary>What to render a value as part of.</summary>
/// <param name="Id">Begins the ids of its elements; unique on the page.</param>
/// <param name="Error">The step's error, to point out the line of SQL it names.</param>
/// <param name="Dialect">The database its SQL is for, as people write it; null when unknown.</param>
/// <param name="Format">What the reader wants it read as; null to find out.</param>
/// <param name="IsCutByUs">Ingest cut something of this span at one of our limits.</param>
public sealed record RenderRequest(string Id, string? Error = null, string? Dialect = null, TextFormat? Format = null, bool IsCutByUs = false);

/// <summary>An entry of the outline beside a long prompt.</summary>
/// <param name="IsInner">Below the entry before it.</param>
public sealed record OutlineEntry(string Id, string Title, bool IsInner, int Chars);

/// <summary>A value as it is shown.</summary>
/// <param name="Format">As found, or as asked for.</param>
/// <param name="Outline">Empty for values too short to need one.</param>
/// <param name="HasEscapes">Characters written as <c>\uXXXX</c> are shown as themselves.</param>
public sealed record RenderedContent(IHtmlContent Html, TextFormat Format, IReadOnlyList<OutlineEntry> Outline, bool HasEscapes);

/// <summary>
/// The one door through which anything a trace says gets onto a page. What comes out is inert: no script, no style, no link that
/// acts, nothing that loads, nothing invisible. It never throws, whatever goes in.
/// </summary>
public sealed class ContentRenderer(IStringLocalizer<ContentRenderer> words)
{
    private const int OutlineParts = 3;
    private const int OutlineChars = 1200;
    private const int HeavyPart = 3000;

    public RenderedContent Render(TextPart value, RenderRequest request)
    {
        var format = request.Format ?? FormatDetector.Detect(value.Text);
        var run = new RenderRun(words, request);
        var html = new HtmlWriter();
        if (
            format is TextFormat.Markdown or TextFormat.Tagged
            && value.Text.Length > OutlineChars
            && PromptParts.Split(run.Decode(value.Text)) is { Count: >= OutlineParts } parts
        )
        {
            WriteFolds(html, parts, run);
        }
        else
        {
            ValueWriter.Write(html, value.Text, format, run, nesting: 0);
        }

        return new(html.ToHtml(), format, run.Outline, run.HasEscapes);
    }

    /// <summary>The value as it came, encoded, taken apart by nothing.</summary>
    public RenderedContent RenderPlain(TextPart value)
    {
        var html = new HtmlWriter();
        PlainText.Write(html, value.Text);
        return new(html.ToHtml(), TextFormat.Text, [], HasEscapes: false);
    }

    /// <summary>What changed between two values, word by word; unchanged stretches are folded.</summary>
    public IHtmlContent RenderDiff(string before, string after, string id)
    {
        var html = new HtmlWriter();
        DiffBlock.Write(html, TextDiff.Of(UnicodeEscapes.Decode(before), UnicodeEscapes.Decode(after)), new RenderRun(words, new RenderRequest(id)));
        return html.ToHtml();
    }

    private static void WriteFolds(HtmlWriter html, List<PromptPart> parts, RenderRun run)
    {
        var top = TopLevel(parts);
        var isHeavy = parts.Sum(part => part.Body.Length) > 2 * HeavyPart;
        foreach (var part in parts)
        {
            if (part.Title is not { } title)
            {
                ValueWriter.WriteBody(html, part, run, nesting: 0);
                continue;
            }

            var id = run.NextId();
            var isInner = part.Level > top;
            run.Outline.Add(new(id, title, isInner, part.Body.Length));
            var heading = isInner ? "h4" : "h3";
            html.Raw("<details class=\"fold\" id=\"").Attribute(id).Raw(isHeavy && part.Body.Length > HeavyPart ? "\">" : "\" open>");
            html.Raw("<summary><svg class=\"icon s\" aria-hidden=\"true\"><use href=\"#i-right\"/></svg><")
                .Raw(heading)
                .Raw(">")
                .Text(title)
                .Raw("</")
                .Raw(heading)
                .Raw("><span class=\"n\">")
                .Number(part.Body.Length)
                .Raw("</span></summary><div class=\"fold-body\">");
            ValueWriter.WriteBody(html, part, run, nesting: 0);
            html.Raw("</div></details>");
        }
    }

    // A single # at the very top is the prompt's own title; its sections are the ## below it.
    private static int TopLevel(List<PromptPart> parts)
    {
        var levels = parts.Where(part => part is { Title: not null, IsTag: false }).Select(part => part.Level).ToList();
        if (levels.Count == 0)
        {
            return 0;
        }

        var lowest = levels.Min();
        var others = levels.Where(level => level > lowest).ToList();
        return levels[0] == lowest && levels.Count(level => level == lowest) == 1 && others.Count > 0 ? others.Min() : lowest;
    }
}
