namespace LlmObs.Domain.Evaluators.Rules;

/// <summary>Which rules an evaluator asks, and their limits.</summary>
/// <param name="On">Names out of <see cref="AnswerRules.Names"/>.</param>
public sealed record RuleSettings(IReadOnlyList<string> On)
{
    /// <summary>What the answer must be: <c>json</c>, <c>markdown_table</c>, <c>sql</c>; empty for anything.</summary>
    public string Format { get; init; } = "";

    /// <summary>Milliseconds a request may take.</summary>
    public double LatencyMs { get; init; } = 10_000;

    /// <summary>What the model calls of a trace may cost together, in the currency they are priced in.</summary>
    public decimal CostLimit { get; init; } = 0.10m;

    /// <summary>Share of the answer's figures and words that must be in what was retrieved, 0 to 1.</summary>
    public double GroundedShare { get; init; } = 0.5;

    /// <summary>Times the same call with the same input makes a loop.</summary>
    public int LoopCalls { get; init; } = 3;
}
