using System.Text.Json.Nodes;
using LlmObs.EndToEndTests.Support;

namespace LlmObs.EndToEndTests.Clients;

/// <summary>What applications send under the instrumentations people use, read back through the API. Each has one conversation: two model calls, a tool between them.</summary>
public sealed class InstrumentedLibraryTests(StackFixture fixture, ClientLibraries libraries)
{
    [Theory]
    [InlineData("openinference", "chain", new[] { "chain", "llm", "llm", "tool" })]
    [InlineData("traceloop", "workflow", new[] { "llm", "llm", "tool", "workflow" })]
    [InlineData("vercel", "other", new[] { "agent", "llm", "llm", "other", "tool" })]
    public async Task Comes_out_the_same_under_every_library(string library, string root, string[] kinds)
    {
        var session = $"session-{library}-{Guid.NewGuid():N}";
        var traceId = await libraries.ConverseAsync(library, fixture.Stack.Ingest, fixture.Stack.ApiKey, session, "u-10086");
        using var api = fixture.Stack.Api();
        var trace = await Eventually.GetAsync(
            async () => JsonNode.Parse(await api.GetStringAsync($"/api/v1/traces/{traceId}"))!,
            found => found["spans"]!.AsArray().Count >= kinds.Length,
            TimeSpan.FromSeconds(30),
            "every span of the conversation standing in the trace"
        );

        var spans = trace["spans"]!.AsArray().Select(span => span!).ToList();
        Assert.Equal(kinds, spans.Select(span => (string?)span["kind"]).Order(StringComparer.Ordinal));
        Assert.Equal(root, (string?)spans.Single(span => span["parentSpanId"] is null)["kind"]);
        Assert.Equal((session, "u-10086"), ((string?)trace["sessionId"], (string?)trace["userId"]));
        Assert.Equal((350, 30), ((int)trace["usage"]!["inputTokens"]!, (int)trace["usage"]!["outputTokens"]!));

        var calls = spans.Where(span => (string?)span["kind"] == "llm").OrderBy(span => (int)span["usage"]!["inputTokens"]!).ToList();
        AssertCall(calls[0], (140, 18), "tool_calls", ["system", "user", "assistant"]);
        AssertCall(calls[1], (210, 12), "stop", ["system", "user", "assistant", "tool", "assistant"]);
        Assert.Contains("上个月的 GMV 是多少？", calls[0]["messages"]!.ToJsonString(Relaxed), StringComparison.Ordinal);
        Assert.Contains("SELECT sum(amount) FROM fact_order", calls[1]["messages"]!.ToJsonString(Relaxed), StringComparison.Ordinal);

        var tool = Assert.Single(spans.Single(span => (string?)span["kind"] == "tool")["tools"]!.AsArray())!;
        Assert.Equal(("get_table_schema", "fact_order"), ((string?)tool["name"], (string?)tool["arguments"]!["table"]));
        Assert.Equal("CREATE TABLE fact_order (amount numeric)", (string?)tool["result"]);
    }

    private static readonly System.Text.Json.JsonSerializerOptions Relaxed = new()
    {
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private static void AssertCall(JsonNode call, (int Input, int Output) tokens, string finish, string[] roles)
    {
        Assert.Equal(("gpt-4o-mini", "gpt-4o-mini-2024-07-18"), ((string?)call["requestedModel"], (string?)call["model"]));
        Assert.Equal(tokens, ((int)call["usage"]!["inputTokens"]!, (int)call["usage"]!["outputTokens"]!));
        Assert.Equal([finish], call["finishReasons"]!.AsArray().Select(reason => (string?)reason));
        Assert.Equal(roles, call["messages"]!.AsArray().Select(message => (string?)message!["role"]));
        Assert.Equal("get_table_schema", (string?)Assert.Single(call["tools"]!.AsArray())!["name"]);
    }
}
