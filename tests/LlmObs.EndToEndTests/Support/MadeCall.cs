using System.Text.Json.Nodes;

namespace LlmObs.EndToEndTests.Support;

/// <summary>Model calls made by a test.</summary>
public static class MadeCall
{
    /// <summary>A trace of one model call, whose span is the root, with these messages.</summary>
    public static JsonObject Of(string traceId, string name, IEnumerable<JsonObject> input, IEnumerable<JsonObject> output) =>
        OtlpSender.Trace(
            traceId,
            0,
            (span, _) =>
            {
                span["name"] = name;
                span["attributes"] = new JsonArray(
                    OtlpSender.Attribute("gen_ai.operation.name", "chat"),
                    OtlpSender.Attribute("gen_ai.request.model", "qwen-max"),
                    OtlpSender.Attribute("gen_ai.input.messages", new JsonArray([.. input]).ToJsonString()),
                    OtlpSender.Attribute("gen_ai.output.messages", new JsonArray([.. output]).ToJsonString())
                );
            }
        );

    public static JsonObject Message(string role, string text) =>
        new() { ["role"] = role, ["parts"] = new JsonArray(new JsonObject { ["type"] = "text", ["content"] = text }) };

    public static async Task SendAsync(Uri ingest, JsonObject trace)
    {
        using var client = new HttpClient { BaseAddress = ingest };
        using var response = await OtlpSender.PostAsync(client, trace);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
    }
}
