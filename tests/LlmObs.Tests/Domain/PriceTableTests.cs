using LlmObs.Domain.Prices;
using LlmObs.Domain.Spans;

namespace LlmObs.Tests.Domain;

public sealed class PriceTableTests
{
    private static readonly PriceTable Table = new(PriceTable.BuiltIn);

    [Theory]
    [InlineData("gpt-4o", null, "USD", 2.5)]
    [InlineData("gpt-4o-2024-08-06", null, "USD", 2.5)]
    [InlineData("gpt-4o-2024-05-13", null, "USD", 5)]
    [InlineData("openai/gpt-4o-mini", "openrouter", "USD", 0.15)]
    [InlineData("gpt-4-0613", "openai", "USD", 30)]
    [InlineData("gpt-6.2-sol", "openai", "USD", 2)]
    [InlineData("claude-sonnet-4-5-20250929", "anthropic", "USD", 3)]
    [InlineData("claude-opus-5", "anthropic", "USD", 5)]
    [InlineData("claude-opus-5-5", "anthropic", "USD", 4)]
    [InlineData("anthropic.claude-haiku-5-5-v1:0", "aws.bedrock", "USD", 0.1)]
    [InlineData("deepseek-v4-pro", "deepseek", "CNY", 9)]
    [InlineData("us.anthropic.claude-3-haiku-20240307-v1:0", "aws.bedrock", "USD", 0.25)]
    [InlineData("claude-3-5-sonnet-v2@20241022", "gcp.vertex_ai", "USD", 3)]
    [InlineData("claude-3-5-sonnet@20240620", "gcp.vertex_ai", "USD", 3)]
    [InlineData("models/gemini-2.5-pro", "gcp.gemini", "USD", 1.25)]
    [InlineData("projects/p/locations/l/publishers/google/models/gemini-2.5-flash", "gcp.vertex_ai", "USD", 0.3)]
    [InlineData("gemini-3.1-pro-preview", "gemini", "USD", 2)]
    [InlineData("gemini-3.5-flash-lite", "gemini", "USD", 0.3)]
    [InlineData("mistral-large-2411", "mistral_ai", "USD", 2)]
    [InlineData("qwen-plus-latest", "aliyun", "CNY", 0.8)]
    [InlineData("qwen-plus-2025-07-28", null, "CNY", 0.8)]
    [InlineData("Qwen-Max-0919", null, "CNY", 2.4)]
    [InlineData("qwen3-max-2025-09-23", null, "CNY", 2.5)]
    [InlineData("deepseek-chat", "deepseek", "CNY", 2)]
    [InlineData("glm-4-plus", null, "CNY", 5)]
    [InlineData("glm-4.6", "z_ai", "USD", 0.6)]
    [InlineData("kimi-k2-0905-preview", "moonshot_ai", "CNY", 4)]
    [InlineData("kimi-k3", "moonshot_ai", "USD", 3)]
    [InlineData("moonshot-v1-32k", null, "CNY", 5)]
    [InlineData("doubao-1-5-pro-32k-250115", null, "CNY", 0.8)]
    [InlineData("hunyuan-turbos-latest", null, "CNY", 0.8)]
    [InlineData("llama-3.3-70b-versatile", "groq", "USD", 0.59)]
    [InlineData("meta-llama/Llama-3.3-70B-Instruct-Turbo", "together_ai", "USD", 0.88)]
    [InlineData("meta.llama3-1-70b-instruct-v1:0", "aws.bedrock", "USD", 0.72)]
    public void Knows_a_model_by_the_names_its_hosts_give_it(string model, string? provider, string currency, double input)
    {
        var price = Table.Find(model, provider);
        Assert.NotNull(price);
        Assert.Equal((currency, (decimal)input), (price.Currency, price.Rates.Input));
    }

    [Theory]
    [InlineData("gpt-4o-audio-preview", "openai")]
    [InlineData("gpt-6", "openai")]
    [InlineData("gpt-3.5-turbo-0301", "openai")]
    [InlineData("mistral-large-2402", "mistral_ai")]
    [InlineData("llama-3.3-70b-instruct-turbo", "my-own-gpu")]
    [InlineData("qwen2.5-72b-instruct", "vllm")]
    [InlineData("my-finetune", null)]
    public void Has_no_price_for_what_it_does_not_know(string model, string? provider) => Assert.Null(Table.Find(model, provider));

    [Fact]
    public void Every_entry_says_where_it_comes_from()
    {
        Assert.All(
            PriceTable.BuiltIn,
            price =>
            {
                Assert.StartsWith("https://", price.Source, StringComparison.Ordinal);
                Assert.True(price.AsOf.Year >= 2025 && price.Currency is "USD" or "CNY" && price.Rates.Input >= 0);
                Assert.Equal(price.Above.OrderBy(above => above.InputTokens), price.Above);
            }
        );
        Assert.Equal(PriceTable.BuiltIn.Count, PriceTable.BuiltIn.DistinctBy(price => (price.Pattern, price.Provider)).Count());
    }

    [Fact]
    public void An_operators_price_wins_and_the_longest_pattern_wins_among_them()
    {
        var table = new PriceTable([Own("gpt-*", 1), Own("gpt-4o*", 2)], PriceTable.BuiltIn);
        Assert.Equal(2, table.Find("gpt-4o", null)!.Rates.Input);
        Assert.Equal(1, table.Find("gpt-5", null)!.Rates.Input);
        Assert.Equal(2.4m, table.Find("qwen-max", null)!.Rates.Input);
    }

    [Fact]
    public void Cached_written_and_plain_input_are_priced_apart()
    {
        var price = Own("m", 3) with { Rates = new(3, 15, CachedInput: 0.3m, CacheWrite: 3.75m) };
        var cost = price.Of(new(1_000_000, 100_000, CachedInputTokens: 600_000, CacheWriteInputTokens: 200_000));
        Assert.Equal(new Cost(0.2m * 3 + 0.6m * 0.3m + 0.2m * 3.75m, 1.5m, 0.6m + 0.18m + 0.75m + 1.5m, "USD", Provided: false), cost);
    }

    [Fact]
    public void Reasoning_is_output_unless_it_has_a_price_of_its_own()
    {
        var usage = new TokenUsage(0, 1_000_000, ReasoningTokens: 400_000);
        Assert.Equal(10, (Own("m", 1) with { Rates = new(1, 10) }).Of(usage)!.Total);
        Assert.Equal(6 + 8, (Own("m", 1) with { Rates = new(1, 10, Reasoning: 20) }).Of(usage)!.Total);
        Assert.Equal(30, (Own("m", 1) with { Rates = new(1, 10, ThinkingOutput: 30) }).Of(usage)!.Total);
    }

    [Fact]
    public void A_tier_begins_above_its_length()
    {
        var price = Table.Find("gemini-2.5-pro", null)!;
        Assert.Equal(0.25m, price.Of(new(200_000, 0))!.Total);
        Assert.Equal(200_001 * 2.5m / 1_000_000, price.Of(new(200_001, 0))!.Total);
    }

    [Fact]
    public void The_senders_cost_wins_and_what_cannot_be_known_stays_unknown()
    {
        var call = Spans.One("a", null) with { Kind = SpanKind.Llm, RequestedModel = "gpt-4o", Usage = new(1000, 100) };
        Assert.Equal(0.0035m, Table.Price(call).Cost!.Total);
        Assert.Equal(new Cost(null, null, 0), Table.Price(call with { Cost = new(null, null, 0) }).Cost);
        Assert.Null(Table.Price(call with { RequestedModel = "unheard-of" }).Cost);
        Assert.Null(Table.Price(call with { Usage = new(1000, null) }).Cost);
        Assert.Null(Table.Price(call with { Kind = SpanKind.Agent }).Cost);
    }

    private static ModelPrice Own(string pattern, decimal input) => new(pattern, "own", "USD", new(input, input), "test", new(2026, 1, 1));
}
