namespace LlmObs.Web.Rendering.Json;

/// <summary>What a string inside JSON really holds, when it is more than a few words.</summary>
internal sealed record StringContent(TextFormat Format, string Text)
{
    private const int Short = 80;

    /// <summary>Null for an ordinary string, which is shown in quotes.</summary>
    public static StringContent? Of(string text)
    {
        var looksStructured =
            text.Length > Short || text.Contains('\n', StringComparison.Ordinal) || (text.Length > 1 && text[0] is '{' or '[') || StartsLikeSql(text);
        if (!looksStructured)
        {
            return null;
        }

        var format = FormatDetector.Detect(text);
        return format == TextFormat.Text && !text.Contains('\n', StringComparison.Ordinal) ? null : new(format, text);
    }

    public void Write(HtmlWriter html, JsonPart part, RenderRun run, int nesting, string path)
    {
        html.Raw("<div class=\"inner\">");
        switch (Format)
        {
            case TextFormat.Sql:
                CodeBlock.WriteSql(html, run.Decode(Text), run, foundIn: path);
                break;
            case TextFormat.Json when JsonParser.Parse(Text) is { } json:
                html.Raw("<span class=\"note\" data-copy-skip>").Text(run.Say("JSON inside a string")).Raw("</span>");
                JsonTree.Write(html, json, run, nesting, path);
                break;
            default:
                ValueWriter.Write(html, Text, Format, run, nesting);
                break;
        }

        html.Raw("</div>");
    }

    private static bool StartsLikeSql(string text) => text.Length > 14 && SqlDetector.StartsWithStatement(text);
}
