using LlmObs.Domain.Spans;
using LlmObs.Ingest.Mapping.Dialects.Langfuse;
using static LlmObs.Domain.GenAi.GenAiNames;
using static LlmObs.Ingest.Mapping.Source;

namespace LlmObs.Ingest.Mapping.Fields;

/// <summary>Tokens and money of one call. Ours are inclusive: input holds the cached part, output holds reasoning.</summary>
internal static class UsageTables
{
    private static readonly Precedence Input = new(
        UsageInputTokens,
        UsagePromptTokens,
        "llm.token_count.prompt",
        "llm.usage.prompt_tokens",
        "ai.usage.inputTokens",
        "ai.usage.promptTokens",
        "ai.usage.tokens",
        Json("genkit:output", "usage", "inputTokens"),
        Json("langsmith.usage_metadata", "input_tokens"),
        Json("mlflow.chat.tokenUsage", "input_tokens"),
        Json("output.value", "usage", "prompt_tokens"),
        Json("output.value", "usage", "input_tokens"),
        Json("gcp.vertex.agent.llm_response", "usage_metadata", "prompt_token_count")
    );

    private static readonly Precedence Output = new(
        UsageOutputTokens,
        UsageCompletionTokens,
        "llm.token_count.completion",
        "llm.usage.completion_tokens",
        "ai.usage.outputTokens",
        "ai.usage.completionTokens",
        Json("genkit:output", "usage", "outputTokens"),
        Json("langsmith.usage_metadata", "output_tokens"),
        Json("mlflow.chat.tokenUsage", "output_tokens"),
        Json("output.value", "usage", "completion_tokens"),
        Json("output.value", "usage", "output_tokens"),
        Json("gcp.vertex.agent.llm_response", "usage_metadata", "candidates_token_count")
    );

    private static readonly Precedence CachedRead = new(
        UsageCacheReadInputTokens,
        "gen_ai.usage.cache_read_input_tokens",
        "gen_ai.usage.cache_read_tokens",
        "gen_ai.usage.details.cache_read_tokens",
        "llm.token_count.prompt_details.cache_read",
        "ai.usage.inputTokenDetails.cacheReadTokens",
        "ai.usage.cachedInputTokens",
        Json("gen_ai.usage.input_token_details", "cache_read"),
        Json("genkit:output", "raw", "usage", "prompt_tokens_details", "cached_tokens"),
        Json("genkit:output", "usage", "cachedContentTokens")
    );

    private static readonly Precedence CachedWrite = new(
        UsageCacheCreationInputTokens,
        "gen_ai.usage.cache_creation_input_tokens",
        "gen_ai.usage.cache_write_tokens",
        "gen_ai.usage.details.cache_write_tokens",
        "llm.token_count.prompt_details.cache_write",
        "ai.usage.inputTokenDetails.cacheWriteTokens",
        Json("gen_ai.usage.input_token_details", "cache_creation")
    );

    private static readonly Precedence Reasoning = new(
        UsageReasoningOutputTokens,
        "gen_ai.usage.reasoning_tokens",
        "llm.token_count.completion_details.reasoning",
        "llm.usage.reasoning_tokens",
        "ai.usage.outputTokenDetails.reasoningTokens",
        "ai.usage.reasoningTokens",
        Json("gen_ai.usage.output_token_details", "reasoning"),
        Json("genkit:output", "usage", "thoughtsTokens"),
        Json("genkit:output", "raw", "usage", "completion_tokens_details", "reasoning_tokens")
    );

    private static readonly Precedence Total = new(UsageTotalTokens, "llm.usage.total_tokens", "llm.token_count.total", "ai.usage.totalTokens");

    private static readonly Precedence TotalCost = new(Domain.GenAi.GenAiNames.UsageCost, "llm.cost.total", "gen_ai.usage.total_cost");
    private static readonly Precedence InputCost = new("llm.cost.prompt", "gen_ai.usage.input_cost");
    private static readonly Precedence OutputCost = new("llm.cost.completion", "gen_ai.usage.output_cost");

    /// <summary>The tokens a span says it used, or null when it says nothing: missing is not zero.</summary>
    public static TokenUsage? Usage(AttributeMap attributes)
    {
        if (LangfuseUsage.Read(attributes) is { } map)
        {
            return map;
        }

        var usage = new TokenUsage(
            Count(attributes, Input),
            Count(attributes, Output),
            Count(attributes, CachedRead),
            Count(attributes, CachedWrite),
            Count(attributes, Reasoning),
            Count(attributes, Total)
        );
        return usage == new TokenUsage(null, null) ? null : usage.Inclusive();
    }

    /// <summary>The cost the sender gives; we compute none here.</summary>
    public static Cost? Cost(AttributeMap attributes)
    {
        if (LangfuseCost.Read(attributes) is { } map)
        {
            return map;
        }

        var input = Money(attributes, InputCost);
        var output = Money(attributes, OutputCost);
        var total = Money(attributes, TotalCost) ?? (input is null && output is null ? null : (input ?? 0) + (output ?? 0));
        return total is null ? null : new(input, output, total.Value, attributes.Text("gen_ai.usage.cost_currency") ?? "USD");
    }

    private static long? Count(AttributeMap attributes, Precedence keys) => attributes.Long(keys) is { } count and >= 0 ? count : null;

    private static decimal? Money(AttributeMap attributes, Precedence keys) =>
        attributes.Double(keys) is { } amount and >= 0 and < 1e15 ? (decimal)amount : null;
}
