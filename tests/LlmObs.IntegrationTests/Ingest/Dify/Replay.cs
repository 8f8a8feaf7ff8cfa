using System.Text;
using System.Text.Json;
using LlmObs.Domain.Dify;

namespace LlmObs.IntegrationTests.Ingest.Dify;

/// <summary>Requests of Dify's trace providers, sent again as they were captured.</summary>
internal static class Replay
{
    public static JsonElement Capture(string name) => JsonElement.Parse(File.ReadAllText(DifyData.Path($"http/{name}.json")));

    /// <summary>One turn of the copilot of the fixture, as each provider sends it, and what an agent app says.</summary>
    public static readonly string[] Captures =
    [
        "langfuse-2.51-ingestion-nested-turn",
        "langfuse-2.51-ingestion-agent-chat",
        "langfuse-4.x-ingestion-one-event-per-request",
        "aliyun-otlp-nested-turn",
        "phoenix-otlp-flat",
        "phoenix-otlp-hierarchical",
        "proposed-otel-provider-otlp",
        "enable-otel-otlp",
    ];

    /// <summary>Sends all of a capture, in its order. Every answer is a success.</summary>
    public static async Task SendAsync(IngestServer server, string name, bool isBackwards = false)
    {
        var requests = Capture(name).GetProperty("requests").EnumerateArray().ToList();
        if (isBackwards)
        {
            requests.Reverse();
        }

        foreach (var captured in requests)
        {
            using var answer = await SendAsync(server, captured);
            Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        }
    }

    /// <summary>One captured request, with the key of the tests in place of the captured one.</summary>
    public static async Task<HttpResponseMessage> SendAsync(IngestServer server, JsonElement captured)
    {
        var path = captured.GetProperty("path").GetString()!.Replace("abc123license_key-xyz", IngestServer.DefaultKey, StringComparison.Ordinal);
        using var request = new HttpRequestMessage(new(captured.GetProperty("method").GetString()!), path);
        if (captured.Text("body_base64") is { } packed)
        {
            request.Content = new ByteArrayContent(Convert.FromBase64String(packed));
        }
        else if (captured.Member("body") is { } body)
        {
            request.Content = new StringContent(body.GetRawText(), Encoding.UTF8);
        }

        foreach (var header in captured.GetProperty("headers").EnumerateObject().Where(header => !Skipped.Contains(header.Name.ToLowerInvariant())))
        {
            if (!request.Headers.TryAddWithoutValidation(header.Name, header.Value.GetString()))
            {
                request.Content?.Headers.Remove(header.Name);
                request.Content?.Headers.TryAddWithoutValidation(header.Name, header.Value.GetString());
            }
        }

        return await server.Http.SendAsync(request, TestContext.Current.CancellationToken);
    }

    private static readonly string[] Skipped = ["host", "content-length", "authorization", "api_key", "connection"];
}
