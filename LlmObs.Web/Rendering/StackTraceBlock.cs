namespace LlmObs.Web.Rendering;

/// <summary>Draws a stack trace: what went wrong stands out, frames of runtimes and libraries step back.</summary>
internal static class StackTraceBlock
{
    public static void Write(HtmlWriter html, string text, RenderRun run)
    {
        var lines = text.TrimEnd().ReplaceLineEndings("\n").Split('\n');
        var id = CodeBlock.Open(html, run.Say("Stack trace"), run.Count("frame", lines.Count(line => StackTraces.IsFrame(line))), run);
        html.Raw("<pre class=\"calls\" tabindex=\"0\" id=\"").Attribute(id).Raw("\">");
        var isPython = lines.Any(line => StackTraces.IsPythonHead(line));
        var isForeign = false;
        foreach (var line in lines)
        {
            // Python writes a frame on two lines: the second goes with the first.
            isForeign = StackTraces.IsFrame(line) ? StackTraces.IsForeign(line) : isForeign && line is [' ', ..];
            html.Raw(
                    isForeign ? "<span class=\"foreign\">"
                    : StackTraces.IsError(line) || (isPython && StackTraces.IsPythonError(line)) ? "<span class=\"error\">"
                    : "<span>"
                )
                .Text(line)
                .Raw("\n</span>");
        }

        html.Raw("</pre></div>");
    }
}
