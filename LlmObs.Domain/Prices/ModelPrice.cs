using LlmObs.Domain.Spans;

namespace LlmObs.Domain.Prices;

/// <summary>Rates per million tokens, in the price's currency.</summary>
/// <param name="CachedInput">Input read from the provider's cache; null: as <paramref name="Input"/>.</param>
/// <param name="CacheWrite">Input written to it; null: as <paramref name="Input"/>.</param>
/// <param name="Output">Null for what has no output: embeddings.</param>
/// <param name="Reasoning">Null: as output.</param>
/// <param name="ThinkingOutput">What all output costs once the model has thought, for vendors with two rates for one model.</param>
public sealed record Rates(
    decimal Input,
    decimal? Output = null,
    decimal? CachedInput = null,
    decimal? CacheWrite = null,
    decimal? Reasoning = null,
    decimal? ThinkingOutput = null
);

/// <summary>Rates for calls whose whole input is longer than <paramref name="InputTokens"/>.</summary>
public sealed record RatesAbove(long InputTokens, Rates Rates);

/// <summary>What one model costs, and who says so.</summary>
/// <param name="Pattern">A model's name in lower case without vendor prefix; <c>*</c> stands for anything.</param>
/// <param name="Currency">ISO 4217.</param>
/// <param name="Source">The page it was read from, or who entered it.</param>
/// <param name="AsOf">When it was right, to the best of our knowledge.</param>
public sealed record ModelPrice(string Pattern, string Provider, string Currency, Rates Rates, string Source, DateOnly AsOf)
{
    /// <summary>Ascending by length.</summary>
    public IReadOnlyList<RatesAbove> Above { get; init; } = [];

    /// <summary>Only for calls to <see cref="Provider"/>: an open model costs something else at every host.</summary>
    public bool IsHostOnly { get; init; }

    /// <summary>Only the name as written: other snapshots cost something else.</summary>
    public bool IsExact { get; init; }

    /// <summary>The cost of a call, or null when its usage does not tell.</summary>
    public Cost? Of(TokenUsage usage)
    {
        var rates = Above.LastOrDefault(above => usage.InputTokens > above.InputTokens)?.Rates ?? Rates;
        if (usage.InputTokens is not { } input || (rates.Output is not null && usage.OutputTokens is null))
        {
            return null;
        }

        var cached = Math.Clamp(usage.CachedInputTokens ?? 0, 0, input);
        var written = Math.Clamp(usage.CacheWriteInputTokens ?? 0, 0, input - cached);
        var inputCost =
            (input - cached - written) * rates.Input + cached * (rates.CachedInput ?? rates.Input) + written * (rates.CacheWrite ?? rates.Input);
        var outputCost = OutputCost(rates, usage.OutputTokens ?? 0, usage.ReasoningTokens ?? 0);
        return new(inputCost / PerTokens, outputCost / PerTokens, (inputCost + outputCost) / PerTokens, Currency, Provided: false);
    }

    private const decimal PerTokens = 1_000_000;

    private static decimal OutputCost(Rates rates, long output, long reasoning)
    {
        var rate = (reasoning > 0 ? rates.ThinkingOutput : null) ?? rates.Output ?? 0;
        reasoning = Math.Clamp(reasoning, 0, output);
        return (output - reasoning) * rate + reasoning * (rates.Reasoning ?? rate);
    }
}
