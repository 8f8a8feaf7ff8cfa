using LlmObs.Domain.Prices;
using Microsoft.Extensions.Options;

namespace LlmObs.Storage.Prices;

/// <summary>The prices in force: entered, configured, built in. Every replica sees a change within <see cref="Lifetime"/>.</summary>
public sealed class PriceBook(ModelPrices entered, IOptions<PriceOptions> options, TimeProvider time)
{
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(5);

    // Senders wait for it; a database that hangs is as good as away.
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly IReadOnlyList<ModelPrice> configured = [.. options.Value.Models.Select(Configured)];
    private Edition? edition;

    public IReadOnlyList<ModelPrice> FromConfiguration => configured;

    /// <summary>The table of now. While PostgreSQL is away, the last one known: a price must not stop what arrives.</summary>
    public async ValueTask<PriceTable> TableAsync(CancellationToken cancellationToken)
    {
        var last = Volatile.Read(ref edition);
        if (last is not null && time.GetElapsedTime(last.At) < Lifetime)
        {
            return last.Table;
        }

        IReadOnlyList<OwnPrice> own;
        try
        {
            own = await entered.ListAsync(cancellationToken).WaitAsync(Patience, time, cancellationToken);
        }
        catch (Exception exception) when (exception is StorageUnavailableException or TimeoutException)
        {
            last ??= new([], new(configured, PriceTable.BuiltIn), 0);
            Volatile.Write(ref edition, last with { At = time.GetTimestamp() });
            return last.Table;
        }

        // The table remembers what it found, so one that says the same is kept.
        var table =
            last is not null && last.Own.SequenceEqual(own)
                ? last.Table
                : new([.. own.Select(price => price.ToPrice())], configured, PriceTable.BuiltIn);
        Volatile.Write(ref edition, new(own, table, time.GetTimestamp()));
        return table;
    }

    private static ModelPrice Configured(ConfiguredPrice price) =>
        new(
            price.Pattern.Trim().ToLowerInvariant(),
            "",
            price.Currency,
            new(price.Input, price.Output, price.CachedInput, price.CacheWrite, price.Reasoning),
            "configuration",
            default
        );

    private sealed record Edition(IReadOnlyList<OwnPrice> Own, PriceTable Table, long At);
}
