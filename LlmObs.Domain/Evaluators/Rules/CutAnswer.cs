using LlmObs.Domain.Spans;

namespace LlmObs.Domain.Evaluators.Rules;

/// <summary>The answer is whole: the model was not stopped by its limit, and no fence or bracket is left open.</summary>
internal static class CutAnswer
{
    public static RuleResult? Check(Subject subject)
    {
        if (subject.Answer is not { } answer)
        {
            return null;
        }

        // The last model call is the one that wrote the answer.
        var last = subject.Below.Where(record => record.Span.Kind == SpanKind.Llm).MaxBy(record => record.Span.EndUnixNano);
        return RuleResult.Of(
            last?.Span.FinishReasons.Contains("length") == true ? "the model reached its output limit"
            : Count(answer, "```") % 2 == 1 ? "a code block is not closed"
            : answer.TrimStart() is ['{' or '[', ..] && answer.TrimEnd() is not [.., '}' or ']'] ? "a JSON document is not closed"
            : null
        );
    }

    private static int Count(string text, string part)
    {
        var count = 0;
        for (var at = text.IndexOf(part, StringComparison.Ordinal); at >= 0; at = text.IndexOf(part, at + part.Length, StringComparison.Ordinal))
        {
            count++;
        }

        return count;
    }
}
