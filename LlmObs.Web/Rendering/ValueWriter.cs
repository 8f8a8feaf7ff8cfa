using LlmObs.Web.Rendering.Json;
using LlmObs.Web.Rendering.Markup;
using LlmObs.Web.Rendering.Sql;

namespace LlmObs.Web.Rendering;

/// <summary>Draws one value in the form it has, and values inside it in theirs.</summary>
internal static class ValueWriter
{
    public static void Write(HtmlWriter html, string text, TextFormat format, RenderRun run, int nesting)
    {
        switch (nesting > RenderRun.NestingLimit ? TextFormat.Text : format)
        {
            case TextFormat.Json when JsonParser.Parse(text) is { } json:
                WriteJson(html, json, run, nesting);
                break;
            case TextFormat.Sql:
                CodeBlock.WriteSql(html, run.Decode(text), run);
                break;
            case TextFormat.Code:
                CodeBlock.Write(html, run.Decode(text), CodeLanguages.Detect(text), run);
                break;
            case TextFormat.Yaml:
                CodeBlock.Write(html, run.Decode(text), "yaml", run);
                break;
            case TextFormat.StackTrace:
                StackTraceBlock.Write(html, run.Decode(text), run);
                break;
            case TextFormat.Markdown or TextFormat.Tagged:
                WriteParts(html, PromptParts.Split(run.Decode(text)), run, nesting);
                break;
            default:
                WritePieces(html, run.Decode(text), isMarkdown: false, run, nesting);
                break;
        }
    }

    /// <summary>A fenced block: its word for the language is believed where we can, and checked where a wrong word would show nonsense.</summary>
    public static void WriteFenced(HtmlWriter html, string code, string? language, RenderRun run, int nesting)
    {
        code = run.Decode(code);
        run.NextInOutline(string.IsNullOrEmpty(language) ? "```" : "```" + language, code.Length);
        var isJson = language is null or "" or "json" or "jsonc" or "json5";
        if (isJson && nesting <= RenderRun.NestingLimit && code.AsSpan().TrimStart() is ['{' or '[', ..] && JsonParser.Parse(code) is { } json)
        {
            WriteJson(html, json, run, nesting);
        }
        else if (SqlDialects.IsSql(language) || (string.IsNullOrEmpty(language) && SqlDetector.IsSql(code)))
        {
            CodeBlock.WriteSql(html, code, run, dialect: SqlDialects.Name(language));
        }
        else if (string.IsNullOrEmpty(language) && StackTraces.IsStackTrace(code))
        {
            StackTraceBlock.Write(html, code, run);
        }
        else
        {
            CodeBlock.Write(html, code, string.IsNullOrEmpty(language) ? CodeLanguages.Detect(code) : language, run);
        }
    }

    /// <summary>The body of one part, without a heading.</summary>
    public static void WriteBody(HtmlWriter html, PromptPart part, RenderRun run, int nesting)
    {
        if (part.IsTag)
        {
            Write(html, part.Body, FormatDetector.Detect(part.Body), run, nesting + 1);
            return;
        }

        WritePieces(html, part.Body, isMarkdown: true, run, nesting);
    }

    /// <summary>Words, and the statements, documents and stack traces that stand bare among them.</summary>
    private static void WritePieces(HtmlWriter html, string text, bool isMarkdown, RenderRun run, int nesting)
    {
        foreach (var piece in nesting > RenderRun.NestingLimit ? [new(TextFormat.Text, text)] : TextPieces.Split(text))
        {
            if (piece.Format != TextFormat.Text)
            {
                Write(html, piece.Text, piece.Format, run, nesting + 1);
            }
            else if (!isMarkdown || !MarkdownBody.TryWrite(html, piece.Text, run, nesting))
            {
                PlainText.Write(html, piece.Text);
            }
        }
    }

    private static void WriteParts(HtmlWriter html, List<PromptPart> parts, RenderRun run, int nesting)
    {
        foreach (var part in parts)
        {
            if (part.Title is { } title)
            {
                html.Raw("<h4>").Text(title).Raw("</h4>");
            }

            html.Raw(part.IsTag ? "<div class=\"tagged\">" : "");
            WriteBody(html, part, run, nesting);
            html.Raw(part.IsTag ? "</div>" : "");
        }
    }

    private static void WriteJson(HtmlWriter html, JsonPart json, RenderRun run, int nesting)
    {
        if (json.Kind == JsonPartKind.String)
        {
            // The whole value is one JSON string: what it says is the value.
            html.Raw("<p class=\"note\">").Text(run.Say("A JSON string, shown as the text it means")).Raw("</p>");
            Write(html, json.Text, FormatDetector.Detect(json.Text), run, nesting + 1);
            return;
        }

        var count = json.Kind == JsonPartKind.Object ? run.Count("key", json.Children.Count) : run.Count("item", json.Children.Count);
        var id = CodeBlock.Open(html, "JSON", count, run);
        html.Raw("<div class=\"json pad\" id=\"").Attribute(id).Raw("\">");
        JsonTree.Write(html, json, run, nesting);
        html.Raw("</div></div>");
    }
}
