namespace LlmObs.Web.Rendering.Diff;

/// <summary>Cuts text into what is compared. Joined, the cuts are the text.</summary>
internal static class DiffWords
{
    /// <summary>Lines, each with its line break.</summary>
    public static List<string> Lines(string text)
    {
        var lines = new List<string>();
        for (var at = 0; at < text.Length; )
        {
            var end = text.IndexOf('\n', at);
            end = end < 0 ? text.Length : end + 1;
            lines.Add(text[at..end]);
            at = end;
        }

        return lines;
    }

    /// <summary>Words of letters and digits, runs of blanks, and every other character by itself: Han has no blanks between words.</summary>
    public static List<string> Of(string text)
    {
        var words = new List<string>();
        for (var at = 0; at < text.Length; )
        {
            var end = End(text, at);
            words.Add(text[at..end]);
            at = end;
        }

        return words;
    }

    private static int End(string text, int at)
    {
        if (text[at] == '\n')
        {
            return at + 1;
        }

        if (char.IsHighSurrogate(text[at]) && at + 1 < text.Length && char.IsLowSurrogate(text[at + 1]))
        {
            return at + 2;
        }

        var isWord = IsWord(text[at]);
        var isBlank = text[at] is ' ' or '\t';
        var end = at + 1;
        while (end < text.Length && ((isWord && (IsWord(text[end]) || IsPoint(text, end))) || (isBlank && text[end] is (' ' or '\t'))))
        {
            end++;
        }

        return end;
    }

    // 0.1 is one word.
    private static bool IsPoint(string text, int at) =>
        text[at] == '.' && at + 1 < text.Length && char.IsAsciiDigit(text[at - 1]) && char.IsAsciiDigit(text[at + 1]);

    // Letters of scripts that put no blanks between words (Han, kana, Thai; from U+2E80, and U+0E00–0FFF) stand alone.
    private static bool IsWord(char c) => (char.IsLetterOrDigit(c) || c == '_') && c < '\u2e80' && c is not (>= '\u0e00' and <= '\u0fff');
}
