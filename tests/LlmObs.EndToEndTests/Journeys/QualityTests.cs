using System.Net.Http.Json;
using System.Text.Json.Nodes;
using LlmObs.EndToEndTests.Support;
using Microsoft.Playwright;

namespace LlmObs.EndToEndTests.Journeys;

/// <summary>The loop: see that the rate is low, open the group that fails, open its trace, see that the next release is better.</summary>
public sealed class QualityTests(StackFixture fixture)
{
    [Fact]
    public async Task From_a_low_rate_to_the_failing_trace_and_back_to_the_release_that_repaired_it()
    {
        await TellAsync("quality-journey", "1.0.0", requests: 40, failing: 24);
        await TellAsync("quality-journey", "2.0.0", requests: 40, failing: 2);
        var page = await fixture.Browser.OpenAsync();
        var address = $"{fixture.Stack.Web}quality?service=quality-journey";
        await Eventually.GetAsync(
            async () =>
            {
                await page.GotoAsync(address);
                return await page.Locator("main").InnerTextAsync();
            },
            text => text.Contains("54 of 80 statements ran", StringComparison.Ordinal),
            TimeSpan.FromSeconds(60),
            "The scores of both releases"
        );
        await Assertions.Expect(page.Locator(".reading").First).ToContainTextAsync("67.5%");

        var finding = page.Locator(".finding");
        await Assertions.Expect(finding).ToContainTextAsync("Yes for SQL executable: 2.0.0 is");
        await Assertions.Expect(page.Locator("#releases tbody tr").First).ToContainTextAsync("yes, better");

        var group = page.Locator(".fail-list li").First;
        await Assertions.Expect(group).ToContainTextAsync("Unknown column");
        await group.GetByRole(AriaRole.Link, new() { Name = "All" }).ClickAsync();
        await Assertions.Expect(page.Locator("tbody tr")).ToHaveCountAsync(26);

        await page.Locator("tbody a.question").First.ClickAsync();
        await page.WaitForURLAsync("**/traces/*");
        await Assertions.Expect(page.Locator("main")).ToContainTextAsync("workflow");
        await page.Context.CloseAsync();
    }

    [Theory]
    [InlineData("quality", 1440, ColorScheme.Light, "en-US")]
    [InlineData("quality?by=release&measure=satisfaction", 390, ColorScheme.Dark, "zh-CN")]
    [InlineData("quality/requests?part=SqlFailed", 390, ColorScheme.Light, "zh-CN")]
    [InlineData("quality/definitions", 390, ColorScheme.Light, "en-US")]
    [InlineData("quality/report", 1440, ColorScheme.Dark, "zh-CN")]
    public async Task Fits_and_is_accessible(string path, int width, ColorScheme scheme, string locale)
    {
        await TellAsync("quality-looks", "1.0.0", requests: 2, failing: 1);
        var page = await fixture.Browser.OpenAsync(width, scheme: scheme, locale: locale);
        await page.GotoAsync(fixture.Stack.Web + path);
        await Accessibility.AssertAsync(page);
        Assert.False(await page.EvaluateAsync<bool>("document.documentElement.scrollWidth > innerWidth"), $"{page.Url} is wider than the window.");
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task The_numbers_can_be_taken_along_as_csv()
    {
        var page = await fixture.Browser.OpenAsync();
        var response = await page.APIRequest.GetAsync($"{fixture.Stack.Web}quality?handler=csv&by=release");

        Assert.Equal("text/csv; charset=utf-8", response.Headers["content-type"]);
        Assert.StartsWith("\ufeffrelease,requests,sql_executable,sql_executable_low", await response.TextAsync(), StringComparison.Ordinal);
        await page.Context.CloseAsync();
    }

    /// <summary>Sends requests of a release, each with one statement and the judgement of it.</summary>
    private async Task TellAsync(string service, string release, int requests, int failing)
    {
        using var api = fixture.Stack.Api();
        using var ingest = new HttpClient { BaseAddress = fixture.Stack.Ingest };
        for (var i = 0; i < requests; i++)
        {
            var traceId = OtlpSender.NewTraceId();
            var trace = OtlpSender.Trace(traceId, children: 1);
            trace["resourceSpans"]![0]!["resource"]!["attributes"] = new JsonArray(
                OtlpSender.Attribute("service.name", service),
                OtlpSender.Attribute("service.version", release)
            );
            using var sent = await OtlpSender.PostAsync(ingest, trace);
            Assert.True(sent.IsSuccessStatusCode);

            var isFailing = i < failing;
            using var judged = await api.PostAsJsonAsync(
                "/api/v1/scores",
                new
                {
                    id = $"journey:{traceId}",
                    traceId,
                    spanId = "0000000000000002",
                    name = "sql_executable",
                    value = !isFailing,
                    label = isFailing ? "unknown_column" : "ok",
                    source = "code",
                }
            );
            Assert.True(judged.IsSuccessStatusCode, await judged.Content.ReadAsStringAsync());
        }
    }
}
