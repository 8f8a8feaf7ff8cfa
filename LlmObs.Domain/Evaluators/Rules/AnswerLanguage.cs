using System.Text.RegularExpressions;

namespace LlmObs.Domain.Evaluators.Rules;

/// <summary>A Chinese question gets a Chinese answer, an English one an English answer. Code, addresses and numbers belong to no language.</summary>
internal static partial class AnswerLanguage
{
    // Fewer letters say nothing: "OK", "GMV".
    private const int FewestLetters = 6;

    public static RuleResult? Check(string? question, string? answer)
    {
        if (question is null || answer is null || Of(question) is not { } asked || Of(answer) is not { } answered)
        {
            return null;
        }

        return RuleResult.Of(asked == answered ? null : $"asked in {asked}, answered in {answered}");
    }

    /// <summary><c>Chinese</c>, <c>English</c>, or null when the text does not tell.</summary>
    private static string? Of(string text)
    {
        var words = NoLanguage().Replace(text, " ");
        var chinese = words.Count(Words.IsHan);
        var english = words.Count(char.IsAsciiLetter);
        // A Chinese character says about as much as three letters. Names may be in the other language; what is half and half tells nothing.
        return chinese * 3 + english < FewestLetters ? null
            : chinese * 3 >= english ? "Chinese"
            : chinese * 6 < english ? "English"
            : null;
    }

    [GeneratedRegex(@"```.*?```|`[^`]*`|https?://\S+|\b[\w.]*[_.][\w.]*\b", RegexOptions.Singleline)]
    private static partial Regex NoLanguage();
}
