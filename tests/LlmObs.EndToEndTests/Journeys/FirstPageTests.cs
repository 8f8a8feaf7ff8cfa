using LlmObs.EndToEndTests.Support;
using Microsoft.Playwright;

namespace LlmObs.EndToEndTests.Journeys;

/// <summary>What a new user meets.</summary>
public sealed class FirstPageTests
{
    [Fact]
    public async Task Says_how_to_send_the_first_trace_keeps_data_between_runs_and_stops_cleanly()
    {
        var directory = Directory.CreateTempSubdirectory("llmobs-e2e-").FullName;
        var ports = StackPorts.Free();
        var traceId = OtlpSender.NewTraceId();
        await using (var stack = await Stack.StartAsync(directory, ports))
        {
            await using var browser = await Browser.StartAsync(stack.LoginLink);
            var page = await browser.OpenAsync();
            await page.GotoAsync(stack.Web.ToString());
            foreach (var snippet in (string[])[$"http://localhost:{ports.Ingest}", "OTEL_EXPORTER_OTLP_ENDPOINT", "Langfuse", "Dify"])
            {
                await Assertions.Expect(page.Locator("main")).ToContainTextAsync(snippet);
            }

            using var client = new HttpClient { BaseAddress = stack.Ingest };
            using var response = await OtlpSender.PostAsync(client, OtlpSender.Trace(traceId, 2));
            Assert.True(response.IsSuccessStatusCode);
            Assert.Equal(0, await stack.StopAsync());
            Assert.Empty(Processes.Below(stack.ProcessId));
        }

        await using var again = await Stack.StartAsync(directory, ports);
        using var api = again.Api();
        Assert.Contains(traceId, await api.GetStringAsync($"/api/v1/traces/{traceId}"), StringComparison.Ordinal);
        await again.StopAsync();
        Directory.Delete(directory, recursive: true);
    }

    [Fact]
    public async Task Recovers_the_data_directory_of_a_killed_run()
    {
        var directory = Directory.CreateTempSubdirectory("llmobs-e2e-").FullName;
        var ports = StackPorts.Free();
        var traceId = OtlpSender.NewTraceId();
        var killed = await Stack.StartAsync(directory, ports);
        using var client = new HttpClient { BaseAddress = killed.Ingest };
        using var response = await OtlpSender.PostAsync(client, OtlpSender.Trace(traceId, 2));
        Assert.True(response.IsSuccessStatusCode);
        await killed.KillHostAsync();

        await using var again = await Stack.StartAsync(directory, ports);

        using var api = again.Api();
        Assert.Contains(traceId, await api.GetStringAsync($"/api/v1/traces/{traceId}"), StringComparison.Ordinal);
        await again.StopAsync();
        Directory.Delete(directory, recursive: true);
    }

    [Fact]
    public async Task Shows_living_traces_of_the_demo_within_a_minute()
    {
        await using var stack = await Stack.StartAsync(null, null, "--demo");
        using var api = stack.Api();

        var traces = await Eventually.GetAsync(
            async () =>
                System.Text.Json.Nodes.JsonNode.Parse(await api.GetStringAsync("/api/v1/traces?query=service:sql-copilot"))!["traces"]!.AsArray(),
            found => found.Count >= 3,
            TimeSpan.FromSeconds(60),
            "three traces of the demo"
        );

        Assert.All(traces, trace => Assert.False(string.IsNullOrEmpty((string?)trace!["question"])));
    }
}
