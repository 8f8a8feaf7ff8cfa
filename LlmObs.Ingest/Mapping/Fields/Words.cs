using System.Collections.Frozen;
using System.Text.RegularExpressions;

namespace LlmObs.Ingest.Mapping.Fields;

/// <summary>Brings the words of many libraries to one: providers, reasons to finish, environments.</summary>
internal static partial class Words
{
    private static readonly FrozenSet<string> DottedProviders = FrozenSet.ToFrozenSet(
        ["aws.bedrock", "azure.ai.inference", "azure.ai.openai", "gcp.gemini", "gcp.gen_ai", "gcp.vertex_ai", "ibm.watsonx.ai"],
        StringComparer.Ordinal
    );

    private static readonly FrozenDictionary<string, string> ProviderSynonyms = new Dictionary<string, string>
    {
        ["az.ai.openai"] = "azure.ai.openai",
        ["az.ai.inference"] = "azure.ai.inference",
        ["vertex_ai"] = "gcp.vertex_ai",
        ["vertexai"] = "gcp.vertex_ai",
        ["google_vertexai"] = "gcp.vertex_ai",
        ["gcp.vertex.agent"] = "gcp.vertex_ai",
        ["gemini"] = "gcp.gemini",
        ["mistralai"] = "mistral_ai",
        ["xai"] = "x_ai",
        ["amazon"] = "aws.bedrock",
        ["moonshot"] = "moonshot_ai",
        ["together"] = "together_ai",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, string> Finishes = new Dictionary<string, string>
    {
        ["stop"] = "stop",
        ["end_turn"] = "stop",
        ["stop_sequence"] = "stop",
        ["eos"] = "stop",
        ["completed"] = "stop",
        ["length"] = "length",
        ["max_tokens"] = "length",
        ["max_output_tokens"] = "length",
        ["tool_calls"] = "tool_calls",
        ["tool_call"] = "tool_calls",
        ["tool-calls"] = "tool_calls",
        ["tool_use"] = "tool_calls",
        ["function_call"] = "tool_calls",
        ["content_filter"] = "content_filter",
        ["content-filter"] = "content_filter",
        ["safety"] = "content_filter",
        ["recitation"] = "content_filter",
        ["blocked"] = "content_filter",
        ["error"] = "error",
        ["malformed_function_call"] = "error",
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>A provider in lower case without the API behind the dot (<c>openai.chat</c>), but known dotted names kept. Null for what is no provider.</summary>
    public static string? Provider(string? sent)
    {
        if (sent?.Trim().ToLowerInvariant() is not { Length: > 0 } name || name == "langchain")
        {
            return null;
        }

        name = ProviderSynonyms.GetValueOrDefault(name, name);
        var dot = name.IndexOf('.', StringComparison.Ordinal);
        if (dot <= 0 || DottedProviders.Contains(name))
        {
            return name;
        }

        return ProviderSynonyms.GetValueOrDefault(name[..dot], name[..dot]);
    }

    /// <summary>stop, length, tool_calls, content_filter, error or other.</summary>
    public static string Finish(string sent) => Finishes.GetValueOrDefault(sent.Trim(), "other");

    /// <summary>Lower case, no leading <c>langfuse-</c>, at most 40 of <c>[a-z0-9-_]</c>; anything else is <c>default</c>.</summary>
    public static string Environment(string? sent)
    {
        var name = sent?.Trim().ToLowerInvariant() ?? "";
        if (name.StartsWith("langfuse-", StringComparison.Ordinal) || name.StartsWith("langfuse_", StringComparison.Ordinal))
        {
            name = name[9..];
        }

        return EnvironmentName().IsMatch(name) ? name : "default";
    }

    [GeneratedRegex("^[a-z0-9_-]{1,40}$")]
    private static partial Regex EnvironmentName();
}
