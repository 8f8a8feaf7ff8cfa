using System.Globalization;
using LlmObs.Domain.Traces;

namespace LlmObs.Domain.Evaluators.Rules;

/// <summary>Time and money.</summary>
internal static class Budgets
{
    public static RuleResult? Latency(Subject subject, double limitMs) =>
        RuleResult.Of(
            subject.Span.DurationMs > limitMs
                ? string.Create(CultureInfo.InvariantCulture, $"{subject.Span.DurationMs:0} ms, limit {limitMs:0} ms")
                : null
        );

    public static RuleResult? Cost(Subject subject, decimal limit)
    {
        var costs = TraceRollup.Summarise([.. subject.Below.Select(record => record.Span)]).Costs;
        return costs.Count == 0
            ? null
            : RuleResult.Of(
                costs.FirstOrDefault(cost => cost.Total > limit) is { } over
                    ? string.Create(CultureInfo.InvariantCulture, $"{over.Total:0.####} {over.Currency}, limit {limit:0.####}")
                    : null
            );
    }
}
