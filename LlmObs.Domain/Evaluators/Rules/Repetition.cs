using System.Text.RegularExpressions;

namespace LlmObs.Domain.Evaluators.Rules;

/// <summary>The answer does not say the same over and over, as a model does that has lost its way.</summary>
internal static partial class Repetition
{
    private const int FewestRepeats = 4;
    private const int ShortestSentence = 6;
    private const int LongestPiece = 40;
    private const int FewestInARow = 8;

    public static RuleResult? Check(string? answer)
    {
        if (answer is null)
        {
            return null;
        }

        // Rows of tables and lines of code repeat for good reasons.
        var prose = NoProse().Replace(answer, "\n");
        var sentence = Ends()
            .Split(prose)
            .Select(part => part.Trim())
            .Where(part => part.Length >= ShortestSentence)
            .CountBy(part => part, StringComparer.OrdinalIgnoreCase)
            .DefaultIfEmpty()
            .MaxBy(pair => pair.Value);
        if (sentence.Value >= FewestRepeats)
        {
            return new(false, $"“{Short(sentence.Key)}” {sentence.Value} times");
        }

        return RuleResult.Of(Run(prose) is { } run ? $"“{Short(run.Trim())}” again and again" : null);
    }

    /// <summary>A piece of at most 40 characters that stands eight times in a row.</summary>
    private static string? Run(string text)
    {
        for (var period = 2; period <= LongestPiece; period++)
        {
            var same = 0;
            for (var at = period; at < text.Length; at++)
            {
                same = text[at] == text[at - period] && text[at] != '\n' ? same + 1 : 0;
                if (same >= (FewestInARow - 1) * period && text.Substring(at - period + 1, period) is var piece && piece.Any(char.IsLetter))
                {
                    return piece;
                }
            }
        }

        return null;
    }

    private static string Short(string text) => text.Length <= 40 ? text : text[..40] + "…";

    [GeneratedRegex(@"```.*?```|^\s*\|.*$", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex NoProse();

    [GeneratedRegex(@"[。！？!?；;\n]+|\.\s")]
    private static partial Regex Ends();
}
