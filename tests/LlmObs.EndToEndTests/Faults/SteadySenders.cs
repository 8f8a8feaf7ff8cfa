using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using LlmObs.EndToEndTests.Support;
using LlmObs.Sls;

namespace LlmObs.EndToEndTests.Faults;

/// <summary>Clients that send small traces all the time and never repeat one, and the book they keep of what was acknowledged.</summary>
internal sealed class SteadySenders : IAsyncDisposable
{
    private const int SpansPerTrace = 5;
    private const int AtOnce = 3;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Stack stack;
    private readonly ConcurrentBag<string> acknowledged = [];
    private readonly CancellationTokenSource stop = new();
    private readonly Task[] senders;

    public SteadySenders(Stack stack)
    {
        this.stack = stack;
        senders = [.. Enumerable.Range(0, AtOnce).Select(_ => SendUntilStoppedAsync())];
    }

    /// <summary>Waits until so many more traces are acknowledged.</summary>
    public async Task MoreAsync(string what, int traces = 30)
    {
        var known = acknowledged.Count;
        await Eventually.GetAsync(() => Task.FromResult(acknowledged.Count), count => count >= known + traces, Patience, what);
    }

    /// <summary>Stops sending. Every acknowledged span is in PostgreSQL and, after the drain, in SLS, once.</summary>
    public async Task AssertNothingLostNorDoubledAsync()
    {
        await StopAsync();
        using var api = stack.Api();
        await AssertStoredAsync(api);
        await DrainAsync(api);
        await AssertSearchableOnceAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        stop.Dispose();
    }

    private async Task StopAsync()
    {
        await stop.CancelAsync();
        await Task.WhenAll(senders);
    }

    private async Task SendUntilStoppedAsync()
    {
        using var client = new HttpClient { BaseAddress = stack.Ingest, Timeout = TimeSpan.FromSeconds(20) };
        while (!stop.IsCancellationRequested)
        {
            var traceId = OtlpSender.NewTraceId();
            try
            {
                using var response = await OtlpSender.PostAsync(client, OtlpSender.Trace(traceId, SpansPerTrace - 1), CancellationToken.None);
                if (response.IsSuccessStatusCode)
                {
                    acknowledged.Add(traceId);
                }
            }
            catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException)
            {
                // Not acknowledged.
            }

            await Task.Delay(20, CancellationToken.None);
        }
    }

    // What was acknowledged while PostgreSQL was away comes from the spool, which drains once it is back; the outbox can be empty before.
    private async Task AssertStoredAsync(HttpClient api)
    {
        foreach (var traceId in acknowledged)
        {
            var trace = await Eventually.GetAsync(
                async () => JsonNode.Parse(await api.GetStringAsync($"/api/v1/traces/{traceId}"))!,
                _ => true,
                Patience,
                $"the acknowledged trace {traceId} standing in PostgreSQL"
            );
            Assert.Equal(SpansPerTrace, (int)trace["spanCount"]!);
        }
    }

    private static async Task DrainAsync(HttpClient api) =>
        await Eventually.GetAsync(
            async () => JsonNode.Parse(await api.GetStringAsync("/api/v1/status"))!,
            status => (long)status["outbox"]!["depth"]! == 0,
            TimeSpan.FromSeconds(120),
            "draining the outbox"
        );

    private async Task AssertSearchableOnceAsync()
    {
        using var http = SlsClient.CreateHttp();
        var sls = new SlsClient(
            SlsOptions.Parse($"Endpoint=http://localhost:{stack.Ports.Sls};Project=llmobs;AccessKeyId=local;AccessKeySecret=local"),
            http
        );
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        var rows = await sls.GetLogsAsync(
            "llmobs-traces",
            new SlsQuery(
                "project: default | select traceID, count(1) as logs, count(distinct spanID) as spans from log group by traceID limit 100000",
                now - 3600,
                now + 60
            ),
            TestContext.Current.CancellationToken
        );
        var logs = rows.Rows.ToDictionary(row => row["traceID"], row => (Logs: row["logs"], Spans: row["spans"]));
        foreach (var traceId in acknowledged)
        {
            Assert.True(logs.TryGetValue(traceId, out var found), $"trace {traceId} was acknowledged and is not in SLS");
            Assert.Equal(($"{SpansPerTrace}", $"{SpansPerTrace}"), found);
        }
    }
}
