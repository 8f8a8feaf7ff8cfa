using System.Text.Json.Nodes;
using LlmObs.EndToEndTests.Support;
using Microsoft.Playwright;

namespace LlmObs.EndToEndTests.Journeys;

/// <summary>People narrow what they see: to a value, to a stretch of time, to what was found.</summary>
public sealed class NarrowingTests(StackFixture fixture)
{
    private const int Steps = 150;
    private const string Tenant = "acme/north east";

    [Fact]
    public async Task A_value_on_a_trace_leads_to_what_has_it_and_to_what_has_not()
    {
        var trace = await SendAsync();
        var page = await fixture.Browser.OpenAsync();
        await page.Context.GrantPermissionsAsync(["clipboard-read", "clipboard-write"]);

        await page.GotoAsync($"{fixture.Stack.Web}traces/{trace}?tab=attributes&span={SpanId(7)}");
        var menu = page.Locator(".value-menu");
        var value = page.Locator("[data-panel] .attrs a.field-value", new() { HasText = Tenant });
        await value.ClickAsync();
        await Assertions.Expect(menu).ToContainTextAsync($"attribute.tenant: {Tenant}");
        await Accessibility.AssertAsync(page);
        await menu.GetByText("Copy").ClickAsync();
        await page.WaitForFunctionAsync($"async () => await navigator.clipboard.readText() === '{Tenant}'");

        await value.ClickAsync();
        await menu.GetByText("Only this value").ClickAsync();
        await Assertions.Expect(page.Locator("[data-query]")).ToHaveValueAsync($"attribute.tenant: \"{Tenant}\"");
        await Assertions.Expect(page.Locator($"[data-row='{trace}']")).ToHaveCountAsync(1);

        await page.GotoAsync($"{fixture.Stack.Web}traces/{trace}?tab=attributes&span={SpanId(7)}");
        await value.ClickAsync();
        await menu.GetByText("Group by this field").ClickAsync();
        await Assertions.Expect(page.Locator(".groups td a", new() { HasText = Tenant })).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator(".results-bar h2")).ToContainTextAsync("attribute.tenant");

        await page.GotoAsync($"{fixture.Stack.Web}traces/{trace}");
        await page.Locator(".trace-head a.field-value", new() { HasText = "made-by-test" }).ClickAsync();
        await menu.GetByText("Leave it out").ClickAsync();
        await Assertions.Expect(page.Locator("[data-query]")).ToHaveValueAsync("not service: made-by-test");
        await page.Context.CloseAsync();
    }

    [Theory]
    [InlineData("search/rows?")]
    [InlineData("search/facet?field=model&")]
    [InlineData("search/export?format=csv&")]
    public async Task A_part_of_the_page_says_why_it_cannot_read_a_line(string part)
    {
        var page = await fixture.Browser.OpenAsync();

        var answer = await page.APIRequest.GetAsync($"{fixture.Stack.Web}{part}q={Uri.EscapeDataString("status: (")}");

        Assert.Equal((400, "A value is missing after status."), (answer.Status, await answer.TextAsync()));
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Dragging_over_the_chart_narrows_the_search_to_that_time()
    {
        var trace = await SendAsync();
        var page = await fixture.Browser.OpenAsync();
        await page.GotoAsync($"{fixture.Stack.Web}?range=1h&q=trace: {trace}&view=spans");
        var chart = (await page.Locator("[data-zoom]").BoundingBoxAsync())!;

        // The spans are the newest there are: they stand at the right end.
        await DragAsync(page, chart, 0.1f, 0.5f);
        await page.WaitForURLAsync(url => url.Contains("from=", StringComparison.Ordinal) && url.Contains("to=", StringComparison.Ordinal));
        await Assertions.Expect(page.Locator("[data-row]")).ToHaveCountAsync(0);

        await page.GoBackAsync();
        await DragAsync(page, chart, 0.5f, 1f);
        await page.WaitForURLAsync(url => url.Contains("from=", StringComparison.Ordinal));
        await Assertions.Expect(page.Locator("[data-row]")).Not.ToHaveCountAsync(0);
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task A_long_tree_is_narrowed_to_what_was_found_and_to_a_stretch_of_its_time()
    {
        var trace = await SendAsync();
        var page = await fixture.Browser.OpenAsync();
        var rows = page.Locator(".span-row:visible");
        await page.GotoAsync($"{fixture.Stack.Web}traces/{trace}");
        await Assertions.Expect(rows).ToHaveCountAsync(Steps + 1);

        // Two steps hold the word in what they were told; the root is above them.
        await page.Keyboard.PressAsync("/");
        await page.Keyboard.TypeAsync("退款政策");
        await page.Keyboard.PressAsync("Enter");
        await page.Locator("[data-only]").ClickAsync();
        await Assertions.Expect(rows).ToHaveCountAsync(3);
        await Accessibility.AssertAsync(page);
        await page.ReloadAsync();
        await Assertions.Expect(rows).ToHaveCountAsync(3);
        await page.Locator("[data-only]").ClickAsync();
        await Assertions.Expect(rows).ToHaveCountAsync(Steps + 1);

        var map = (await page.Locator(".over svg").BoundingBoxAsync())!;
        await DragAsync(page, map, 0.5f, 0.75f);
        await page.WaitForURLAsync(url => url.Contains("time=", StringComparison.Ordinal));
        await Assertions.Expect(page.Locator($"[data-i='1'] .wf rect")).ToHaveCountAsync(0);
        await Assertions.Expect(page.Locator($"[data-i='{Steps * 5 / 8}'] .wf .bar")).ToHaveCountAsync(1);
        await page.GetByText("Whole time").ClickAsync();
        await Assertions.Expect(page.Locator($"[data-i='1'] .wf .bar")).ToHaveCountAsync(1);
        await page.Context.CloseAsync();
    }

    [Theory]
    [InlineData("timeline")]
    [InlineData("log")]
    public async Task Keys_walk_through_failures_and_finds_in_every_view(string view)
    {
        var trace = await SendAsync();
        var page = await fixture.Browser.OpenAsync();
        await page.GotoAsync($"{fixture.Stack.Web}traces/{trace}?show={view}&find=退款政策&span={SpanId(1)}");
        var panel = page.Locator("[data-panel]");

        foreach (var (key, step) in ((string, int)[])[("n", 20), ("n", 90), ("N", 20), ("e", 40), ("e", 120), ("E", 40), ("j", 41), ("k", 40)])
        {
            await page.Locator("body").PressAsync(key);
            await Assertions.Expect(panel).ToHaveAttributeAsync("data-span", SpanId(step));
        }

        await page.Context.CloseAsync();
    }

    private static async Task DragAsync(IPage page, LocatorBoundingBoxResult box, float from, float to)
    {
        var y = box.Y + box.Height / 2;
        await page.Mouse.MoveAsync(box.X + from * box.Width, y);
        await page.Mouse.DownAsync();
        await page.Mouse.MoveAsync(box.X + (from + to) / 2 * box.Width, y);
        await page.Mouse.MoveAsync(box.X + to * box.Width, y);
        await page.Mouse.UpAsync();
    }

    private static string SpanId(int step) => (step + 1).ToString("x16", System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Steps one after another: the 20th and the 90th were told of a policy, the 40th and the 120th failed, the 7th has a tenant.</summary>
    private async Task<string> SendAsync()
    {
        var trace = OtlpSender.NewTraceId();
        var start = TimeProvider.System.GetUtcNow().AddMinutes(-1).ToUnixTimeMilliseconds() * 1_000_000L;
        await MadeCall.SendAsync(
            fixture.Stack.Ingest,
            OtlpSender.Trace(
                trace,
                Steps,
                (span, i) =>
                {
                    span["startTimeUnixNano"] = $"{start + i * 100_000_000L}";
                    span["endTimeUnixNano"] = $"{start + (i == 0 ? Steps + 1 : i + 1) * 100_000_000L}";
                    span["attributes"] = i switch
                    {
                        7 => new JsonArray(OtlpSender.Attribute("tenant", Tenant)),
                        20 or 90 => new JsonArray(OtlpSender.Attribute("input.value", "请说明退款政策")),
                        _ => [],
                    };
                    if (i is 40 or 120)
                    {
                        span["status"] = new JsonObject { ["code"] = 2, ["message"] = "timeout" };
                    }
                }
            )
        );
        using var api = fixture.Stack.Api();
        await Eventually.GetAsync(
            () => api.GetStringAsync($"/api/v1/spans?query={Uri.EscapeDataString($"trace: {trace} and name: \"step {Steps}\"")}"),
            answer => answer.Contains(trace, StringComparison.Ordinal),
            TimeSpan.FromSeconds(30),
            "the trace being searchable"
        );
        return trace;
    }
}
