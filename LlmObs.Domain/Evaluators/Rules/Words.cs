using System.Text.RegularExpressions;

namespace LlmObs.Domain.Evaluators.Rules;

/// <summary>The words of a text. Chinese is written without spaces, so there every two neighbouring characters are a word.</summary>
internal static partial class Words
{
    public static bool IsHan(char c) => c is (>= '\u4e00' and <= '\u9fff') or (>= '\u3400' and <= '\u4dbf');

    /// <summary>Numbers (without thousands separators), words of three letters or more in lower case, and pairs of Chinese characters.</summary>
    public static IEnumerable<string> Of(string text)
    {
        foreach (Match match in Piece().Matches(text))
        {
            var piece = match.Value;
            if (IsHan(piece[0]))
            {
                for (var i = 0; i + 1 < piece.Length; i++)
                {
                    yield return piece.Substring(i, 2);
                }
            }
            else
            {
                yield return char.IsAsciiDigit(piece[0]) ? Number(piece) : piece.ToLowerInvariant();
            }
        }
    }

    // 1,234.50 and 1234.5 are the same figure.
    private static string Number(string text)
    {
        var plain = text.Replace(",", "", StringComparison.Ordinal);
        return plain.Contains('.', StringComparison.Ordinal) ? plain.TrimEnd('0').TrimEnd('.') : plain;
    }

    [GeneratedRegex(@"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|[\u4e00-\u9fff\u3400-\u4dbf]{2,}|[A-Za-z]{3,}")]
    private static partial Regex Piece();
}
