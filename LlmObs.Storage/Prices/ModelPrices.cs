using LlmObs.Domain.Prices;
using LlmObs.Storage.Rows;

namespace LlmObs.Storage.Prices;

/// <summary>A price that an operator entered.</summary>
/// <param name="Pattern">Lower case; <c>*</c> stands for anything.</param>
public sealed record OwnPrice(string Pattern, string Currency, Rates Rates, DateTimeOffset UpdatedAt, string UpdatedBy)
{
    public ModelPrice ToPrice() => new(Pattern, "", Currency, Rates, UpdatedBy, DateOnly.FromDateTime(UpdatedAt.UtcDateTime));
}

/// <summary>A model that was called and whose calls have no cost.</summary>
public sealed record UnpricedModel(string Model, string? Provider, long Calls);

/// <summary>The prices operators enter, for all projects.</summary>
public sealed class ModelPrices(Database database)
{
    private const string Select = """
        SELECT pattern AS "Pattern", currency AS "Currency", input AS "Input", output AS "Output", cached_input AS "CachedInput",
            cache_write AS "CacheWrite", reasoning AS "Reasoning", updated_at AS "UpdatedAt", updated_by AS "UpdatedBy"
        FROM model_prices
        ORDER BY pattern
        """;

    private const string Upsert = """
        INSERT INTO model_prices (pattern, currency, input, output, cached_input, cache_write, reasoning, updated_by)
        VALUES (@Pattern, @Currency, @Input, @Output, @CachedInput, @CacheWrite, @Reasoning, @UpdatedBy)
        ON CONFLICT (pattern) DO UPDATE
        SET currency = excluded.currency, input = excluded.input, output = excluded.output, cached_input = excluded.cached_input,
            cache_write = excluded.cache_write, reasoning = excluded.reasoning, updated_at = now(), updated_by = excluded.updated_by
        """;

    private const string Delete = "DELETE FROM model_prices WHERE pattern = @pattern";

    private const string Unpriced = """
        SELECT coalesce(s.model, s.requested_model) AS "Model", s.provider AS "Provider", count(*) AS "Calls"
        FROM spans AS s
        WHERE s.project_id = @projectId AND s.received_at >= now() - interval '7 days'
          AND s.cost_total IS NULL AND s.kind IN (4, 5, 7) AND s.input_tokens IS NOT NULL AND coalesce(s.model, s.requested_model) IS NOT NULL
        GROUP BY 1, 2
        ORDER BY count(*) DESC, 1
        LIMIT 50
        """;

    public async Task<IReadOnlyList<OwnPrice>> ListAsync(CancellationToken cancellationToken) =>
        (await database.QueryAsync<PriceRow>(Select, null, cancellationToken)).ConvertAll(row => row.ToPrice());

    /// <summary>Enters a price, or changes the one of the same pattern. It holds for calls received from now on.</summary>
    public Task SaveAsync(string pattern, string currency, Rates rates, string by, CancellationToken cancellationToken) =>
        database.ExecuteAsync(
            Upsert,
            new
            {
                Pattern = StorableText.Clean(pattern.Trim().ToLowerInvariant()),
                Currency = currency,
                rates.Input,
                rates.Output,
                rates.CachedInput,
                rates.CacheWrite,
                rates.Reasoning,
                UpdatedBy = StorableText.Clean(by),
            },
            cancellationToken
        );

    public Task RemoveAsync(string pattern, CancellationToken cancellationToken) => database.ExecuteAsync(Delete, new { pattern }, cancellationToken);

    /// <summary>The models of a project whose calls of the last seven days have no cost, most called first, at most 50.</summary>
    public async Task<IReadOnlyList<UnpricedModel>> UnpricedAsync(int projectId, CancellationToken cancellationToken) =>
        await database.QueryAsync<UnpricedModel>(Unpriced, new { projectId }, cancellationToken);

    private sealed record PriceRow(
        string Pattern,
        string Currency,
        decimal Input,
        decimal? Output,
        decimal? CachedInput,
        decimal? CacheWrite,
        decimal? Reasoning,
        DateTime UpdatedAt,
        string UpdatedBy
    )
    {
        public OwnPrice ToPrice() => new(Pattern, Currency, new(Input, Output, CachedInput, CacheWrite, Reasoning), new(UpdatedAt), UpdatedBy);
    }
}
