using System.Collections.Concurrent;
using System.Text.Json;
using LlmObs.Domain.Spans;

namespace LlmObs.Domain.Prices;

/// <summary>Prices in layers: what an operator entered, then what is configured, then the table that comes with the product.</summary>
/// <remarks>Within a layer the plainest form of a name is tried last and the longest pattern wins. A model nobody knows has no price, which is not zero.</remarks>
public sealed class PriceTable(params IReadOnlyList<IReadOnlyList<ModelPrice>> layers)
{
    private static readonly JsonSerializerOptions Web = new(JsonSerializerDefaults.Web) { RespectNullableAnnotations = true };

    /// <summary>The table of this repository: <c>prices.json</c> beside this file.</summary>
    public static IReadOnlyList<ModelPrice> BuiltIn { get; } = Load();

    // Senders choose the names, so what is remembered has a bound.
    private const int MaxRemembered = 10_000;
    private readonly ConcurrentDictionary<(string Model, string? Provider), ModelPrice?> found = new();

    public ModelPrice? Find(string model, string? provider)
    {
        if (found.TryGetValue((model, provider), out var price))
        {
            return price;
        }

        if (found.Count >= MaxRemembered)
        {
            found.Clear();
        }

        return found[(model, provider)] = Look(model, provider);
    }

    /// <summary>The span with its cost: the sender's own wins; else computed for a model call of known price and usage.</summary>
    public Span Price(Span span) =>
        span is { Cost: null or { Provided: false }, Usage: { } usage, DisplayModel: { Length: > 0 } model } && span.Kind.IsModelCall()
            ? span with
            {
                Cost = Find(model, span.Provider)?.Of(usage),
            }
            : span;

    private ModelPrice? Look(string model, string? provider)
    {
        var forms = ModelName.Forms(model);
        string?[] hosts = [provider, ModelName.Host(model)];
        foreach (var layer in layers)
        {
            for (var i = 0; i < forms.Count; i++)
            {
                var best = layer
                    .Where(price => (!price.IsHostOnly || hosts.Contains(price.Provider)) && Matches(price, forms, i))
                    .MaxBy(price => (Literals(price.Pattern), price.IsHostOnly));
                if (best is not null)
                {
                    return best;
                }
            }
        }

        return null;
    }

    // Without its snapshot a name is only as good as the vendor's promise that all snapshots cost the same.
    private static bool Matches(ModelPrice price, IReadOnlyList<string> forms, int i) =>
        IsLike(forms[i], price.Pattern) && !(price.IsExact && i == forms.Count - 1 && i > 0 && IsCutSnapshot(forms));

    private static bool IsCutSnapshot(IReadOnlyList<string> forms) =>
        forms[^2].StartsWith(forms[^1], StringComparison.Ordinal) && forms[^2].Length > forms[^1].Length;

    private static int Literals(string pattern) => pattern.Length - pattern.Count(c => c == '*');

    private static bool IsLike(string name, string pattern) => System.IO.Enumeration.FileSystemName.MatchesSimpleExpression(pattern, name);

    private static IReadOnlyList<ModelPrice> Load()
    {
        using var json =
            typeof(PriceTable).Assembly.GetManifestResourceStream("prices.json")
            ?? throw new InvalidOperationException("prices.json is not embedded.");
        var vendors = JsonSerializer.Deserialize<IReadOnlyList<VendorEntry>>(json, Web) ?? [];
        return
        [
            .. from vendor in vendors
            from model in vendor.Models
            from name in model.Names
            select new ModelPrice(name, vendor.Provider, vendor.Currency, model.Rates(), vendor.Source, vendor.AsOf)
            {
                Above = [.. (model.Above ?? []).Select(above => new RatesAbove(above.InputTokens, above.Rates()))],
                IsHostOnly = model.HostOnly,
                IsExact = model.Exact,
            },
        ];
    }

    private sealed record VendorEntry(string Provider, string Currency, string Source, DateOnly AsOf, IReadOnlyList<ModelEntry> Models);

    private record RatesEntry(decimal Input, decimal? Output, decimal? CachedInput, decimal? CacheWrite, decimal? Reasoning, decimal? ThinkingOutput)
    {
        public Rates Rates() => new(Input, Output, CachedInput, CacheWrite, Reasoning, ThinkingOutput);
    }

    private sealed record AboveEntry(
        long InputTokens,
        decimal Input,
        decimal? Output,
        decimal? CachedInput,
        decimal? CacheWrite,
        decimal? Reasoning,
        decimal? ThinkingOutput
    ) : RatesEntry(Input, Output, CachedInput, CacheWrite, Reasoning, ThinkingOutput);

    private sealed record ModelEntry(
        IReadOnlyList<string> Names,
        decimal Input,
        decimal? Output,
        decimal? CachedInput,
        decimal? CacheWrite,
        decimal? Reasoning,
        decimal? ThinkingOutput,
        bool HostOnly = false,
        bool Exact = false,
        IReadOnlyList<AboveEntry>? Above = null
    ) : RatesEntry(Input, Output, CachedInput, CacheWrite, Reasoning, ThinkingOutput);
}
