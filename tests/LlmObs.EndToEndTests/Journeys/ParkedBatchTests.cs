using LlmObs.EndToEndTests.Support;
using Microsoft.Playwright;

namespace LlmObs.EndToEndTests.Journeys;

/// <summary>SLS will not take a batch: an operator sees why, takes it away as a file, and sends it again when the cause is gone.</summary>
public sealed class ParkedBatchTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(3);

    [Fact]
    public async Task A_parked_batch_tells_its_reason_is_exported_and_reaches_SLS_by_a_retry()
    {
        var directory = Directory.CreateTempSubdirectory("llmobs-parked-").FullName;
        var trace = OtlpSender.NewTraceId();
        var prompt = string.Join(' ', Enumerable.Range(0, 20_000).Select(number => $"word{number}"));
        try
        {
            await using (var refusing = await Stack.StartAsync(new() { ["Emulator__MaxBodyBytes"] = "50000" }, directory))
            {
                var call = MadeCall.Of(trace, "large", [MadeCall.Message("user", prompt)], [MadeCall.Message("assistant", "yes")]);
                await MadeCall.SendAsync(refusing.Ingest, call);
                await using var browser = await Browser.StartAsync(refusing.LoginLink);
                var page = await browser.OpenAsync();
                var row = await ParkedRowAsync(page, refusing);
                await Assertions.Expect(row).ToContainTextAsync("PostBodyTooLarge");
                await Accessibility.AssertAsync(page);

                var download = await page.RunAndWaitForDownloadAsync(() => row.GetByRole(AriaRole.Button, new() { Name = "Export" }).ClickAsync());
                var exported = await File.ReadAllTextAsync(await download.PathAsync());
                Assert.Contains(trace, exported, StringComparison.Ordinal);
                Assert.Contains("word19999", exported, StringComparison.Ordinal);
            }

            await using var taking = await Stack.StartAsync(directory);
            await using var again = await Browser.StartAsync(taking.LoginLink);
            var system = await again.OpenAsync();
            await (await ParkedRowAsync(system, taking)).GetByRole(AriaRole.Button, new() { Name = "Retry" }).ClickAsync();
            await Assertions
                .Expect(system.GetByRole(AriaRole.Button, new() { Name = "Retry" }))
                .ToHaveCountAsync(0, new() { Timeout = (float)Deadline.TotalMilliseconds });
            using var api = taking.Api();
            await Eventually.GetAsync(
                () => api.GetStringAsync("/api/v1/spans?query=word19999"),
                found => found.Contains(trace, StringComparison.Ordinal),
                Deadline,
                "finding the span that was parked"
            );
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static async Task<ILocator> ParkedRowAsync(IPage page, Stack stack)
    {
        var row = page.Locator("tr", new() { Has = page.GetByRole(AriaRole.Button, new() { Name = "Retry" }) });
        await Eventually.GetAsync(
            async () =>
            {
                await page.GotoAsync($"{stack.Web}system");
                return await row.CountAsync();
            },
            rows => rows == 1,
            Deadline,
            "parking the batch"
        );
        return row;
    }
}
