using System.Text.Json.Nodes;
using LlmObs.EndToEndTests.Support;
using Microsoft.Playwright;

namespace LlmObs.EndToEndTests.Journeys;

/// <summary>Every page, in both languages and themes, on a screen and on a phone; and those that are printed, on paper.</summary>
public sealed class EveryPageTests(StackFixture fixture)
{
    private const string User = "u-every-page";
    private const string Session = "s-every-page";
    private const int PaperWidth = 780;

    private static readonly string Failed = OtlpSender.NewTraceId();
    private static readonly string Answered = OtlpSender.NewTraceId();

    /// <summary>Besides those that can be jumped to by name.</summary>
    private static readonly string[] Pages =
    [
        "?view=spans",
        "?group=kind",
        $"?q=user: {User}&cols=model,release,duration,tokens,cost",
        "?q=nothing has these words",
        "?q=not score.user_feedback: *",
        "?q=status: (",
        $"traces/{Failed}",
        $"traces/{Failed}?tab=attributes",
        $"traces/{Failed}?tab=events",
        $"traces/{Failed}?show=timeline",
        $"traces/{Answered}?show=transcript",
        $"traces/{Answered}?show=graph",
        $"traces/{Answered}?show=log",
        $"requests/{Failed}",
        $"compare?left={Answered}",
        $"compare?left={Answered}&right={Failed}",
        $"sessions/{Session}",
        $"users/{User}",
        "jump",
        "name",
        "quality/report",
        "quality/definitions",
        "quality/requests",
        "quality/evaluators",
        "quality/evaluators/new/sql",
        "quality/evaluators/new/rules",
        "quality/evaluators/new/judge",
        "quality/evaluators/new/http",
        "labels/sets/new",
        "labels/queues/new",
        $"cases/new?trace={Failed}&from=trace",
        "no/such/page",
    ];

    /// <summary>Each width and each language; each width in each language behind <c>./test.sh --long</c>.</summary>
    public static TheoryData<int, string> Looks =>
        Environment.GetEnvironmentVariable("LLMOBS_LONG_TESTS") == "1"
            ? new()
            {
                { 1440, "en-US" },
                { 1440, "zh-CN" },
                { 390, "en-US" },
                { 390, "zh-CN" },
            }
            : new() { { 1440, "en-US" }, { 390, "zh-CN" } };

    [Theory]
    [MemberData(nameof(Looks))]
    public async Task Every_page_fits_and_is_accessible_in_light_and_dark(int width, string locale)
    {
        await SendAsync();
        var page = await fixture.Browser.OpenAsync(width, locale: locale);
        await page.GotoAsync($"{fixture.Stack.Web}name");
        await page.Locator("[name=name]").FillAsync("Lin Yue");
        await page.Locator("main button").ClickAsync();
        await page.GotoAsync($"{fixture.Stack.Web}jump");
        var known = await page.Locator("main [data-text] a").EvaluateAllAsync<string[]>("links => links.map(link => link.getAttribute('href'))");
        Assert.Contains("/system", known);
        foreach (var path in known.Select(address => address.TrimStart('/')).Concat(Pages))
        {
            var headers = (await page.GotoAsync(fixture.Stack.Web + path))!.Headers;
            Assert.Contains("total;dur=", headers["server-timing"], StringComparison.Ordinal);
            Assert.DoesNotContain("unsafe-", headers["content-security-policy"], StringComparison.Ordinal);
            await Fit.AssertStillAsync(page);
            foreach (var scheme in (ColorScheme[])[ColorScheme.Light, ColorScheme.Dark])
            {
                await page.EmulateMediaAsync(new() { ColorScheme = scheme, ReducedMotion = ReducedMotion.Reduce });
                await Accessibility.AssertAsync(page);
            }

            await Fit.AssertWidthAsync(page);
        }

        await page.Context.CloseAsync();
    }

    [Theory]
    [InlineData("?q=user: u-every-page", "昨天各门店的退款率呢？")]
    [InlineData("traces/{failed}", "no such column: o.gmv_amount")]
    [InlineData("traces/{answered}?show=transcript", "你是小店问数的分析师。")]
    [InlineData("sessions/s-every-page", "第 60 家")]
    [InlineData("quality/report", "95%")]
    public async Task On_paper_everything_stands_there_and_nothing_to_press(string path, string told)
    {
        await SendAsync();
        var page = await fixture.Browser.OpenAsync(PaperWidth);
        await page.EmulateMediaAsync(new() { Media = Media.Print });
        await page.GotoAsync(
            fixture.Stack.Web + path.Replace("{failed}", Failed, StringComparison.Ordinal).Replace("{answered}", Answered, StringComparison.Ordinal)
        );

        await Assertions.Expect(page.GetByText(told).Locator("visible=true").First).ToBeVisibleAsync();
        Assert.Equal(0, await page.Locator(".topbar, .btn:not(.range > *), .seg, kbd").Locator("visible=true").CountAsync());
        await Fit.AssertPaperAsync(page);
        await page.Context.CloseAsync();
    }

    /// <summary>Two turns of one conversation, of which the second failed. Sent again, they are the same two.</summary>
    private async Task SendAsync()
    {
        using var client = new HttpClient { BaseAddress = fixture.Stack.Ingest };
        var shops = string.Join("\n", Enumerable.Range(1, 60).Select(shop => $"- 第 {shop} 家"));
        (await OtlpSender.PostAsync(client, Turn(Answered, "各门店的退款率是多少？", shops, null))).EnsureSuccessStatusCode();
        (await OtlpSender.PostAsync(client, Turn(Failed, "昨天各门店的退款率呢？", null, "no such column: o.gmv_amount"))).EnsureSuccessStatusCode();
        using var api = fixture.Stack.Api();
        foreach (var traceId in (string[])[Answered, Failed])
        {
            await Eventually.GetAsync(
                () => api.GetStringAsync($"/api/v1/spans?query={Uri.EscapeDataString($"trace: {traceId}")}"),
                answer => answer.Contains(traceId, StringComparison.Ordinal),
                TimeSpan.FromSeconds(60),
                "the conversation being searchable"
            );
        }
    }

    private static JsonObject Turn(string traceId, string question, string? answer, string? error) =>
        OtlpSender.Trace(
            traceId,
            1,
            (span, index) =>
            {
                var attributes = (JsonArray)span["attributes"]!;
                attributes.Add(OtlpSender.Attribute("session.id", Session));
                attributes.Add(OtlpSender.Attribute("user.id", User));
                if (index == 0)
                {
                    attributes.Add(OtlpSender.Attribute("input.value", question));
                    attributes.Add(OtlpSender.Attribute("output.value", answer ?? ""));
                }
                else
                {
                    attributes.Add(OtlpSender.Attribute("gen_ai.operation.name", "chat"));
                    attributes.Add(OtlpSender.Attribute("gen_ai.request.model", "qwen-plus"));
                    attributes.Add(OtlpSender.Attribute("gen_ai.input.messages", Said(("system", "你是小店问数的分析师。"), ("user", question))));
                    attributes.Add(OtlpSender.Attribute("gen_ai.output.messages", Said(("assistant", answer ?? "抱歉。"))));
                }

                if (error is not null)
                {
                    span["status"] = new JsonObject { ["code"] = 2, ["message"] = error };
                }
            }
        );

    private static string Said(params (string Role, string Text)[] messages) =>
        new JsonArray([
            .. messages.Select(message => new JsonObject
            {
                ["role"] = message.Role,
                ["parts"] = new JsonArray(new JsonObject { ["type"] = "text", ["content"] = message.Text }),
            }),
        ]).ToJsonString();
}
