using LlmObs.EndToEndTests.Support;
using Microsoft.Playwright;

namespace LlmObs.EndToEndTests.Journeys;

/// <summary>Three answers are labelled by keyboard, and a case is filed from a trace with its cause.</summary>
public sealed class LabelAndCaseTests(StackFixture fixture)
{
    private const string FailedTrace = "6f61b9583d8761fbb0867fc4965b9636";

    private static readonly (string Run, string TraceId)[] Runs =
    [
        ("otel-openai.http-json", FailedTrace),
        ("traceloop-0.14.http-json", "a2c89225b248ca682083ce60e45c66ed"),
        ("vercel-ai-v6.http-json", "58b3b69d38f1379a85c1ddcbb170bc18"),
    ];

    [Fact]
    public async Task Three_items_are_labelled_by_keyboard_alone()
    {
        await SendTracesAsync();
        var page = await fixture.Browser.OpenAsync();
        await NameAsync(page, "Lin Yue");
        var set = $"correct-{Guid.NewGuid():N}"[..20];
        await page.GotoAsync($"{fixture.Stack.Web}labels/sets/new");
        await page.Locator("[name='Form.Name']").FillAsync(set);
        await page.Locator("[name='Form.Question']").FillAsync("Is the answer right?");
        await page.Locator("[name='Form.Choices']").FillAsync("Correct | runs, and answers\nWrong data\nDoes not run");
        await page.GetByRole(AriaRole.Button, new() { Name = "Make the label set" }).ClickAsync();

        await page.GotoAsync($"{fixture.Stack.Web}labels/queues/new");
        await Accessibility.AssertAsync(page);
        await page.Locator("[name='Form.Name']").FillAsync(set);
        await page.Locator("[name='Form.Set']").SelectOptionAsync(new SelectOptionValue { Label = $"{set} – Is the answer right?" });
        await page.Locator("[name='Form.Limit']").FillAsync("3");
        await page.Locator("[name='Form.Range']").SelectOptionAsync("30d");
        await page.GetByRole(AriaRole.Button, new() { Name = "Make and fill the queue" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Start labelling" }).ClickAsync();
        await page.WaitForURLAsync("**/items/*");
        foreach (var (key, value) in new[] { ("1", "Correct"), ("3", "Does not run"), ("2", "Wrong data") })
        {
            var item = page.Url;
            await page.Keyboard.PressAsync(key);
            await Assertions.Expect(page.Locator("input[name=Value]:checked")).ToHaveValueAsync(value);
            await Accessibility.AssertAsync(page);
            await page.Keyboard.PressAsync("Enter");
            await page.WaitForURLAsync(url => url != item);
        }

        await Assertions.Expect(page.Locator("h1")).ToHaveTextAsync(set);
        await Assertions.Expect(page.Locator(".items tbody tr .chip")).ToHaveTextAsync(["Correct", "Does not run", "Wrong data"]);
        using var api = fixture.Stack.Api();
        var scores = await api.GetStringAsync($"/api/v1/scores?name={set}");
        Assert.Equal(3, scores.Split("\"source\":\"human\"").Length - 1);
        await Accessibility.AssertAsync(page);
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task A_case_is_filed_from_a_trace_with_its_cause_and_walks_to_its_proof()
    {
        await SendTracesAsync();
        var page = await fixture.Browser.OpenAsync();
        await NameAsync(page, "Lin Yue");
        await page.GotoAsync($"{fixture.Stack.Web}traces/{FailedTrace}");
        await page.GetByText("File a case").ClickAsync();
        await Accessibility.AssertAsync(page);
        await page.Locator(".act-panel [name=Category]").SelectOptionAsync("schema");
        await page.Locator(".act-panel [name=Note]").FillAsync("The column was renamed.");
        await page.GetByRole(AriaRole.Button, new() { Name = "Open the case" }).ClickAsync();

        await Assertions.Expect(page.Locator(".case-path [aria-current]")).ToContainTextAsync("located");
        await Assertions.Expect(page.Locator(".note-text").First).ToHaveTextAsync("The column was renamed.");
        await page.Locator("input[name=release]").FillAsync("1.1.0");
        await page.GetByRole(AriaRole.Button, new() { Name = "Fixed in this release" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Works, cause was right" }).ClickAsync();
        await Assertions.Expect(page.Locator(".case-path [aria-current]")).ToContainTextAsync("verified");
        await Assertions.Expect(page.Locator(".history")).ToContainTextAsync("confirmed the cause");
        await Accessibility.AssertAsync(page);
        await page.Context.CloseAsync();
    }

    private async Task NameAsync(IPage page, string name)
    {
        await page.GotoAsync($"{fixture.Stack.Web}name");
        await page.Locator("[name=name]").FillAsync(name);
        await page.Locator("main button").ClickAsync();
    }

    private async Task SendTracesAsync()
    {
        using var client = new HttpClient { BaseAddress = fixture.Stack.Ingest };
        using var api = fixture.Stack.Api();
        foreach (var (run, traceId) in Runs)
        {
            await OtlpSender.SendRunAsync(client, run);
            await Eventually.GetAsync(
                () => api.GetStringAsync($"/api/v1/spans?query={Uri.EscapeDataString("trace:" + traceId)}&from=1700000000"),
                answer => answer.Contains(traceId, StringComparison.Ordinal),
                TimeSpan.FromSeconds(60),
                $"the trace of {run} being searchable"
            );
        }
    }
}
