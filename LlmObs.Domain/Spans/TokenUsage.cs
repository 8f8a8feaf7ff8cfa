namespace LlmObs.Domain.Spans;

/// <summary>
/// Tokens of one model call, or of many. Inclusive: input contains the cached part, output contains reasoning.
/// Null means not said, which is not zero.
/// </summary>
public sealed record TokenUsage(
    long? InputTokens,
    long? OutputTokens,
    long? CachedInputTokens = null,
    long? CacheWriteInputTokens = null,
    long? ReasoningTokens = null,
    long? TotalTokens = null
)
{
    /// <summary>
    /// What somebody sent, made inclusive: some services count the cached part beside the input, which shows where it is the larger. The total is added where
    /// it was not said.
    /// </summary>
    public TokenUsage Inclusive()
    {
        var cached = (CachedInputTokens ?? 0) + (CacheWriteInputTokens ?? 0);
        var beside = cached > InputTokens ? cached : 0;
        var sum = InputTokens is null && OutputTokens is null ? null : (long?)((InputTokens ?? 0) + beside + (OutputTokens ?? 0));
        return this with { InputTokens = InputTokens + beside, TotalTokens = beside > 0 ? sum : TotalTokens ?? sum };
    }

    /// <summary>Adds two readings; what neither says stays unsaid.</summary>
    public static TokenUsage? Add(TokenUsage? a, TokenUsage? b) =>
        (a, b) switch
        {
            (null, _) => b,
            (_, null) => a,
            _ => new(
                Sum(a.InputTokens, b.InputTokens),
                Sum(a.OutputTokens, b.OutputTokens),
                Sum(a.CachedInputTokens, b.CachedInputTokens),
                Sum(a.CacheWriteInputTokens, b.CacheWriteInputTokens),
                Sum(a.ReasoningTokens, b.ReasoningTokens),
                Sum(a.TotalTokens, b.TotalTokens)
            ),
        };

    private static long? Sum(long? a, long? b) => a is null && b is null ? null : (a ?? 0) + (b ?? 0);
}

/// <summary>Money for model calls.</summary>
/// <param name="Total">In units of <paramref name="Currency"/>.</param>
/// <param name="Currency">ISO 4217: USD, CNY.</param>
/// <param name="Provided">True when the sender said it, false when we computed it from a price table.</param>
public sealed record Cost(decimal? Input, decimal? Output, decimal Total, string Currency = "USD", bool Provided = true)
{
    /// <summary>Both together; they are in one currency.</summary>
    public Cost Plus(Cost other) =>
        new((Input ?? 0) + (other.Input ?? 0), (Output ?? 0) + (other.Output ?? 0), Total + other.Total, Currency, Provided && other.Provided);

    /// <summary>Sums of each currency by itself, in the order they first came: two currencies have no sum.</summary>
    public static IReadOnlyList<Cost> ByCurrency(IEnumerable<Cost> costs) =>
        [
            .. from cost in costs
            group cost by cost.Currency into one
            select new Cost(
                one.Sum(cost => cost.Input ?? 0),
                one.Sum(cost => cost.Output ?? 0),
                one.Sum(cost => cost.Total),
                one.Key,
                one.All(cost => cost.Provided)
            ),
        ];
}
