using LlmObs.Domain.Spans;

namespace LlmObs.Domain.Evaluators.Rules;

/// <summary>Tools that failed, and calls made again and again.</summary>
internal static class ToolCalls
{
    public static RuleResult? Failed(Subject subject)
    {
        var calls = subject.Below.Where(record => record.Span.Kind is SpanKind.Tool).ToList();
        var failed = calls.Find(record => record.Span.Status == SpanStatus.Error);
        return calls.Count == 0 ? null
            : failed is null ? RuleResult.Pass
            : new(false, $"{failed.Span.Name}: {failed.Span.StatusMessage ?? failed.Span.ErrorType ?? "failed"}");
    }

    /// <summary>The same tool or model with the same input, several times under one span.</summary>
    public static RuleResult? Looped(Subject subject, int calls)
    {
        var inputs = subject
            .Below.Where(record => record.Span.Kind is SpanKind.Tool or SpanKind.Llm && Input(record) is { Length: > 0 })
            .CountBy(record => (record.Span.Kind, record.Span.Name, Input: Input(record)))
            .ToList();
        if (inputs.Count == 0)
        {
            return null;
        }

        var most = inputs.MaxBy(pair => pair.Value);
        return RuleResult.Of(most.Value >= calls ? $"{most.Key.Name} {most.Value} times with the same input" : null);
    }

    private static string? Input(SpanRecord record) =>
        record.Content.Input ?? record.Content.Tools.FirstOrDefault(tool => tool.CallId is not null)?.Arguments.Text;
}
