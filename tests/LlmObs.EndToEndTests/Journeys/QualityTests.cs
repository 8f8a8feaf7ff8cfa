using System.Net.Http.Json;
using System.Text.Json.Nodes;
using LlmObs.EndToEndTests.Support;
using Microsoft.Playwright;

namespace LlmObs.EndToEndTests.Journeys;

/// <summary>The loop: see that the rate is low, open the group that fails and its trace, file a case with the cause, label, see that the next release is better.</summary>
public sealed class QualityTests(StackFixture fixture)
{
    [Fact]
    public async Task From_a_low_rate_over_the_failing_trace_its_case_and_its_label_to_the_release_that_repaired_it()
    {
        var service = $"quality-{Guid.NewGuid():N}"[..20];
        await TellAsync(service, "1.0.0", requests: 40, failing: 24);
        await TellAsync(service, "2.0.0", requests: 40, failing: 2);
        var page = await fixture.Browser.OpenAsync();
        await NameAsync(page, "Lin Yue");
        await Eventually.GetAsync(
            async () =>
            {
                await page.GotoAsync($"{fixture.Stack.Web}quality?service={service}");
                return await page.Locator("main").InnerTextAsync();
            },
            text => text.Contains("54 of 80 statements ran", StringComparison.Ordinal),
            TimeSpan.FromSeconds(60),
            "The scores of both releases"
        );

        // From here on everything is a click. See that the rate is low, and since when it is not.
        await page.GotoAsync(fixture.Stack.Web.ToString());
        await OpenQualityAsync(page, service);
        await Assertions.Expect(page.Locator(".reading").First).ToContainTextAsync("67.5%");
        await Assertions.Expect(page.Locator("#breakdown tbody tr", new() { HasText = "1.0.0" }).First).ToContainTextAsync("40.0%");

        // Open the group that fails, and one of its traces.
        var group = page.Locator(".fail-list li").First;
        await Assertions.Expect(group).ToContainTextAsync("Unknown column");
        await group.GetByRole(AriaRole.Link, new() { Name = "All" }).ClickAsync();
        await Assertions.Expect(page.Locator("tbody tr")).ToHaveCountAsync(26);
        await Assertions.Expect(page.Locator(".page-head .num")).ToHaveTextAsync("26");
        await page.Locator("tbody tr", new() { HasText = "1.0.0" }).First.Locator("a.question").ClickAsync();
        await page.WaitForURLAsync("**/traces/*");
        var traceId = new Uri(page.Url).Segments[^1];

        // The score at the failing step leads to a case with its cause.
        await page.Locator("a[href*='span=0000000000000002']").First.ClickAsync();
        // The address follows once the step's panel has taken the place of the one before.
        await page.WaitForURLAsync("**span=0000000000000002**");
        await page.Locator("a.chip", new() { HasText = "sql_executable" }).First.ClickAsync();
        await page.Locator(".value-menu [data-open-value]").ClickAsync();
        await Assertions.Expect(page.Locator("h1")).ToHaveTextAsync("sql_executable");
        await Assertions.Expect(page.Locator("main")).ToContainTextAsync("character 8 paid FROM orders");
        await Accessibility.AssertAsync(page);
        await page.GetByRole(AriaRole.Link, new() { Name = "File a case" }).ClickAsync();
        await Assertions.Expect(page.Locator("[name=Note]")).ToHaveValueAsync("column paid does not exist");
        await page.Locator("[name=Category]").SelectOptionAsync("schema");
        await page.GetByRole(AriaRole.Button, new() { Name = "Open the case" }).ClickAsync();
        await Assertions.Expect(page.Locator(".case-path [aria-current]")).ToContainTextAsync("located");
        var opened = page.Url;

        // Its question was asked of the other release, too.
        await Assertions.Expect(page.Locator(".regression thead")).ToContainTextAsync("2.0.0");
        await Assertions.Expect(page.Locator(".regression tbody tr").First).ToContainTextAsync("Unknown column");
        await Accessibility.AssertAsync(page);
        await page.Locator("[name=release][required]").FillAsync("2.0.0");
        await page.GetByRole(AriaRole.Button, new() { Name = "Fixed in this release" }).ClickAsync();
        await Assertions.Expect(page.Locator(".case-path [aria-current]")).ToContainTextAsync("fixed");

        await LabelAsync(page, traceId, service);

        // Compare the releases: the difference is real, also on the questions that both were asked.
        await OpenQualityAsync(page, service);
        await Assertions.Expect(page.Locator(".finding")).ToContainTextAsync("Yes for SQL executable: 2.0.0 is");
        await Assertions.Expect(page.Locator(".finding")).ToContainTextAsync("On the 40 questions asked of both");
        await Assertions.Expect(page.Locator("#releases tbody tr").First).ToContainTextAsync("yes, better");
        await page.Locator("section", new() { HasText = "From failure to fix" })
            .GetByRole(AriaRole.Link, new() { Name = "Cases", Exact = true })
            .ClickAsync();
        await page.Locator($"a[href='{new Uri(opened).AbsolutePath}']").ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Works, cause was right" }).ClickAsync();
        await Assertions.Expect(page.Locator(".case-path [aria-current]")).ToContainTextAsync("verified");
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
        await Fit.AssertWidthAsync(page);
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

    /// <summary>Labels one request by keyboard, in a queue of its own.</summary>
    private async Task LabelAsync(IPage page, string traceId, string name)
    {
        using var api = fixture.Stack.Api();
        await Eventually.GetAsync(
            () => api.GetStringAsync($"/api/v1/spans?query={Uri.EscapeDataString("trace:" + traceId)}"),
            answer => answer.Contains(traceId, StringComparison.Ordinal),
            TimeSpan.FromSeconds(60),
            "the trace being searchable"
        );
        await TopbarAsync(page, "Labels");
        await page.GetByRole(AriaRole.Link, new() { Name = "New label set" }).ClickAsync();
        await page.Locator("[name='Form.Name']").FillAsync(name);
        await page.Locator("[name='Form.Question']").FillAsync("Is the answer right?");
        await page.Locator("[name='Form.Choices']").FillAsync("Correct\nDoes not run");
        await page.GetByRole(AriaRole.Button, new() { Name = "Make the label set" }).ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "New queue" }).ClickAsync();
        await page.Locator("[name='Form.Name']").FillAsync(name);
        await page.Locator("[name='Form.Set']").SelectOptionAsync(new SelectOptionValue { Label = $"{name} – Is the answer right?" });
        await page.Locator("[name='Form.Query']").FillAsync($"trace:{traceId}");
        await page.GetByRole(AriaRole.Button, new() { Name = "Make and fill the queue" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Start labelling" }).ClickAsync();
        await page.WaitForURLAsync("**/items/*");
        await page.Keyboard.PressAsync("2");
        await Assertions.Expect(page.Locator("input[name=Value]:checked")).ToHaveValueAsync("Does not run");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator(".items tbody tr .chip")).ToHaveTextAsync(["Does not run"]);
    }

    /// <summary>The quality page of one app, as people come to it.</summary>
    private static async Task OpenQualityAsync(IPage page, string service)
    {
        await TopbarAsync(page, "Quality");
        var breakdown = page.Locator("#breakdown");
        await breakdown.GetByRole(AriaRole.Link, new() { Name = "App", Exact = true }).ClickAsync();
        await breakdown.GetByRole(AriaRole.Link, new() { Name = service, Exact = true }).ClickAsync();
        await Assertions.Expect(page.Locator("main .chip", new() { HasText = service })).ToBeVisibleAsync();
        var byRelease = breakdown.GetByRole(AriaRole.Link, new() { Name = "Release", Exact = true });
        await byRelease.ClickAsync();
        await Assertions.Expect(byRelease).ToHaveAttributeAsync("aria-current", "true");
    }

    private static Task TopbarAsync(IPage page, string name) =>
        page.GetByRole(AriaRole.Banner).GetByRole(AriaRole.Link, new() { Name = name, Exact = true }).ClickAsync();

    private async Task NameAsync(IPage page, string name)
    {
        await page.GotoAsync($"{fixture.Stack.Web}name");
        await page.Locator("[name=name]").FillAsync(name);
        await page.Locator("main button").ClickAsync();
    }

    /// <summary>Sends requests of a release, each with one statement and the judgement of it.</summary>
    private async Task TellAsync(string service, string release, int requests, int failing)
    {
        using var api = fixture.Stack.Api();
        using var ingest = new HttpClient { BaseAddress = fixture.Stack.Ingest };
        for (var i = 0; i < requests; i++)
        {
            var traceId = OtlpSender.NewTraceId();
            var question = $"How much did store {i} sell?";
            var trace = OtlpSender.Trace(
                traceId,
                children: 1,
                (span, place) => span["attributes"] = place == 0 ? new JsonArray(OtlpSender.Attribute("input.value", question)) : new JsonArray()
            );
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
                    comment = isFailing ? "column paid does not exist" : null,
                    metadata = new
                    {
                        sql = "SELECT paid FROM orders",
                        dialect = "postgresql",
                        stage = isFailing ? "explain" : "run",
                        position = isFailing ? 8 : (int?)null,
                    },
                    source = "code",
                }
            );
            Assert.True(judged.IsSuccessStatusCode, await judged.Content.ReadAsStringAsync());
        }
    }
}
