using System.Text.Json.Nodes;
using LlmObs.EndToEndTests.Support;
using Microsoft.Playwright;

namespace LlmObs.EndToEndTests.Journeys;

/// <summary>A request of two traces with workflows four levels deep: the failing SQL is located and its prompt copied; two releases are compared.</summary>
public sealed class RequestTests(StackFixture fixture)
{
    private const string Question = "上季度华东区退款率最高的门店是哪些";

    [Fact]
    public async Task Locates_the_failing_SQL_inside_a_workflow_four_levels_deep_and_copies_its_prompt()
    {
        var request = "req-" + OtlpSender.NewTraceId()[..12];
        var outer = await SendAsync(request, release: "1.0");
        var inner = await SendNestedAsync(outer);
        var page = await fixture.Browser.OpenAsync();
        await page.Context.GrantPermissionsAsync(["clipboard-read", "clipboard-write"]);

        await page.GotoAsync($"{fixture.Stack.Web}requests/{request}");

        // Both traces are one tree, and what failed first is open beside it.
        await Assertions.Expect(page.Locator(".cause")).ToContainTextAsync("no such column: o.gmv_amount");
        await Assertions.Expect(page.Locator(".trace-head")).ToContainTextAsync("in 2 traces");
        var failed = page.Locator(".span-row[aria-selected=true]");
        await Assertions.Expect(failed).ToContainTextAsync("SELECT fact_order");
        await Assertions.Expect(failed).ToHaveAttributeAsync("aria-level", "6");
        await Accessibility.AssertAsync(page);

        // Its caller, one to the left of it, wrote the SQL: the words of the prompt lead there as well.
        await page.Keyboard.PressAsync("/");
        await page.Keyboard.TypeAsync("资深数据分析师");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(failed).ToContainTextAsync("generate sql");
        await Assertions.Expect(page.Locator("[data-panel]")).ToContainTextAsync("资深数据分析师");
        await page.Locator("[data-panel] .msg.user").GetByLabel("Copy value").ClickAsync();
        await page.WaitForFunctionAsync("async () => (await navigator.clipboard.readText()).includes('资深数据分析师')");

        // A link to it shows a colleague the same.
        await page.ReloadAsync();
        await Assertions.Expect(failed).ToContainTextAsync("generate sql");
        foreach (var view in (string[])["timeline", "transcript", "graph", "log"])
        {
            await page.Locator($"[data-view={view}]").ClickAsync();
            await Assertions.Expect(page.Locator(".view-body")).ToContainTextAsync("generate sql");
            await Accessibility.AssertAsync(page);
        }

        // The part knows the whole.
        await page.GotoAsync($"{fixture.Stack.Web}traces/{inner}");
        await page.Locator($"a[href*='/requests/']").First.ClickAsync();
        await Assertions.Expect(page.Locator(".trace-head")).ToContainTextAsync("in 2 traces");
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Compares_a_question_before_and_after_a_release()
    {
        var before = await SendAsync("req-before", release: "1.0");
        var after = await SendAsync("req-after", release: "2.0", prompt: "你是谨慎的数据分析师。只用给出的字段。");
        using var api = fixture.Stack.Api();
        await Eventually.GetAsync(
            () => api.GetStringAsync($"/api/v1/spans?query={Uri.EscapeDataString("trace:" + after)}"),
            answer => answer.Contains(after, StringComparison.Ordinal),
            TimeSpan.FromSeconds(30),
            "the second trace being searchable"
        );
        var page = await fixture.Browser.OpenAsync();

        await page.GotoAsync($"{fixture.Stack.Web}traces/{before}");
        await page.Locator(".trace-head a[href*='/compare']").ClickAsync();
        await page.Locator($"a[href*='{after}']").First.ClickAsync();

        await Assertions.Expect(page.Locator("#steps")).ToBeVisibleAsync();
        await page.Locator("tr", new() { HasText = "generate sql" }).Locator("th a").ClickAsync();
        await Assertions.Expect(page.Locator("#values ins").First).ToContainTextAsync("谨慎");
        await Assertions.Expect(page.Locator("#values del").First).ToContainTextAsync("资深");
        await Accessibility.AssertAsync(page);
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Compares_whole_requests_with_all_their_traces()
    {
        var (before, after) = ("req-" + OtlpSender.NewTraceId()[..12], "req-" + OtlpSender.NewTraceId()[..12]);
        await SendNestedAsync(await SendAsync(before, release: "1.0"));
        await SendNestedAsync(await SendAsync(after, release: "2.0"));
        var page = await fixture.Browser.OpenAsync();

        // The ids of requests are enough; a step of the inner trace stands among the others and opens.
        await page.GotoAsync($"{fixture.Stack.Web}compare?left={before}&right={after}");
        var inner = page.Locator("tr", new() { HasText = "SELECT fact_order" });
        await inner.Locator("th a").ClickAsync();
        await Assertions.Expect(inner).ToHaveAttributeAsync("aria-current", "true");
        await Assertions.Expect(page.Locator("#values")).ToContainTextAsync("SELECT");
        await page.GetByText("Only these two traces").ClickAsync();
        await Assertions.Expect(inner).ToHaveCountAsync(0);
        await page.Context.CloseAsync();
    }

    /// <summary>A trace: copilot → answer → attempt → generate sql, in this release.</summary>
    private async Task<string> SendAsync(string request, string release, string prompt = "你是资深数据分析师。只用给出的字段。")
    {
        var trace = OtlpSender.NewTraceId();
        string[] names = ["copilot", "answer", "attempt", "generate sql"];
        await PostAsync(
            OtlpSender.Trace(
                trace,
                names.Length - 1,
                (span, i) =>
                {
                    span["name"] = names[i];
                    span["spanId"] = SpanId(trace, i);
                    span["parentSpanId"] = i == 0 ? "" : SpanId(trace, i - 1);
                    span["attributes"] = i switch
                    {
                        0 =>
                        [
                            OtlpSender.Attribute("request.id", request),
                            OtlpSender.Attribute("langfuse.release", release),
                            OtlpSender.Attribute("input.value", Question),
                        ],
                        3 =>
                        [
                            OtlpSender.Attribute("gen_ai.operation.name", "chat"),
                            OtlpSender.Attribute("gen_ai.request.model", "qwen-max"),
                            OtlpSender.Attribute("gen_ai.input.messages", Said("user", prompt)),
                            OtlpSender.Attribute("gen_ai.output.messages", Said("assistant", $"SELECT o.gmv_amount FROM fact_order -- {release}")),
                        ],
                        _ => new JsonArray(),
                    };
                }
            )
        );
        return trace;
    }

    /// <summary>A trace of its own that a link hangs under "generate sql": execute → SELECT fact_order, which fails.</summary>
    private async Task<string> SendNestedAsync(string outer)
    {
        var trace = OtlpSender.NewTraceId();
        await PostAsync(
            OtlpSender.Trace(
                trace,
                1,
                (span, i) =>
                {
                    span["name"] = i == 0 ? "execute" : "SELECT fact_order";
                    span["spanId"] = SpanId(trace, i);
                    span["parentSpanId"] = i == 0 ? "" : SpanId(trace, 0);
                    if (i == 0)
                    {
                        span["links"] = new JsonArray(new JsonObject { ["traceId"] = outer, ["spanId"] = SpanId(outer, 3) });
                    }
                    else
                    {
                        span["attributes"] = new JsonArray(
                            OtlpSender.Attribute("db.system", "sqlite"),
                            OtlpSender.Attribute("db.statement", "SELECT o.gmv_amount FROM fact_order")
                        );
                        span["status"] = new JsonObject { ["code"] = 2, ["message"] = "no such column: o.gmv_amount" };
                    }
                }
            )
        );
        return trace;
    }

    private static string SpanId(string trace, int i) => trace[..14] + i.ToString("x2", System.Globalization.CultureInfo.InvariantCulture);

    private static string Said(string role, string text) =>
        new JsonArray(
            new JsonObject { ["role"] = role, ["parts"] = new JsonArray(new JsonObject { ["type"] = "text", ["content"] = text }) }
        ).ToJsonString();

    private async Task PostAsync(JsonObject trace)
    {
        using var client = new HttpClient { BaseAddress = fixture.Stack.Ingest };
        using var response = await OtlpSender.PostAsync(client, trace);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
    }
}
