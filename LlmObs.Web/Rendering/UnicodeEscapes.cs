using System.Globalization;
using System.Text.RegularExpressions;

namespace LlmObs.Web.Rendering;

/// <summary>Text that some sender escaped once too often: <c>\u4f60\u597d</c> where 你好 was meant.</summary>
public static partial class UnicodeEscapes
{
    /// <summary>Replaces escapes of characters beyond ASCII; ASCII ones may be meant literally, as in code. Returns the same string when there are none.</summary>
    public static string Decode(string text) =>
        text.Contains("\\u", StringComparison.Ordinal) ? Escape().Replace(text, match => Character(match)) : text;

    private static string Character(Match match)
    {
        var unit = (char)ushort.Parse(match.ValueSpan[^4..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        return unit < 0x80 ? match.Value : unit.ToString();
    }

    [GeneratedRegex(@"(?<!\\)\\u[0-9a-fA-F]{4}", RegexOptions.CultureInvariant)]
    private static partial Regex Escape();
}
