using System.Text.Json;
using LlmObs.Domain.Spans;
using LlmObs.Ingest.Mapping.Content;

namespace LlmObs.Ingest.Mapping.Dialects.Langfuse;

/// <summary>
/// Langfuse's usage maps, whose clients count in two ways: the cached part within <c>input</c> (v3's wrapper of OpenAI) or beside it
/// (v4, v5, its LangChain handler). <c>total</c> tells which; without it they are priced as standing beside.
/// </summary>
internal static class LangfuseUsage
{
    private static readonly Precedence Maps = Precedence.Of(LangfuseKeys.Usage);

    public static TokenUsage? Read(AttributeMap attributes)
    {
        foreach (var source in Maps.Sources)
        {
            if (source.DocumentIn(attributes) is { ValueKind: JsonValueKind.Object } map && Read(map) is { } usage)
            {
                return usage;
            }
        }

        return null;
    }

    /// <summary>Reads a usage map of Langfuse, or one as a model service sends it; null when it holds no tokens.</summary>
    public static TokenUsage? Read(JsonElement map)
    {
        if (map.MemberText("unit") is { } unit && !unit.Equals("TOKENS", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        return (OfService(map) ?? OfLangfuse(map))?.Inclusive();
    }

    // OpenAI's and Anthropic's own words, and camel case.
    private static TokenUsage? OfService(JsonElement map)
    {
        var input = Count(map, "prompt_tokens", "input_tokens", "promptTokens");
        var output = Count(map, "completion_tokens", "output_tokens", "completionTokens");
        if (input is null && output is null)
        {
            return null;
        }

        var asked = map.Object("prompt_tokens_details") ?? map.Object("input_tokens_details") ?? default;
        var answered = map.Object("completion_tokens_details") ?? map.Object("output_tokens_details") ?? default;
        return new(
            input,
            output,
            Count(asked, "cached_tokens") ?? Count(map, "cache_read_input_tokens"),
            Count(map, "cache_creation_input_tokens"),
            Count(answered, "reasoning_tokens"),
            Count(map, "total_tokens", "totalTokens")
        );
    }

    private static TokenUsage? OfLangfuse(JsonElement map)
    {
        var input = Count(map, "input");
        var output = Count(map, "output");
        var total = Count(map, "total");
        var besideInput = Sum(map, "input_");
        var besideOutput = Sum(map, "output_");
        if (input is null && output is null && total is null && besideInput == 0 && besideOutput == 0)
        {
            return null;
        }

        var cached = Count(map, "input_cached_tokens", "input_cache_read", "cache_read_input_tokens", "input_cache_read_tokens");
        var written = Written(map);
        var reasoning = Count(map, "output_reasoning_tokens", "output_reasoning");
        if (total is null || (input ?? 0) + (output ?? 0) != total)
        {
            input = input is null && besideInput == 0 ? null : (input ?? 0) + besideInput;
            output = output is null && besideOutput == 0 ? null : (output ?? 0) + besideOutput;
        }

        return new(input, output, cached, written, reasoning, total);
    }

    private static long? Written(JsonElement map)
    {
        var parts = new[]
        {
            Count(map, "input_cache_creation", "cache_creation_input_tokens"),
            Count(map, "input_cache_creation_5m"),
            Count(map, "input_cache_creation_1h"),
        };
        return parts.Any(part => part is not null) ? parts.Sum() : null;
    }

    private static long Sum(JsonElement map, string prefix) =>
        map.EnumerateObject()
            .Select(member => member.SafeName())
            .Where(name => name.StartsWith(prefix, StringComparison.Ordinal))
            .Sum(name => Count(map, name) ?? 0);

    private static long? Count(JsonElement map, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (map.MemberNumber(name) is { } number and >= 0 and < 9e18)
            {
                return (long)number;
            }
        }

        return null;
    }
}
