namespace LlmObs.Domain.Quality;

/// <summary>Whether a difference is real.</summary>
public enum Verdict
{
    /// <summary>Fewer than <see cref="Estimate.Few"/> observations on one side.</summary>
    TooFew,

    /// <summary>The interval of the difference holds zero: chance alone may have made it.</summary>
    NotShown,
    Better,
    Worse,
}

/// <summary>One measure of two groups side by side.</summary>
/// <param name="Change">Second minus first.</param>
public sealed record Comparison(Measure Measure, Estimate First, Estimate Second, Estimate Change)
{
    public Verdict Verdict =>
        (Change.Low, Change.High) switch
        {
            _ when First.IsSmall || Second.IsSmall => Verdict.TooFew,
            (> 0, _) => Measure.IsHigherBetter ? Verdict.Better : Verdict.Worse,
            (_, < 0) => Measure.IsHigherBetter ? Verdict.Worse : Verdict.Better,
            _ => Verdict.NotShown,
        };

    /// <summary>
    /// How many observations each group would need for a true difference of this size to be shown in four of five cases; null when it cannot be said.
    /// </summary>
    public long? NeededEach =>
        Change is { Value: { } difference and not 0, Low: { } low, High: { } high, Count: > 1 } && high > low
            // The interval shrinks with the root of the count; 80 % power at 5 % needs 1.96 + 0.84 standard errors.
            ? (long)Math.Ceiling(Change.Count * Math.Pow(2.8 * (high - low) / (2 * Intervals.Z) / difference, 2))
            : null;
}
