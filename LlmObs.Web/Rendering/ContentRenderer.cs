using LlmObs.Web.Rendering.Markup;
using Microsoft.AspNetCore.Html;
using Microsoft.Extensions.Localization;

namespace LlmObs.Web.Rendering;

/// <summary>What to render a value as part of.</summary>
/// <param name="Id">Begins the ids of its elements; unique on the page.</param>
/// <param name="Error">The step's error, to point out the line of SQL it names.</param>
/// <param name="Parts">How many parts of <see cref="ContentRenderer.PartChars"/> characters to show.</param>
public sealed record RenderRequest(string Id, string? Error = null, int Parts = 1);

/// <summary>An entry of the outline beside a long prompt.</summary>
/// <param name="IsInner">Below the entry before it.</param>
public sealed record OutlineEntry(string Id, string Title, bool IsInner, int Chars);

/// <summary>A value as it is shown.</summary>
/// <param name="Chars">Of the whole value.</param>
/// <param name="ShownChars">Fewer than <paramref name="Chars"/> when the value is too long for one page.</param>
/// <param name="Outline">Empty for values too short to need one.</param>
public sealed record RenderedContent(IHtmlContent Html, TextFormat Format, int Chars, int ShownChars, IReadOnlyList<OutlineEntry> Outline);

/// <summary>
/// The one door through which anything a trace says gets onto a page. What comes out is inert: no script, no style, no link that
/// acts, nothing that loads, nothing invisible. It never throws, whatever goes in.
/// </summary>
public sealed class ContentRenderer(IStringLocalizer<ContentRenderer> words)
{
    public const int PartChars = 256 * 1024;

    private const int OutlineParts = 3;
    private const int OutlineChars = 1200;
    private const int HeavyPart = 3000;

    public RenderedContent Render(string value, RenderRequest request)
    {
        var formatted = Cut(value, PartChars);
        var shown = request.Parts > 1 ? Cut(value, (int)Math.Min(int.MaxValue, (long)PartChars * request.Parts)) : formatted;
        var run = new RenderRun(words, request.Id, request.Error);
        var format = FormatDetector.Detect(formatted);
        var html = new HtmlWriter();
        List<OutlineEntry> outline = [];

        if (
            format is TextFormat.Markdown or TextFormat.Tagged
            && formatted.Length > OutlineChars
            && PromptParts.Split(UnicodeEscapes.Decode(formatted)) is { Count: >= OutlineParts } parts
        )
        {
            outline = WriteFolds(html, parts, run);
        }
        else
        {
            ValueWriter.Write(html, formatted, format, run, nesting: 0);
        }

        // Only the first part is taken apart; a reader who asks for the rest wants to read on, or to search.
        if (shown.Length > formatted.Length)
        {
            PlainText.Write(html, shown.AsSpan(formatted.Length));
        }

        return new(html.ToHtml(), format, value.Length, shown.Length, outline);
    }

    /// <summary>The value as it came, encoded, taken apart by nothing.</summary>
    public RenderedContent RenderPlain(string value, int parts)
    {
        var shown = Cut(value, (int)Math.Min(int.MaxValue, (long)PartChars * parts));
        var html = new HtmlWriter();
        PlainText.Write(html, shown);
        return new(html.ToHtml(), TextFormat.Text, value.Length, shown.Length, []);
    }

    private static List<OutlineEntry> WriteFolds(HtmlWriter html, List<PromptPart> parts, RenderRun run)
    {
        var outline = new List<OutlineEntry>();
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
            outline.Add(new(id, title, isInner, part.Body.Length));
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

        return outline;
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

    /// <summary>The first <paramref name="limit"/> characters, to the end of a line when one is near, never inside a pair.</summary>
    private static string Cut(string value, int limit)
    {
        if (value.Length <= limit)
        {
            return value;
        }

        var line = value.LastIndexOf('\n', limit - 1, limit / 8);
        var end = line > 0 ? line + 1 : limit;
        return value[..(char.IsHighSurrogate(value[end - 1]) ? end - 1 : end)];
    }
}
