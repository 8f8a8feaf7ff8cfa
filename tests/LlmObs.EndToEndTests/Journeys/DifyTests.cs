using LlmObs.EndToEndTests.Support;
using Microsoft.Playwright;

namespace LlmObs.EndToEndTests.Journeys;

/// <summary>A run of Dify's that went wrong three workflows deep, from two words of its question to the prompt.</summary>
public sealed class DifyTests
{
    private const string Trace = "34dfd498670b463592d72869620be5ba";

    [Fact]
    public async Task Finds_a_run_by_Chinese_words_of_its_inputs_and_reads_the_prompt_of_the_round_that_failed()
    {
        await using var dify = await DifyDatabase.StartAsync();
        await using var stack = await Stack.StartAsync(
            null,
            null,
            new Dictionary<string, string>
            {
                ["Dify__Reader__ConnectionString"] = dify.ConnectionString,
                ["Dify__Reader__HistoryDays"] = "400",
                ["Dify__Reader__PollSeconds"] = "1",
                ["Dify__Reader__QueriesPerMinute"] = "60000",
            }
        );
        await using var browser = await Browser.StartAsync(stack.LoginLink);
        var page = await browser.OpenAsync();
        await Eventually.GetAsync(
            async () =>
            {
                await page.GotoAsync($"{stack.Web}search?q={Uri.EscapeDataString("华南大区 and 5个商品")}");
                var rows = await page.Locator("tr[data-row]").EvaluateAllAsync<string[]>("rows => rows.map(row => row.dataset.row)");
                await page.GotoAsync($"{stack.Web}requests/{Trace}");
                return (rows, Head: await page.Locator("main").InnerTextAsync());
            },
            seen => seen.rows.Contains(Trace) && seen.Head.Contains("in 7 traces", StringComparison.Ordinal),
            TimeSpan.FromSeconds(90),
            "the run being read, joined and searchable"
        );

        // All runs that the question took stand in one row.
        await page.GotoAsync($"{stack.Web}search?q={Uri.EscapeDataString("华南大区 and 5个商品")}");
        await page.Locator($"tr[data-row='{Trace}'] a[data-open]").ClickAsync();

        // The loop of the diagnosis gave up; its rounds stand below it.
        await Assertions.Expect(page.Locator(".trace-head")).ToContainTextAsync("in 7 traces");
        await Assertions.Expect(page.Locator(".cause")).ToContainTextAsync("SQL 在 3 轮诊断后仍无法执行");
        var tree = page.Locator("[role=treegrid], [role=tree]").First;
        foreach (var step in (string[])["Text2SQL Copilot", "SQL 诊断", "诊断循环", "loop[0]", "loop[2]"])
        {
            await Assertions.Expect(tree).ToContainTextAsync(step);
        }

        await page.Locator(".span-row", new() { HasText = "分析报错" }).Last.ClickAsync();
        var panel = page.Locator("[data-panel]");
        await Assertions.Expect(panel).ToContainTextAsync("分析报错");
        await Assertions.Expect(panel).ToContainTextAsync("诊断任务");
        Assert.DoesNotContain(@"\u", await panel.InnerTextAsync(), StringComparison.Ordinal);
        await Accessibility.AssertAsync(page);
        await page.Context.CloseAsync();
    }
}
