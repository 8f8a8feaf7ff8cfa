using System.Globalization;

namespace LlmObs.Web.Rendering;

/// <summary>Characters that hide, reorder or smuggle text: shown as marks, since a reader must see what a model saw.</summary>
public static class Invisible
{
    /// <summary>The number of chars of the invisible character at <paramref name="index"/>, or 0 when there is an ordinary one.</summary>
    public static int At(ReadOnlySpan<char> text, int index, out int codePoint)
    {
        var c = text[index];
        codePoint = c;
        if (c is >= ' ' and < '\u007f' or '\t' or '\n' or '\r')
        {
            return 0;
        }

        if (char.IsSurrogate(c))
        {
            if (char.IsLowSurrogate(c) && index > 0 && char.IsHighSurrogate(text[index - 1]))
            {
                return 0;
            }

            var isPair = char.IsHighSurrogate(c) && index + 1 < text.Length && char.IsLowSurrogate(text[index + 1]);
            if (!isPair)
            {
                return 1;
            }

            codePoint = char.ConvertToUtf32(c, text[index + 1]);
            return codePoint is >= 0xE0000 and <= 0xE0FFF ? 2 : 0;
        }

        return c switch
        {
            < ' ' or (>= '\u007f' and <= '\u009f') => 1,
            '\u00ad' or '\u061c' or '\u180e' or '\ufeff' => 1,
            '\u200d' => JoinsEmoji(text, index) ? 0 : 1,
            >= '\u200b' and <= '\u200f' => 1,
            >= '\u2028' and <= '\u202e' => 1,
            >= '\u2060' and <= '\u206f' => 1,
            >= '\ufff9' and <= '\ufffb' => 1,
            _ => 0,
        };
    }

    /// <summary><c>ESC</c> and <c>NUL</c> by name, the rest as <c>U+202E</c>.</summary>
    public static string Name(int codePoint) =>
        codePoint switch
        {
            0 => "NUL",
            8 => "BS",
            0x1b => "ESC",
            _ => "U+" + codePoint.ToString("X4", CultureInfo.InvariantCulture),
        };

    // 👩‍💻 is two pictures joined by a zero-width joiner; there it is no trick.
    private static bool JoinsEmoji(ReadOnlySpan<char> text, int index) =>
        index > 0
        && index + 1 < text.Length
        && (char.IsLowSurrogate(text[index - 1]) || text[index - 1] == '\ufe0f')
        && (char.IsHighSurrogate(text[index + 1]) || text[index + 1] is >= '\u2600' and <= '\u27bf');
}
