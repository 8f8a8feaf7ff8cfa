namespace LlmObs.Domain.Scores;

/// <summary>What is asked of scores: one of this name whose number or word fits; of any value when neither is said.</summary>
/// <param name="Name">To the letter.</param>
/// <param name="Numbers">The numbers that fit; of booleans 0 or 1.</param>
/// <param name="Label">The word that fits, in any case.</param>
public sealed record ScoreCondition(string Name, NumberRange? Numbers = null, string? Label = null);

/// <summary>From one number to another; an infinite one is no bound.</summary>
public sealed record NumberRange(double Least, bool HasLeast, double Most, bool HasMost)
{
    public static NumberRange Only(double number) => new(number, true, number, true);
}

/// <summary>What scores that fit a condition were given to.</summary>
/// <param name="TraceIds">Judged as a whole, also with their request or session.</param>
/// <param name="Spans">Judged themselves.</param>
/// <param name="IsCut">There are more: only the newest were looked at.</param>
public sealed record ScoredSpans(IReadOnlyList<string> TraceIds, IReadOnlyList<(string TraceId, string SpanId)> Spans, bool IsCut);
