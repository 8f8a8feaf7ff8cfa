using Microsoft.Playwright;

namespace LlmObs.EndToEndTests.Support;

/// <summary>Whether a page fits what it is shown on.</summary>
public static class Fit
{
    // What stands out names itself, unless it stands in a region that scrolls by itself.
    private const string TooWide = """
        () => document.documentElement.scrollWidth <= innerWidth ? "" : document.documentElement.scrollWidth + " px: " +
          [...document.body.querySelectorAll("*")]
            .filter((element) => element.getBoundingClientRect().right > innerWidth + 1 && !element.closest(".scroll-x, .topnav"))
            .map((element) => element.tagName + "." + (element.getAttribute("class") ?? "")).slice(0, 12).join(" ")
        """;

    private const string CutOff = """
        () => [...document.querySelectorAll("main *")]
          .filter((element) => ["auto", "scroll"].includes(getComputedStyle(element).overflowY) && element.scrollHeight > element.clientHeight + 1)
          .map((element) => element.tagName + "." + (element.getAttribute("class") ?? "")).slice(0, 12).join(" ")
        """;

    // What moved since the page began to load, as Chromium adds it up. Its entries come before the second frame from now.
    private const string Shifts = """
        () => new Promise((resolve) => {
          const shifts = [];
          new PerformanceObserver((list) => shifts.push(...list.getEntries().filter((entry) => !entry.hadRecentInput)))
            .observe({ type: "layout-shift", buffered: true });
          requestAnimationFrame(() => requestAnimationFrame(() => resolve(shifts.reduce((sum, shift) => sum + shift.value, 0))));
        })
        """;

    // What Chromium's authors call good.
    private const double MostShift = 0.1;

    /// <summary>Fails when what stood on the page has moved while it loaded.</summary>
    public static async Task AssertStillAsync(IPage page)
    {
        var shift = await page.EvaluateAsync<double>(Shifts);
        Assert.True(shift < MostShift, $"{page.Url} moved by {shift}");
    }

    /// <summary>Fails when the page as a whole scrolls sideways, and names what makes it.</summary>
    public static async Task AssertWidthAsync(IPage page)
    {
        var wide = await page.EvaluateAsync<string>(TooWide);
        Assert.True(wide.Length == 0, $"{page.Url} is wider than the window: {wide}");
    }

    /// <summary>Fails when something would have to be scrolled, which paper cannot.</summary>
    public static async Task AssertPaperAsync(IPage page)
    {
        await AssertWidthAsync(page);
        var cut = await page.EvaluateAsync<string>(CutOff);
        Assert.True(cut.Length == 0, $"{page.Url} is cut off on paper: {cut}");
    }
}
