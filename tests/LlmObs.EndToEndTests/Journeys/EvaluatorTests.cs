using System.Text.Json.Nodes;
using LlmObs.EndToEndTests.Support;
using Microsoft.Playwright;

namespace LlmObs.EndToEndTests.Journeys;

/// <summary>An operator makes an evaluator, tries it, and lets it judge what was recorded.</summary>
public sealed class EvaluatorTests(StackFixture fixture)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Makes_an_evaluator_tries_it_and_runs_it_over_history()
    {
        using var api = fixture.Stack.Api();
        using var ingest = new HttpClient { BaseAddress = fixture.Stack.Ingest };
        var traceId = OtlpSender.NewTraceId();
        var span = $"ask-{traceId[..8]}";
        await OtlpSender.PostAsync(ingest, Refusing(traceId, span));
        var name = $"journey-{traceId[..8]}";
        var page = await fixture.Browser.OpenAsync();

        await page.GotoAsync($"{fixture.Stack.Web}quality/evaluators");
        await page.GetByRole(AriaRole.Link, new() { Name = "Rules", Exact = true }).ClickAsync();
        await page.Locator("[name='Form.Name']").FillAsync(name);
        await page.Locator("[name='Form.Filter']").FillAsync($"name:{span}");
        await page.Locator("[name='Form.OnArrival']").UncheckAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Make the evaluator" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = name })).ToBeVisibleAsync();

        await page.GetByRole(AriaRole.Button, new() { Name = "Dry run on 20 recent spans" }).ClickAsync();
        await AfterReloadsAsync(page, page.Locator("main tbody tr"));
        await Assertions.Expect(page.Locator("main tbody tr")).ToContainTextAsync("rule.refusal");
        Assert.Empty(await ScoresAsync(api, traceId));

        await page.GotoAsync($"{fixture.Stack.Web}quality/evaluators/{name}");
        await page.GetByRole(AriaRole.Button, new() { Name = "Run", Exact = true }).ClickAsync();
        var scores = await Eventually.GetAsync(() => ScoresAsync(api, traceId), found => found.Count >= 3, Patience, "judging the request");

        var refusal = Assert.Single(scores, score => (string?)score!["name"] == "rule.refusal")!;
        Assert.Equal("false", refusal["value"]!.ToJsonString());
        await page.GotoAsync($"{fixture.Stack.Web}quality/evaluators/{name}?low=true");
        await Accessibility.AssertAsync(page);
        await page.Locator("td.reason", new() { HasText = "begins with" }).First.WaitForAsync();
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task What_cannot_be_saved_says_why_and_keeps_what_was_typed()
    {
        var page = await fixture.Browser.OpenAsync();
        await page.GotoAsync($"{fixture.Stack.Web}quality/evaluators/new/rules");
        await page.Locator("[name='Form.Filter']").FillAsync("nofield:x");
        await page.GetByRole(AriaRole.Button, new() { Name = "Make the evaluator" }).ClickAsync();

        await Assertions.Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("There is no field 'nofield'");
        await Assertions.Expect(page.Locator("[name='Form.Filter']")).ToHaveValueAsync("nofield:x");
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task A_session_of_one_projects_key_sees_evaluators_and_cannot_make_them()
    {
        await using var reader = await Browser.StartAsync($"{fixture.Stack.Web}login?token={fixture.Stack.ApiKey}");
        var page = await reader.OpenAsync();
        await page.GotoAsync($"{fixture.Stack.Web}quality/evaluators");

        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Evaluators", Exact = true })).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Navigation, new() { Name = "New evaluator" })).ToHaveCountAsync(0);
        var response = await page.GotoAsync($"{fixture.Stack.Web}quality/evaluators/new/sql");
        Assert.Equal(403, response!.Status);
    }

    [Theory]
    [InlineData("quality/evaluators", 390, ColorScheme.Dark, "zh-CN")]
    [InlineData("quality/evaluators/new/sql", 1440, ColorScheme.Dark, "zh-CN")]
    [InlineData("quality/evaluators/new/rules", 390, ColorScheme.Light, "en-US")]
    [InlineData("quality/evaluators/new/judge", 390, ColorScheme.Light, "zh-CN")]
    [InlineData("quality/evaluators/new/http", 1440, ColorScheme.Light, "en-US")]
    public async Task Fits_and_is_accessible(string path, int width, ColorScheme scheme, string locale)
    {
        var page = await fixture.Browser.OpenAsync(width, scheme: scheme, locale: locale);
        await page.GotoAsync(fixture.Stack.Web + path);
        await Accessibility.AssertAsync(page);
        await Fit.AssertWidthAsync(page);
        await page.Context.CloseAsync();
    }

    private static JsonObject Refusing(string traceId, string name) =>
        OtlpSender.Trace(
            traceId,
            0,
            (span, _) =>
            {
                span["name"] = name;
                span["attributes"] = new JsonArray(
                    OtlpSender.Attribute("gen_ai.operation.name", "invoke_workflow"),
                    OtlpSender.Attribute("input.value", "哪家店卖得最好？"),
                    OtlpSender.Attribute("output.value", "抱歉，我无法回答这个问题。")
                );
            }
        );

    private static async Task<JsonArray> ScoresAsync(HttpClient api, string traceId) =>
        JsonNode.Parse(await api.GetStringAsync($"/api/v1/scores?traceId={traceId}"))!["scores"]!.AsArray();

    private static async Task AfterReloadsAsync(IPage page, ILocator wanted) =>
        await Eventually.GetAsync(
            async () =>
            {
                await page.ReloadAsync();
                return await wanted.CountAsync();
            },
            count => count > 0,
            Patience,
            "the dry run's result"
        );
}
