using LlmObs.Domain.Scores;

namespace LlmObs.Domain.Evaluators;

/// <summary>One thing an evaluator says of a span: a score before it has an id.</summary>
/// <param name="Source"><c>code</c> or <c>llm</c>.</param>
public sealed record Finding(string Name, ScoreType Type, double? Value, string? Label, string? Comment, string Source, JsonText Metadata)
{
    public static Finding Passed(string name, bool isPassed, string? label, string? comment, JsonText metadata) =>
        new(name, ScoreType.Boolean, isPassed ? 1 : 0, label, comment, "code", metadata);

    /// <summary>The score of that span. The same evaluator, version, span and name always make the same id, so that a second run replaces the first.</summary>
    public Score ToScore(string evaluator, int version, string traceId, string spanId, DateTimeOffset at) =>
        new(
            ScoreIds.Of(evaluator, version, traceId, spanId, Name),
            traceId,
            spanId,
            null,
            null,
            Name,
            Type,
            Value,
            Label,
            Comment is { Length: > ScoreRules.MaxComment } ? Comment[..ScoreRules.MaxComment] : Comment,
            Source,
            at.ToUnixTimeMilliseconds() * 1000,
            Metadata
        );
}

/// <summary>What a dry run would have said of a span.</summary>
/// <param name="Skipped">Why there is nothing to say.</param>
/// <param name="Error">Why it could not be judged.</param>
public sealed record DryRunSpan(
    string TraceId,
    string SpanId,
    string Name,
    string? Question,
    IReadOnlyList<Finding> Findings,
    string? Skipped,
    string? Error
);
