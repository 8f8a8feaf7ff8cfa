using System.Net;
using System.Net.Http.Json;
using LlmObs.Ingest.Otlp.Protos;
using LlmObs.Storage.Access;
using LlmObs.Storage.Redaction;

namespace LlmObs.IntegrationTests.Ingest;

/// <summary>What comes in through Ingest as it runs is redacted and priced before it is stored.</summary>
public sealed class SpanDoorTests(IngestDatabase database)
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("On", "call [mobile]")]
    [InlineData("DryRun", "call 13812345678")]
    [InlineData("Off", "call 13812345678")]
    public async Task Redaction_does_what_its_mode_says_and_counts(string mode, string stored)
    {
        await using var server = await (await IngestServer.StartAsync(database, null, ("Redaction:Mode", mode))).ReadyAsync();
        var sent = OtlpBodies.Span("call 13812345678");
        using var response = await server.Http.SendAsync(OtlpBodies.Http(OtlpBodies.Request(sent)), Cancel);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(stored, Assert.Single(await server.TraceAsync("default", OtlpBodies.TraceHex)).Span.Name);
        if (mode != "Off")
        {
            var count = await CountAsync(server);
            Assert.Equal(("mobile", "name", mode == "DryRun", OtlpBodies.TraceHex), (count.Rule, count.Field, count.IsDryRun, count.TraceId));
        }
    }

    [Fact]
    public async Task A_score_posted_to_the_API_is_redacted()
    {
        await using var server = await (await IngestServer.StartAsync(database, null, ("Redaction:Mode", "On"))).ReadyAsync();
        server.Http.DefaultRequestHeaders.Authorization = new("Bearer", IngestServer.Key);

        using var answer = await server.Http.PostAsJsonAsync(
            "/api/v1/feedback",
            new
            {
                requestId = "r-1",
                value = false,
                comment = "call me, 13812345678",
                metadata = new { from = "lin@shop.example" },
            },
            Cancel
        );

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var stored = await server.Http.GetStringAsync("/api/v1/scores?requestId=r-1", Cancel);
        Assert.Contains("call me, [mobile]", stored, StringComparison.Ordinal);
        Assert.Contains("[email]", stored, StringComparison.Ordinal);
        Assert.DoesNotContain("13812345678", stored, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_model_call_gets_its_cost()
    {
        await using var server = await (
            await IngestServer.StartAsync(
                database,
                null,
                ("Prices:Models:0:Pattern", "house-*"),
                ("Prices:Models:0:Currency", "CNY"),
                ("Prices:Models:0:Input", "4"),
                ("Prices:Models:0:Output", "8")
            )
        ).ReadyAsync();
        var sent = OtlpBodies.Span();
        sent.Attributes.AddRange([
            new KeyValue
            {
                Key = "gen_ai.operation.name",
                Value = new() { StringValue = "chat" },
            },
            new KeyValue
            {
                Key = "gen_ai.request.model",
                Value = new() { StringValue = "house-7b" },
            },
            new KeyValue
            {
                Key = "gen_ai.usage.input_tokens",
                Value = new() { IntValue = 1000 },
            },
            new KeyValue
            {
                Key = "gen_ai.usage.output_tokens",
                Value = new() { IntValue = 500 },
            },
        ]);
        using var response = await server.Http.SendAsync(OtlpBodies.Http(OtlpBodies.Request(sent)), Cancel);

        var cost = Assert.Single(await server.TraceAsync("default", OtlpBodies.TraceHex)).Span.Cost;
        Assert.Equal((0.008m, "CNY", false), (cost!.Total, cost.Currency, cost.Provided));
    }

    [Theory]
    [InlineData("Redaction:Own:code", "(?<=x)y", "linear time")]
    [InlineData("Redaction:Rules:0", "mobil", "there is no rule 'mobil'")]
    [InlineData("Redaction:Hash:0", "mobile", "Redaction:HashKey")]
    public async Task A_wrong_rule_stops_the_start_and_says_why(string option, string value, string reason)
    {
        var refused = await Assert.ThrowsAnyAsync<Exception>(() => IngestServer.StartAsync(database, null, (option, value)));
        Assert.Contains(reason, refused.Message, StringComparison.Ordinal);
    }

    private static async Task<FindCount> CountAsync(IngestServer server)
    {
        var project = await server.Get<Projects>().FindAsync("default", Cancel);
        var deadline = TimeProvider.System.GetUtcNow().AddSeconds(60);
        while (TimeProvider.System.GetUtcNow() < deadline)
        {
            if (await server.Get<RedactionFinds>().OfAsync(project!.Id, Cancel) is [var first, ..])
            {
                return first;
            }

            await Task.Delay(100, Cancel);
        }

        throw new TimeoutException("No count was stored within a minute.");
    }
}
