using System.Collections.Concurrent;
using System.Text;
using LlmObs.SqlCopilot;
using LlmObs.SqlCopilot.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace LlmObs.Tests.SqlCopilot;

public sealed class CopilotTelemetryTests
{
    [Fact]
    public async Task Sends_spans_to_ingest_with_the_key_and_says_who_it_is()
    {
        await using var receiver = await StartReceiverAsync();
        await RecordAsync(
            "一个独特的步骤",
            new()
            {
                ["services:ingest:http:0"] = receiver.Urls.Single(),
                ["OTEL_EXPORTER_OTLP_ENDPOINT"] = "http://127.0.0.1:9",
                ["LLMOBS_API_KEY"] = "key-1",
            }
        );

        var request = Assert.Single(Requests, request => request.Body.Contains("一个独特的步骤", StringComparison.Ordinal));
        Assert.Equal("/v1/traces", request.Path);
        Assert.Equal("Bearer key-1", request.Authorization);
        Assert.Contains("sql-copilot", request.Body, StringComparison.Ordinal);
        Assert.Contains("9.9.9", request.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_listening_is_no_reason_to_fail() =>
        await RecordAsync("ungehört", new() { ["services:ingest:http:0"] = "http://127.0.0.1:9" });

    private static readonly ConcurrentQueue<(string Path, string? Authorization, string Body)> Requests = new();

    private static async Task RecordAsync(string name, Dictionary<string, string?> settings)
    {
        using var telemetry = new CopilotTelemetry(
            Options.Create(new CopilotOptions { Version = "9.9.9" }),
            new ConfigurationBuilder().AddInMemoryCollection(settings).Build()
        );
        Assert.Equal(7, await Spans.StepAsync(name, "input", () => Task.FromResult(7)));
        await telemetry.StopAsync(TestContext.Current.CancellationToken);
    }

    private static async Task<WebApplication> StartReceiverAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.MapPost(
            "/{**path}",
            async (HttpRequest request) =>
            {
                using var body = new MemoryStream();
                await request.Body.CopyToAsync(body);
                Requests.Enqueue((request.Path, request.Headers.Authorization, Encoding.UTF8.GetString(body.ToArray())));
            }
        );
        await app.StartAsync();
        return app;
    }
}
