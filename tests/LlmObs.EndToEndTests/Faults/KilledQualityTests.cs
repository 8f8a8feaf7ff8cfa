using System.Text.Json.Nodes;
using LlmObs.EndToEndTests.Support;
using Microsoft.Playwright;

namespace LlmObs.EndToEndTests.Faults;

/// <summary>Kill -9 while what arrives is judged: every request is judged once in the end.</summary>
public sealed class KilledQualityTests
{
    private static readonly TimeSpan Recovery = TimeSpan.FromSeconds(120);
    private static readonly int Kills = Environment.GetEnvironmentVariable("LLMOBS_LONG_TESTS") == "1" ? 6 : 1;

    [Fact]
    public async Task Judges_every_request_once_when_the_judging_process_is_killed()
    {
        await using var stack = await Stack.StartAsync();
        await MakeEvaluatorAsync(stack);
        using var api = stack.Api();
        using var ingest = new HttpClient { BaseAddress = stack.Ingest };
        var sent = new List<string>();

        for (var kill = 0; kill < Kills; kill++)
        {
            await SendAsync(ingest, sent, 150);
            await Eventually.GetAsync(() => ScoresAsync(api), found => found.Count > 0, Recovery, "judging");
            var before = stack.FindProcess("LlmObs.Quality");
            stack.Kill("LlmObs.Quality");
            await SendAsync(ingest, sent, 50);
            await Eventually.GetAsync(
                () => Task.FromResult(stack.FindProcess("LlmObs.Quality")),
                id => id is not null && id != before,
                Recovery,
                "restarting"
            );
        }

        foreach (var traceId in sent)
        {
            var scores = await Eventually.GetAsync(() => ScoresAsync(api, traceId), found => found.Count > 0, Recovery, $"judging {traceId}");
            Assert.Equal("rule.latency", (string?)Assert.Single(scores)!["name"]);
        }
    }

    private static async Task MakeEvaluatorAsync(Stack stack)
    {
        await using var browser = await Browser.StartAsync(stack.LoginLink);
        var page = await browser.OpenAsync();
        await page.GotoAsync($"{stack.Web}quality/evaluators/new/rules");
        foreach (var rule in await page.Locator("[name='Form.RulesOn']").AllAsync())
        {
            await rule.SetCheckedAsync(await rule.GetAttributeAsync("value") == "latency");
        }

        await page.GetByRole(AriaRole.Button, new() { Name = "Make the evaluator" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "rules" })).ToBeVisibleAsync();
    }

    private static async Task SendAsync(HttpClient ingest, List<string> sent, int count)
    {
        for (var i = 0; i < count; i++)
        {
            var traceId = OtlpSender.NewTraceId();
            using var response = await OtlpSender.PostAsync(ingest, OtlpSender.Trace(traceId, 2), TestContext.Current.CancellationToken);
            response.EnsureSuccessStatusCode();
            sent.Add(traceId);
        }
    }

    private static async Task<JsonArray> ScoresAsync(HttpClient api, string? traceId = null) =>
        JsonNode.Parse(await api.GetStringAsync($"/api/v1/scores?name=rule.latency{(traceId is null ? "" : $"&traceId={traceId}")}"))![
            "scores"
        ]!.AsArray();
}
