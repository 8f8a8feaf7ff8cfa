using LlmObs.EndToEndTests.Support;
using Microsoft.Playwright;

namespace LlmObs.EndToEndTests.Journeys;

/// <summary>An operator sets what a model costs, and tries what would be masked.</summary>
public sealed class PricesAndRedactionTests(StackFixture fixture)
{
    [Fact]
    public async Task Adds_edits_and_removes_a_price()
    {
        var model = $"journey-{Guid.NewGuid():N}";
        var page = await fixture.Browser.OpenAsync();
        await page.GotoAsync($"{fixture.Stack.Web}prices");
        await SaveAsync(page, model, "1.5");
        var row = page.Locator("#edit tbody tr", new() { HasText = model });
        await Assertions.Expect(row).ToContainTextAsync("1.5");

        await row.GetByRole(AriaRole.Link, new() { Name = "Edit" }).ClickAsync();
        await Assertions.Expect(page.Locator("[name='Form.Pattern']")).ToHaveValueAsync(model);
        await SaveAsync(page, model, "2.25");
        await Assertions.Expect(row).ToHaveCountAsync(1);
        await Assertions.Expect(row).ToContainTextAsync("2.25");

        await row.GetByRole(AriaRole.Button, new() { Name = "Remove" }).ClickAsync();
        await Assertions.Expect(row).ToHaveCountAsync(0);
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Has_the_costs_of_stored_calls_worked_out_anew()
    {
        var page = await fixture.Browser.OpenAsync();
        await page.GotoAsync($"{fixture.Stack.Web}prices");
        await page.GetByRole(AriaRole.Button, new() { Name = "Work out anew" }).ClickAsync();

        await Assertions.Expect(page.Locator("#stored tbody tr").First).ToBeVisibleAsync();
        await Eventually.GetAsync(
            async () =>
            {
                await page.ReloadAsync();
                return await page.Locator("#stored tbody tr").First.InnerTextAsync();
            },
            row => row.Contains("finished", StringComparison.Ordinal),
            TimeSpan.FromSeconds(60),
            "working out costs anew"
        );
        await Accessibility.AssertAsync(page);
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task A_session_of_one_projects_key_sees_prices_and_cannot_change_them()
    {
        await using var reader = await Browser.StartAsync($"{fixture.Stack.Web}login?token={fixture.Stack.ApiKey}");
        var page = await reader.OpenAsync();
        await page.GotoAsync($"{fixture.Stack.Web}prices");

        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Configured and built in" })).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("[name='Form.Pattern']")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Tries_an_expression_of_ones_own_on_pasted_text()
    {
        var page = await fixture.Browser.OpenAsync();
        await page.GotoAsync($"{fixture.Stack.Web}redaction");
        await page.Locator("[name=Pattern]").FillAsync("ORDER-[0-9]+");
        await page.Locator("[name=Sample]").FillAsync("lin@shop.example asks for ORDER-4711");
        await page.GetByRole(AriaRole.Button, new() { Name = "Try on this text" }).ClickAsync();

        var result = page.Locator("main pre");
        await Assertions.Expect(result).ToContainTextAsync("[email] asks for");
        await Assertions.Expect(result).Not.ToContainTextAsync("4711");
        await Assertions.Expect(page.GetByRole(AriaRole.Status)).ToContainTextAsync("email × 1");
        await page.Context.CloseAsync();
    }

    // They make it of the address they send to, which is Ingest's.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_link_that_a_Langfuse_client_made_opens_the_trace(bool ofIngest)
    {
        var page = await fixture.Browser.OpenAsync();
        await page.GotoAsync($"{(ofIngest ? fixture.Stack.Ingest : fixture.Stack.Web)}project/default/traces/none-such?observation=s");

        Assert.Equal("/traces/none-such?span=s", new Uri(page.Url).PathAndQuery);
        await page.Context.CloseAsync();
    }

    [Theory]
    [InlineData("prices", 1440, ColorScheme.Light, "en-US")]
    [InlineData("prices", 390, ColorScheme.Dark, "zh-CN")]
    [InlineData("redaction", 1440, ColorScheme.Dark, "zh-CN")]
    [InlineData("redaction", 390, ColorScheme.Light, "en-US")]
    public async Task Fits_and_is_accessible(string path, int width, ColorScheme scheme, string locale)
    {
        var page = await fixture.Browser.OpenAsync(width, scheme: scheme, locale: locale);
        await page.GotoAsync(fixture.Stack.Web + path);
        await Accessibility.AssertAsync(page);
        await Fit.AssertWidthAsync(page);
        await page.Context.CloseAsync();
    }

    private static async Task SaveAsync(IPage page, string model, string input)
    {
        await page.Locator("[name='Form.Pattern']").FillAsync(model);
        await page.Locator("[name='Form.Input']").FillAsync(input);
        await page.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
    }
}
