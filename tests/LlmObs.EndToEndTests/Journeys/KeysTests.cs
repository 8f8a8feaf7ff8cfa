using System.Net;
using System.Net.Http.Headers;
using LlmObs.EndToEndTests.Support;
using Microsoft.Playwright;

namespace LlmObs.EndToEndTests.Journeys;

/// <summary>An operator and a key, from its making to its end.</summary>
public sealed class KeysTests(StackFixture fixture)
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Makes_a_project_and_a_key_sees_what_it_sent_rotates_and_revokes_it()
    {
        var project = $"journey-{Guid.NewGuid():N}"[..20];
        var page = await fixture.Browser.OpenAsync();
        await page.GotoAsync($"{fixture.Stack.Web}keys");
        await page.GetByLabel("New project").FillAsync(project);
        await page.GetByRole(AriaRole.Button, new() { Name = "Make the project" }).ClickAsync();
        await Assertions.Expect(page.Locator("main")).ToContainTextAsync("There is no key yet");

        await page.GetByLabel("Name").FillAsync("copilot");
        await page.GetByLabel("read", new() { Exact = true }).CheckAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Make the key" }).ClickAsync();
        var first = await SecretAsync(page);
        await page.ReloadAsync();
        await Assertions.Expect(page.Locator("#secret")).ToHaveCountAsync(0);

        var traceId = OtlpSender.NewTraceId();
        Assert.Equal(HttpStatusCode.OK, await SendAsync(first, traceId));
        await Eventually.GetAsync(
            async () =>
            {
                await page.GotoAsync($"{fixture.Stack.Web}?project={project}");
                return await page.Locator("main").InnerTextAsync();
            },
            text => text.Contains("workflow", StringComparison.Ordinal),
            Soon,
            "the trace standing in its project"
        );

        await page.GotoAsync($"{fixture.Stack.Web}keys?project={project}");
        await page.GetByRole(AriaRole.Link, new() { Name = "copilot" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Make a new secret" }).ClickAsync();
        var second = await SecretAsync(page);
        Assert.NotEqual(first, second);
        Assert.Equal(HttpStatusCode.OK, await SendAsync(first, traceId));
        Assert.Equal(HttpStatusCode.OK, await SendAsync(second, traceId));

        await page.GetByLabel("I know what still uses it").CheckAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Revoke the key" }).ClickAsync();
        await Assertions.Expect(page.Locator("main")).ToContainTextAsync("revoked");
        foreach (var secret in (string[])[first, second])
        {
            await Eventually.GetAsync(
                () => SendAsync(secret, traceId),
                status => status == HttpStatusCode.Unauthorized,
                Soon,
                "the revoked key being refused"
            );
        }

        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Ends_a_session_with_the_key_that_opened_it_and_shows_it_no_keys_before()
    {
        var page = await fixture.Browser.OpenAsync();
        await page.GotoAsync($"{fixture.Stack.Web}keys");
        await page.GetByLabel("Name").FillAsync("reader");
        await page.GetByLabel("read", new() { Exact = true }).CheckAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Make the key" }).ClickAsync();
        var secret = await SecretAsync(page);

        await using var reader = await Browser.StartAsync($"{fixture.Stack.Web}login?token={secret}");
        var read = await reader.OpenAsync();
        await read.GotoAsync(fixture.Stack.Web.ToString());
        await Assertions.Expect(read.GetByRole(AriaRole.Link, new() { Name = "System" })).ToBeVisibleAsync();
        await Assertions.Expect(read.GetByRole(AriaRole.Link, new() { Name = "Keys" })).ToHaveCountAsync(0);
        await read.GotoAsync($"{fixture.Stack.Web}keys");
        await Assertions.Expect(read.Locator("main")).ToContainTextAsync("This session may not see that");

        await page.GetByLabel("I know what still uses it").CheckAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Revoke the key" }).ClickAsync();
        await Assertions.Expect(page.Locator("main")).ToContainTextAsync("revoked");

        await Eventually.GetAsync(
            async () =>
            {
                await read.GotoAsync(fixture.Stack.Web.ToString());
                return read.Url;
            },
            url => url.Contains("/login", StringComparison.Ordinal),
            Soon,
            "the session ending"
        );
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Limits_reading_by_a_key_as_well_as_sending()
    {
        var page = await fixture.Browser.OpenAsync();
        await page.GotoAsync($"{fixture.Stack.Web}keys");
        await page.GetByLabel("Name").FillAsync("slow reader");
        await page.GetByLabel("read", new() { Exact = true }).CheckAsync();
        await page.GetByLabel("Requests per second").FillAsync("1");
        await page.GetByRole(AriaRole.Button, new() { Name = "Make the key" }).ClickAsync();
        using var client = new HttpClient { BaseAddress = fixture.Stack.Web };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await SecretAsync(page));
        await page.Context.CloseAsync();

        // The bucket holds ten, and no machine is so slow that two hundred at once take two hundred seconds.
        var answers = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => client.GetAsync("/api/v1/status")));

        var refused = answers.First(answer => answer.StatusCode == HttpStatusCode.TooManyRequests);
        Assert.NotNull(refused.Headers.RetryAfter);
        Assert.Contains("1 requests a second", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1440, ColorScheme.Light, "en-US")]
    [InlineData(1440, ColorScheme.Dark, "zh-CN")]
    [InlineData(390, ColorScheme.Light, "zh-CN")]
    [InlineData(390, ColorScheme.Dark, "en-US")]
    public async Task Fits_and_is_accessible_in_every_look(int width, ColorScheme scheme, string locale)
    {
        var page = await fixture.Browser.OpenAsync(width, scheme: scheme, locale: locale);
        await page.GotoAsync($"{fixture.Stack.Web}keys");
        await AssertFitsAsync(page);
        await page.Locator("input[name=Name]").FillAsync("looked at");
        await page.Locator("main .btn.primary").ClickAsync();
        await page.Locator("#secret").WaitForAsync();
        await AssertFitsAsync(page);
        await page.Context.CloseAsync();
    }

    private static async Task AssertFitsAsync(IPage page)
    {
        await Accessibility.AssertAsync(page);
        await Fit.AssertWidthAsync(page);
    }

    private static async Task<string> SecretAsync(IPage page) => (await page.Locator("#secret").InnerTextAsync()).Trim();

    private async Task<HttpStatusCode> SendAsync(string secret, string traceId)
    {
        using var client = new HttpClient { BaseAddress = fixture.Stack.Ingest };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", secret);
        using var response = await OtlpSender.PostAsync(client, OtlpSender.Trace(traceId, 2));
        return response.StatusCode;
    }
}
