using System.Text.Json;
using System.Text.Json.Nodes;
using LlmObs.Domain.Dify;
using LlmObs.Domain.GenAi;

namespace LlmObs.Ingest.Dify;

/// <summary>What Dify keeps of a call to a model, in the names of the GenAI conventions.</summary>
internal static class ModelCall
{
    /// <summary>Tokens, money and time to the first token.</summary>
    /// <param name="usage">Dify's <c>usage</c>: prices are decimal texts, times seconds. A price of 0 is one Dify does not know.</param>
    public static void AddUsage(this StepFields step, JsonElement? usage)
    {
        if (usage is not { } said)
        {
            return;
        }

        step.AddTokens(said.Number("prompt_tokens"), said.Number("completion_tokens"), said.Number("total_tokens"))
            .AddPrice(said.Number("total_price"), said.Text("currency"))
            .Attribute(GenAiNames.ServerTimeToFirstToken, said.Number("time_to_first_token"));
        if (said.Number("total_price") > 0)
        {
            step.Attribute("gen_ai.usage.input_cost", said.Number("prompt_price"))
                .Attribute("gen_ai.usage.output_cost", said.Number("completion_price"));
        }
    }

    public static StepFields AddTokens(this StepFields step, decimal? input, decimal? output, decimal? total = null) =>
        step.Attribute(GenAiNames.UsageInputTokens, input)
            .Attribute(GenAiNames.UsageOutputTokens, output)
            .Attribute(GenAiNames.UsageTotalTokens, total);

    public static StepFields AddPrice(this StepFields step, decimal? price, string? currency) =>
        price is null or <= 0
            ? step
            : step.Attribute(GenAiNames.UsageCost, price).Attribute("gen_ai.usage.cost_currency", currency == "RMB" ? "CNY" : currency);

    /// <param name="provider"><c>organisation/plugin/provider</c>, of which the last part is what the provider is called.</param>
    public static StepFields AddModel(this StepFields step, string? provider, string? model) =>
        step.Attribute(GenAiNames.ProviderName, provider?[(provider.LastIndexOf('/') + 1)..]).Attribute(GenAiNames.RequestModel, model);

    /// <param name="prompts">Dify's list of <c>role</c>, <c>text</c>, <c>files</c>.</param>
    public static StepFields AddPrompts(this StepFields step, JsonElement? prompts)
    {
        if (prompts is not { ValueKind: JsonValueKind.Array } list || list.GetArrayLength() == 0)
        {
            return step;
        }

        var messages = new JsonArray();
        foreach (var prompt in list.EnumerateArray().Where(prompt => prompt.ValueKind == JsonValueKind.Object))
        {
            var message = new JsonObject
            {
                ["role"] = prompt.Text("role") ?? "user",
                ["content"] = prompt.Text("text") ?? prompt.Text("content") ?? "",
            };
            foreach (var name in (ReadOnlySpan<string>)["tool_calls", "tool_call_id", "name"])
            {
                if (prompt.Member(name) is { } member)
                {
                    message[name] = JsonNode.Parse(DifyJson.Readable(member.GetRawText()));
                }
            }

            if (prompt.Member("files") is { ValueKind: JsonValueKind.Array } files && files.GetArrayLength() > 0)
            {
                message["files"] = JsonNode.Parse(DifyJson.Readable(files.GetRawText()));
            }

            messages.Add((JsonNode)message);
        }

        return step.Attribute(GenAiNames.InputMessages, Write(messages));
    }

    /// <summary>The answer as a message, with what the model thought before it.</summary>
    public static StepFields AddAnswer(this StepFields step, string? text, string? reasoning, string? finishReason)
    {
        if (string.IsNullOrEmpty(text) && string.IsNullOrEmpty(reasoning))
        {
            return step.Attribute("gen_ai.response.finish_reason", finishReason);
        }

        var parts = new JsonArray();
        if (!string.IsNullOrEmpty(reasoning))
        {
            parts.Add((JsonNode)new JsonObject { ["type"] = "reasoning", ["content"] = reasoning });
        }

        if (!string.IsNullOrEmpty(text))
        {
            parts.Add((JsonNode)new JsonObject { ["type"] = "text", ["content"] = text });
        }

        return step.Attribute(GenAiNames.OutputMessages, Write(new JsonArray((JsonNode)new JsonObject { ["role"] = "assistant", ["parts"] = parts })))
            .Attribute("gen_ai.response.finish_reason", finishReason);
    }

    private static string Write(JsonNode node) => node.ToJsonString(Readable);

    private static readonly JsonSerializerOptions Readable = new()
    {
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };
}
