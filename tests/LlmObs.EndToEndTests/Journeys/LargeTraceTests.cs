using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using LlmObs.EndToEndTests.Support;
using Microsoft.Playwright;

namespace LlmObs.EndToEndTests.Journeys;

/// <summary>Sizes that freeze a careless page.</summary>
public sealed class LargeTraceTests(StackFixture fixture)
{
    // Far above what a working page takes and far below a frozen one: a guard, not a measurement (docs/benchmarks.md has those).
    private const int FrozenMs = 15_000;

    [Fact]
    public async Task Opens_a_trace_of_5000_spans_and_answers_a_click()
    {
        var traceId = OtlpSender.NewTraceId();
        await SendAsync(OtlpSender.Trace(traceId, 4999));

        var page = await OpenAsync(traceId);

        await page.Locator(".span-row").Nth(3).ClickAsync();
        await Assertions.Expect(page.Locator("[data-panel]")).ToContainTextAsync("step 3");

        // The rows in the middle are not on the page until somebody goes there.
        Assert.InRange(await page.Locator(".span-row").CountAsync(), 100, 1000);
        await page.Locator(".rows.waiting").First.ScrollIntoViewIfNeededAsync();
        await Assertions.Expect(page.Locator(".span-row[data-i='150']")).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("End");
        await Assertions.Expect(page.Locator(".span-row[aria-selected=true]")).ToHaveAttributeAsync("data-i", "4999");
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Opens_a_prompt_of_5_MB_and_says_how_much_is_shown()
    {
        var traceId = OtlpSender.NewTraceId();
        var prompt = new StringBuilder("# 提示词\n\n");
        while (prompt.Length < 5_000_000)
        {
            prompt.Append("- 只能使用下方可用表中的表和字段，不允许臆造字段。Only use the listed tables. ").Append(prompt.Length).Append('\n');
        }

        await SendAsync(
            OtlpSender.Trace(
                traceId,
                0,
                (span, _) =>
                    span["attributes"] = new JsonArray(
                        OtlpSender.Attribute("gen_ai.operation.name", "chat"),
                        OtlpSender.Attribute("gen_ai.request.model", "qwen-max"),
                        OtlpSender.Attribute(
                            "gen_ai.input.messages",
                            new JsonArray(
                                new JsonObject
                                {
                                    ["role"] = "user",
                                    ["parts"] = new JsonArray(new JsonObject { ["type"] = "text", ["content"] = prompt.ToString() }),
                                }
                            ).ToJsonString()
                        )
                    )
            )
        );

        var page = await OpenAsync(traceId);

        await Assertions.Expect(page.Locator("[data-panel]")).ToContainTextAsync("提示词");
        await Assertions.Expect(page.Locator("[data-panel] .gate").First).ToBeVisibleAsync();
        await page.Context.CloseAsync();
    }

    private async Task SendAsync(JsonObject trace)
    {
        using var client = new HttpClient { BaseAddress = fixture.Stack.Ingest };
        using var response = await OtlpSender.PostAsync(client, trace);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
    }

    private async Task<IPage> OpenAsync(string traceId)
    {
        var page = await fixture.Browser.OpenAsync();
        var clock = Stopwatch.StartNew();
        await page.GotoAsync($"{fixture.Stack.Web}traces/{traceId}");
        await page.EvaluateAsync("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))");
        Assert.True(clock.ElapsedMilliseconds < FrozenMs, $"the page took {clock.ElapsedMilliseconds} ms");
        return page;
    }
}
