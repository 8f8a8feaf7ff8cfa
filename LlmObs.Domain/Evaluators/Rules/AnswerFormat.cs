using System.Text.Json;
using System.Text.RegularExpressions;
using LlmObs.Domain.Evaluators.Sql;

namespace LlmObs.Domain.Evaluators.Rules;

/// <summary>The answer has the form that was agreed.</summary>
internal static partial class AnswerFormat
{
    public static RuleResult? Check(Subject subject, RuleSettings settings) =>
        subject.Answer is not { } answer
            ? null
            : settings.Format switch
            {
                "json" => RuleResult.Of(JsonFault(answer)),
                "sql" => RuleResult.Of(GeneratedSql.Within(answer) is null ? "no SQL" : null),
                "markdown_table" => RuleResult.Of(Table().IsMatch(answer) ? null : "no Markdown table"),
                _ => null,
            };

    private static string? JsonFault(string answer)
    {
        try
        {
            using var document = JsonDocument.Parse(Fence().Match(answer) is { Success: true } fence ? fence.Groups[1].Value : answer);
            return null;
        }
        catch (JsonException exception)
        {
            return $"no JSON: line {exception.LineNumber + 1}, byte {exception.BytePositionInLine}";
        }
    }

    [GeneratedRegex(@"\A\s*```(?:json)?\s*\n(.*)```\s*\z", RegexOptions.Singleline)]
    private static partial Regex Fence();

    [GeneratedRegex(@"^\s*\|?.*\|.*\n\s*\|?\s*:?-+:?\s*\|", RegexOptions.Multiline)]
    private static partial Regex Table();
}
