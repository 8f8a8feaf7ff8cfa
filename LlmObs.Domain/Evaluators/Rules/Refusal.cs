using System.Text.RegularExpressions;

namespace LlmObs.Domain.Evaluators.Rules;

/// <summary>The answer is no refusal. Only its beginning is read: further down "cannot" is usually about something else.</summary>
internal static partial class Refusal
{
    private const int Beginning = 200;

    public static RuleResult? Check(string? answer)
    {
        if (answer is null)
        {
            return null;
        }

        var found = Phrase().Match(answer.Length > Beginning ? answer[..Beginning] : answer);
        return RuleResult.Of(found.Success ? $"begins with “{found.Value.Trim()}”" : null);
    }

    [GeneratedRegex(
        """
            (?:抱歉|对不起|很遗憾|不好意思)[，,。！!\s]*(?:我|本|作为|目前|暂时|无法|不能|没有)
            |(?:我|本助手|作为[^，。]{0,12}[，,]?我?)(?:无法|不能|没有办法|不便)(?:回答|提供|协助|帮助|完成|处理|满足|生成|执行)
            |无法(?:回答|处理)(?:您|你|这|该|此)
            |\b(?:i['’]?m|i\ am|we['’]?re|we\ are)?\s*(?:very\ |so\ )?sorry\b[^.!?]{0,40}\b(?:can['’]?t|cannot|can\ not|unable|won['’]?t|not\ able|don['’]?t)\b
            |\b(?:i|we)\s+(?:can['’]?t|cannot|can\ not|won['’]?t|am\ unable\ to|are\ unable\ to|am\ not\ able\ to)\s+(?:help|assist|answer|provide|comply|do|fulfil|fulfill|generate|process)\b
            |\bas\ an\ ai\b[^.]{0,60}\b(?:can['’]?t|cannot|unable|not\ able)\b
            """,
        RegexOptions.IgnoreCase | RegexOptions.IgnorePatternWhitespace | RegexOptions.CultureInvariant
    )]
    private static partial Regex Phrase();
}
