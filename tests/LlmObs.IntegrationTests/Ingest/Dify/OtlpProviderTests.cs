using System.Net;
using System.Text.Json;
using LlmObs.Domain.Dify;
using LlmObs.Domain.Spans;
using LlmObs.Domain.Traces;

namespace LlmObs.IntegrationTests.Ingest.Dify;

/// <summary>What Dify's providers send over OTLP.</summary>
public sealed class OtlpProviderTests(IngestDatabase database)
{
    [Fact]
    public async Task The_Alibaba_Cloud_provider_is_saved_and_sends_with_its_key_in_the_path()
    {
        await using var server = await (await IngestServer.StartAsync(database)).ReadyAsync();
        using var check = new HttpRequestMessage(HttpMethod.Head, $"/some/path/adapt_{IngestServer.Key}/api/otlp/traces");
        using var saved = await server.Http.SendAsync(check, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, saved.StatusCode);

        using var wrong = await SendAliyunAsync(server, "not-a-key");
        Assert.Equal(HttpStatusCode.Unauthorized, wrong.StatusCode);
        using var right = await SendAliyunAsync(server, IngestServer.Key);
        Assert.Equal(HttpStatusCode.OK, right.StatusCode);
        await DifyData.UntilAsync(() => DifyData.IsWrittenAsync(server.ConnectionString), "the turn is written");

        var spans = (await server.TraceAsync("shop", DifyIds.Trace(Copilot.Run))).Select(record => record.Span).ToList();
        var tree = TraceTree.Build(spans);
        Assert.Equal("message", Assert.Single(tree.Roots).Span.Name);
        Assert.Equal(14, spans.Count);
        Assert.Contains(spans, span => span is { Name: "解读结果", Kind: SpanKind.Llm, Usage.TotalTokens: 229 });
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_Alibaba_Cloud_providers_spans_are_the_readers(bool isProviderFirst)
    {
        var dify = await DifyData.LoadAsync(database);
        var ours = database.Server.ConnectionString("ingest_" + Guid.NewGuid().ToString("N"));
        if (isProviderFirst)
        {
            await using var alone = await (await IngestServer.StartAsync(database, ours)).ReadyAsync();
            using var sent = await SendAliyunAsync(alone, IngestServer.Key);
            Assert.Equal(HttpStatusCode.OK, sent.StatusCode);
        }

        await using var server = await DifyData.ReadingAsync(database, ours, dify, ("Dify:Reader:Project", "shop"));
        await DifyData.UntilReadAsync(server, ours);
        using var again = await SendAliyunAsync(server, IngestServer.Key);
        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
        await DifyData.UntilReadAsync(server, ours);

        var spans = (await server.TraceAsync("shop", DifyIds.Trace(Copilot.Run))).Select(record => record.Span).ToList();
        Assert.Equal(14, spans.Count);
        Assert.Equal("Text2SQL Copilot", Assert.Single(TraceTree.Build(spans).Roots).Span.Name);
        Assert.Contains(spans, span => span is { Name: "意图识别", Kind: SpanKind.Llm, Usage.TotalTokens: 53 });
    }

    [Theory]
    [InlineData("phoenix-otlp-flat", 3)]
    [InlineData("phoenix-otlp-hierarchical", 7)]
    [InlineData("proposed-otel-provider-otlp", 1)]
    public async Task A_provider_that_names_runs_makes_each_of_them_one_trace(string capture, int runs)
    {
        await using var server = await AloneAsync();
        await Replay.SendAsync(server, capture, isBackwards: true);
        await DifyData.UntilAsync(() => DifyData.IsWrittenAsync(server.ConnectionString), "the turn is written");

        Assert.Equal(runs, await CountAsync(server, "SELECT count(DISTINCT trace_id) FROM spans"));
        var spans = await server.TraceAsync("default", DifyIds.Trace(Copilot.Run));
        var tree = TraceTree.Build(spans.Select(record => record.Span));
        var root = Assert.Single(tree.Roots);
        Assert.Equal((DifyIds.Message(Copilot.Message), "72427fa8-5f2a-45e9-814b-c359b9e681a5"), (root.Span.SpanId, root.Span.SessionId));
        Assert.StartsWith("为什么", root.Span.Question, StringComparison.Ordinal);
        Assert.Equal(DifyIds.Workflow(Copilot.Run), Assert.Single(root.Children).Span.SpanId);
        Assert.Equal(12, root.Children[0].Children.Count);

        var model = Assert.Single(spans, record => record.Span is { Kind: SpanKind.Llm, Usage.TotalTokens: 229 });
        Assert.Equal(("gpt-4o-mini", "openai"), (model.Span.RequestedModel, model.Span.Provider));
        Assert.Equal(["system", "user", "assistant"], model.Content.Messages.Select(message => message.Role));
        Assert.Equal(0.0000834m, model.Span.Cost!.Total);
    }

    [Fact]
    public async Task Newer_Phoenix_nests_runs_and_puts_rounds_under_their_container()
    {
        await using var server = await AloneAsync();
        await Replay.SendAsync(server, "phoenix-otlp-hierarchical");
        await DifyData.UntilAsync(() => DifyData.IsWrittenAsync(server.ConnectionString), "the turn is written");

        var links = DifyData
            .Expected.GetProperty("nesting")
            .EnumerateArray()
            .Where(link => Copilot.Runs.Contains(link.GetProperty("child_run_id").GetGuid()));
        Assert.Equal(
            links
                .Select(link =>
                    $"{link.GetProperty("child_run_id").GetGuid():N} {DifyIds.Node(link.GetProperty("parent_node_execution_id").GetGuid())}"
                )
                .Order(StringComparer.Ordinal),
            (
                await DifyData.ListAsync<string>(
                    server.ConnectionString,
                    "SELECT child_trace_id || ' ' || parent_span_id FROM trace_joins WHERE NOT inferred"
                )
            ).Order(StringComparer.Ordinal)
        );
        var rounds = await DifyData.ListAsync<string>(
            server.ConnectionString,
            "SELECT p.name || '/' || r.name FROM spans AS r JOIN spans AS p ON p.span_id = r.parent_span_id WHERE r.name ~ '^(iteration|loop)[[]'"
        );
        Assert.Equal(11, rounds.Count);
        Assert.All(rounds, round => Assert.Matches("^(逐表打分/iteration|诊断循环/loop)", round));
    }

    [Fact]
    public async Task A_node_that_nobody_tells_the_run_of_is_kept_under_the_ids_it_came_with()
    {
        await using var server = await AloneAsync(("Dify:Spans:WaitSeconds", "0"));
        await Replay.SendAsync(server, "enable-otel-otlp");
        await Replay.SendAsync(server, "phoenix-api-check");
        await DifyData.UntilAsync(() => DifyData.IsWrittenAsync(server.ConnectionString), "the turn is written");

        var sent = Replay
            .Capture("enable-otel-otlp")
            .GetProperty("requests")
            .EnumerateArray()
            .Sum(request => Spans(request.GetProperty("body_decoded")));
        Assert.Equal(sent + 1, await CountAsync(server, "SELECT count(*) FROM spans"));
        Assert.Equal(2, await CountAsync(server, "SELECT count(DISTINCT trace_id) FROM spans"));
    }

    private async Task<IngestServer> AloneAsync(params (string, string)[] settings) =>
        await (await IngestServer.StartAsync(database, settings: [("Storage:UpdateQuiet", "00:00:00.2"), .. settings])).ReadyAsync();

    private static async Task<long> CountAsync(IngestServer server, string sql) => (await DifyData.ListAsync<long>(server.ConnectionString, sql))[0];

    private static int Spans(JsonElement body) =>
        body.GetProperty("resourceSpans")
            .EnumerateArray()
            .Sum(resource => resource.GetProperty("scopeSpans").EnumerateArray().Sum(scope => scope.GetProperty("spans").GetArrayLength()));

    private static async Task<HttpResponseMessage> SendAliyunAsync(IngestServer server, string key)
    {
        var captured = Replay.Capture("aliyun-otlp-nested-turn").GetProperty("requests")[0];
        using var request = new HttpRequestMessage(
            HttpMethod.Post,
            captured.GetProperty("path").GetString()!.Replace("abc123license_key-xyz", key, StringComparison.Ordinal)
        )
        {
            Content = new ByteArrayContent(Convert.FromBase64String(captured.GetProperty("body_base64").GetString()!)),
        };
        request.Content.Headers.ContentType = new("application/x-protobuf");
        return await server.Http.SendAsync(request, TestContext.Current.CancellationToken);
    }
}
