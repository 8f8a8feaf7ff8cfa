using Microsoft.Playwright;

namespace LlmObs.EndToEndTests.Support;

/// <summary>The machine's Chromium, signed in once. Nothing is downloaded: <c>LLMOBS_CHROMIUM</c>, or where Debian and others put it.</summary>
public sealed class Browser : IAsyncDisposable
{
    private static readonly string[] Places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome", "/snap/bin/chromium"];
    private static readonly string[] Flags =
    [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
    ];

    private readonly IPlaywright playwright;
    private readonly IBrowser browser;
    private readonly string session;

    private Browser(IPlaywright playwright, IBrowser browser, string session) =>
        (this.playwright, this.browser, this.session) = (playwright, browser, session);

    /// <summary>Starts Chromium and opens the one-time login link, whose session all pages share.</summary>
    public static async Task<Browser> StartAsync(string loginLink)
    {
        var path =
            Environment.GetEnvironmentVariable("LLMOBS_CHROMIUM")
            ?? Places.FirstOrDefault(File.Exists)
            ?? throw new InvalidOperationException(
                "There is no Chromium. Install it (Debian: apt-get install chromium) or set LLMOBS_CHROMIUM; ./test.sh does it as root."
            );
        var playwright = await Playwright.CreateAsync();
        var browser = await playwright.Chromium.LaunchAsync(new() { ExecutablePath = path, Args = Flags });
        await using var context = await browser.NewContextAsync();
        var page = await context.NewPageAsync();
        await page.GotoAsync(loginLink);
        return new(playwright, browser, await context.StorageStateAsync());
    }

    /// <summary>A fresh, signed-in page. Close its context when done.</summary>
    public async Task<IPage> OpenAsync(
        int width = 1440,
        int height = 1000,
        ColorScheme scheme = ColorScheme.Light,
        string locale = "en-US",
        bool scripts = true,
        string? zone = null
    )
    {
        var context = await browser.NewContextAsync(
            new()
            {
                ViewportSize = new() { Width = width, Height = height },
                ColorScheme = scheme,
                Locale = locale,
                TimezoneId = zone,
                JavaScriptEnabled = scripts,
                StorageState = session,
            }
        );
        return await context.NewPageAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await browser.DisposeAsync();
        playwright.Dispose();
    }
}
