namespace LlmObs.Web.Rendering;

/// <summary>Draws text line by line as it is, in blocks that the browser lays out only when they come near the screen.</summary>
internal static class PlainText
{
    private const int BlockLines = 200;
    private const int BlockChars = 32_768;

    public static void Write(HtmlWriter html, ReadOnlySpan<char> text)
    {
        html.Raw("<div class=\"plain\">");
        while (!text.IsEmpty)
        {
            var end = BlockEnd(text);
            html.Raw("<pre>").Text(text[..end].TrimEnd('\n')).Raw("\n</pre>");
            text = text[end..];
        }

        html.Raw("</div>");
    }

    private static int BlockEnd(ReadOnlySpan<char> text)
    {
        var end = 0;
        for (var lines = 0; lines < BlockLines && end < Math.Min(text.Length, BlockChars); lines++)
        {
            var next = text[end..].IndexOf('\n');
            end = next < 0 ? text.Length : end + next + 1;
        }

        if (end <= BlockChars)
        {
            return end;
        }

        end = BlockChars;
        return char.IsHighSurrogate(text[end - 1]) ? end - 1 : end;
    }
}
