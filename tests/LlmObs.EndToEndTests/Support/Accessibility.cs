using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace LlmObs.EndToEndTests.Support;

/// <summary>What axe finds on a page as it stands.</summary>
public static class Accessibility
{
    /// <summary>Fails on anything serious, and names it.</summary>
    public static async Task AssertAsync(IPage page)
    {
        var axe = await page.RunAxe();
        var serious = axe.Violations.Where(violation => violation.Impact is "serious" or "critical").ToList();
        Assert.True(
            serious.Count == 0,
            $"{page.Url}: {string.Join("; ", serious.Select(violation => $"{violation.Id}: {violation.Help} ({violation.Nodes[0].Html})"))}"
        );
    }
}
