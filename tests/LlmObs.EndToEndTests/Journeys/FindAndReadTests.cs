using LlmObs.EndToEndTests.Support;
using Microsoft.Playwright;

namespace LlmObs.EndToEndTests.Journeys;

/// <summary>A captured trace is sent, found by a Chinese word of its prompt, opened, and its SQL read.</summary>
public sealed class FindAndReadTests(StackFixture fixture)
{
    private const string TraceId = "6f61b9583d8761fbb0867fc4965b9636";

    [Fact]
    public async Task Finds_a_trace_by_a_Chinese_word_of_its_prompt_and_shows_its_SQL_highlighted()
    {
        await SendCapturedTraceAsync();
        var page = await fixture.Browser.OpenAsync();
        await page.GotoAsync($"{fixture.Stack.Web}search");

        // 资深 stands only in the system prompt of one model call, which came as a log record.
        await page.Locator("input[data-query]").FillAsync("资深数据分析师");
        await page.Keyboard.PressAsync("Enter");
        var result = page.Locator($"a[href*='/traces/{TraceId}']").First;
        await Assertions.Expect(result).ToBeVisibleAsync();
        await Accessibility.AssertAsync(page);
        await result.ClickAsync();

        await Assertions.Expect(page.Locator("h1")).ToContainTextAsync("上季度华东区销售额最高的 10 个门店");
        await Assertions.Expect(page.Locator(".cause")).ToContainTextAsync("no such column: o.gmv_amount");
        await page.Locator(".span-row", new() { HasText = "SELECT fact_order" }).First.ClickAsync();

        // Only when the panel of that step has come: the one before it has code, too.
        await Assertions.Expect(page.Locator("[data-panel] h2").First).ToContainTextAsync("SELECT fact_order");
        var sql = page.Locator("[data-panel] .code", new() { HasText = "SELECT s.store_name" });
        await Assertions.Expect(sql).ToBeVisibleAsync();
        Assert.True(await sql.Locator(".k").CountAsync() > 3, "no keyword of the SQL is highlighted");
        Assert.Contains("span=", page.Url, StringComparison.Ordinal);
        await Accessibility.AssertAsync(page);
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Goes_straight_to_a_trace_when_its_id_is_typed()
    {
        await SendCapturedTraceAsync();
        var page = await fixture.Browser.OpenAsync();

        await page.GotoAsync($"{fixture.Stack.Web}search?q={TraceId}");

        Assert.EndsWith($"/traces/{TraceId}", new Uri(page.Url).AbsolutePath, StringComparison.Ordinal);
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Reads_without_scripts()
    {
        await SendCapturedTraceAsync();
        var page = await fixture.Browser.OpenAsync(scripts: false);

        await page.GotoAsync($"{fixture.Stack.Web}search?q=gmv_amount");
        await page.Locator($"a[href*='/traces/{TraceId}']").First.ClickAsync();
        await page.Locator(".span-row", new() { HasText = "get_table_schema" }).First.ClickAsync();

        await Assertions.Expect(page.Locator("[data-panel]")).ToContainTextAsync("CREATE TABLE dim_store");
        await page.Context.CloseAsync();
    }

    private async Task SendCapturedTraceAsync()
    {
        using var client = new HttpClient { BaseAddress = fixture.Stack.Ingest };
        await OtlpSender.SendRunAsync(client, "otel-openai.http-json");
        using var api = fixture.Stack.Api();
        await Eventually.GetAsync(
            () => api.GetStringAsync($"/api/v1/spans?query={Uri.EscapeDataString("trace:" + TraceId + " and 资深数据分析师")}&from=1700000000"),
            answer => answer.Contains(TraceId, StringComparison.Ordinal),
            TimeSpan.FromSeconds(30),
            "the captured trace, with the content of its log records, being searchable"
        );
    }
}
