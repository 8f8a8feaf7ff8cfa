using System.Net;
using System.Text.Json;
using LlmObs.Domain.Dify;
using LlmObs.Domain.Spans;
using LlmObs.Domain.Traces;

namespace LlmObs.IntegrationTests.Ingest.Dify;

/// <summary>What Dify's providers send over OTLP.</summary>
public sealed class OtlpProviderTests(IngestDatabase database)
{
    private static readonly Guid Run = new("94e95434-b9cd-4e67-81a1-712c2f457e0a");

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

        var spans = (await server.TraceAsync("shop", DifyIds.Trace(Run))).Select(record => record.Span).ToList();
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

        var spans = (await server.TraceAsync("shop", DifyIds.Trace(Run))).Select(record => record.Span).ToList();
        Assert.Equal(14, spans.Count);
        Assert.Equal("Text2SQL Copilot", Assert.Single(TraceTree.Build(spans).Roots).Span.Name);
        Assert.Contains(spans, span => span is { Name: "意图识别", Kind: SpanKind.Llm, Usage.TotalTokens: 53 });
    }

    [Theory]
    [InlineData("phoenix-api-check")]
    [InlineData("phoenix-otlp-flat")]
    [InlineData("phoenix-otlp-hierarchical")]
    [InlineData("enable-otel-otlp")]
    [InlineData("proposed-otel-provider-otlp")]
    public async Task Captures_of_the_other_providers_are_taken_whole(string capture)
    {
        await using var server = await (await IngestServer.StartAsync(database)).ReadyAsync();
        await Replay.SendAsync(server, capture);

        var sent = Replay.Capture(capture).GetProperty("requests").EnumerateArray().Sum(request => Spans(request.GetProperty("body_decoded")));
        Assert.Equal(sent, (await DifyData.ListAsync<int>(server.ConnectionString, "SELECT count(*)::int FROM spans"))[0]);
    }

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
