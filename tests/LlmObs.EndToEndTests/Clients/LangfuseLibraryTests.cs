using System.Text.Json.Nodes;
using LlmObs.EndToEndTests.Support;

namespace LlmObs.EndToEndTests.Clients;

/// <summary>Libraries as published, pointed at the started stack, read back through the API.</summary>
public sealed class LangfuseLibraryTests(StackFixture fixture, ClientLibraries libraries)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData("langfuse-v2.js", "", "v2")]
    [InlineData("langfuse-v3.js", "/langfuse", "v3")]
    [InlineData("langfuse-otel.js", "", "v4")]
    [InlineData("langfuse-otel.js", "", "v5")]
    public async Task Langfuse_clients_work_unchanged(string script, string prefix, string version)
    {
        var address = fixture.Stack.Ingest.ToString().TrimEnd('/') + prefix;
        var (said, errors) = await libraries.RunLangfuseAsync(
            script,
            [version[1..]],
            new()
            {
                // What the first page tells people to set.
                ["LANGFUSE_HOST"] = address,
                ["LANGFUSE_BASEURL"] = address,
                ["LANGFUSE_BASE_URL"] = address,
                ["LANGFUSE_PUBLIC_KEY"] = "pk-lf-local",
                ["LANGFUSE_SECRET_KEY"] = fixture.Stack.ApiKey,
            }
        );

        using var api = fixture.Stack.Api();
        var trace = await Eventually.GetAsync(
            async () => JsonNode.Parse(await api.GetStringAsync($"/api/v1/traces/{said["traceId"]}"))!,
            trace => Span(trace, "ask") is not null && Span(trace, "chat")?["usage"] is not null,
            Deadline,
            $"The trace of {script} ({errors})"
        );

        var call = Span(trace, "chat")!;
        Assert.Equal("llm", (string?)call["kind"]);
        Assert.Equal((120, 30), ((int)call["usage"]!["inputTokens"]!, (int)call["usage"]!["outputTokens"]!));
        Assert.NotEmpty(call["messages"]!.AsArray());
        Assert.Equal(($"session-{version}", $"user-{version}"), ((string?)trace["sessionId"], (string?)trace["userId"]));
        if (version != "v4")
        {
            Assert.Equal("user_feedback", (string?)Assert.Single(trace["scores"]!.AsArray())!["name"]);
        }

        // A client that retries, or finds something missing, says so.
        Assert.DoesNotContain("error", version == "v3" ? "" : errors, StringComparison.OrdinalIgnoreCase);
    }

    private static JsonNode? Span(JsonNode trace, string name) => trace["spans"]!.AsArray().FirstOrDefault(span => (string?)span!["name"] == name);
}
