using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using LlmObs.EndToEndTests.Support;
using LlmObs.Sls;

namespace LlmObs.EndToEndTests.Faults;

/// <summary>Kill -9 while spans arrive: what was acknowledged is in PostgreSQL and, after the drain, in SLS, once.</summary>
public sealed class KilledProcessTests
{
    private const int SpansPerTrace = 5;
    private static readonly TimeSpan Recovery = TimeSpan.FromSeconds(60);

    // ./test.sh --long: often enough to meet the moments between commit, sending and marking as sent.
    private static readonly int Kills = Environment.GetEnvironmentVariable("LLMOBS_LONG_TESTS") == "1" ? 6 : 1;

    [Theory]
    [InlineData("LlmObs.Ingest")]
    [InlineData("LlmObs.Sls.Emulator")]
    [InlineData("LlmObs.Web")]
    [InlineData("postgres")]
    public async Task Keeps_every_acknowledged_span_once_when_a_process_is_killed(string victim)
    {
        await using var stack = await Stack.StartAsync();
        var acknowledged = new ConcurrentBag<string>();
        using var stop = new CancellationTokenSource();
        var senders = Enumerable.Range(0, 3).Select(_ => SendAsync(stack, acknowledged, stop.Token)).ToArray();

        for (var kill = 1; kill <= Kills; kill++)
        {
            await KillWhileSendingAsync(stack, victim, acknowledged);
        }

        await stop.CancelAsync();
        await Task.WhenAll(senders);

        using var api = stack.Api();
        await AssertStoredAsync(api, acknowledged);
        await DrainAsync(api);
        await AssertSearchableOnceAsync(stack, acknowledged);
    }

    private static async Task KillWhileSendingAsync(Stack stack, string victim, ConcurrentBag<string> acknowledged)
    {
        await MoreAsync(acknowledged, "sending");
        var before = stack.FindProcess(victim);
        stack.Kill(victim);
        await Eventually.GetAsync(
            () => Task.FromResult(stack.FindProcess(victim)),
            id => id is not null && id != before,
            Recovery,
            $"restarting {victim}"
        );
        await MoreAsync(acknowledged, "sending after the restart");
    }

    private static async Task MoreAsync(ConcurrentBag<string> acknowledged, string what)
    {
        var known = acknowledged.Count;
        await Eventually.GetAsync(() => Task.FromResult(acknowledged.Count), count => count >= known + 30, Recovery, what);
    }

    private static async Task SendAsync(Stack stack, ConcurrentBag<string> acknowledged, CancellationToken cancellationToken)
    {
        using var client = new HttpClient { BaseAddress = stack.Ingest, Timeout = TimeSpan.FromSeconds(20) };
        while (!cancellationToken.IsCancellationRequested)
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
                // Not acknowledged: an exporter would repeat it.
            }

            await Task.Delay(20, CancellationToken.None);
        }
    }

    private static async Task DrainAsync(HttpClient api) =>
        await Eventually.GetAsync(
            async () => JsonNode.Parse(await api.GetStringAsync("/api/v1/status"))!,
            status => (long)status["outbox"]!["depth"]! == 0,
            TimeSpan.FromSeconds(120),
            "draining the outbox"
        );

    // What was acknowledged while PostgreSQL was away comes from the spool, which drains once it is back; the outbox can be empty before.
    private static async Task AssertStoredAsync(HttpClient api, IEnumerable<string> acknowledged)
    {
        foreach (var traceId in acknowledged)
        {
            var trace = await Eventually.GetAsync(
                async () => JsonNode.Parse(await api.GetStringAsync($"/api/v1/traces/{traceId}"))!,
                _ => true,
                Recovery,
                $"the acknowledged trace {traceId} standing in PostgreSQL"
            );
            Assert.Equal(SpansPerTrace, (int)trace["spanCount"]!);
        }
    }

    private static async Task AssertSearchableOnceAsync(Stack stack, ConcurrentBag<string> acknowledged)
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
