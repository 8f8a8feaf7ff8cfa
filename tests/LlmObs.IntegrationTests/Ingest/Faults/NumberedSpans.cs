using System.Collections.Concurrent;
using System.Net;
using Google.Protobuf;
using LlmObs.Ingest.Otlp.Protos;

namespace LlmObs.IntegrationTests.Ingest.Faults;

/// <summary>Sends spans with numbers of their own, as a client that never repeats, and keeps book of what was answered.</summary>
internal sealed class NumberedSpans(HttpClient client, int spansPerRequest = 3) : IAsyncDisposable
{
    public const string TraceHex = "5ea50000000000000000000000000001";

    private readonly CancellationTokenSource stop = new();
    private readonly List<Task> senders = [];
    private long last;

    /// <summary>Ids of spans that were answered with 200.</summary>
    public ConcurrentBag<string> Acknowledged { get; } = [];

    /// <summary>Every answer that was not 200, or the absence of one.</summary>
    public ConcurrentBag<(HttpStatusCode? Status, bool SaysWhenToComeAgain)> Refusals { get; } = [];

    /// <summary>Spans of the one trace, with numbers one after another.</summary>
    public static IEnumerable<Span> Numbered(long first, int count) => Enumerable.Range(0, count).Select(index => Span(first + index));

    public NumberedSpans Start(int atOnce = 4)
    {
        senders.AddRange(Enumerable.Range(0, atOnce).Select(_ => SendUntilStoppedAsync()));
        return this;
    }

    /// <summary>Waits until so many more are acknowledged.</summary>
    public async Task MoreAsync(int spans, string what)
    {
        var known = Acknowledged.Count;
        await Wait.UntilAsync(() => Task.FromResult(Acknowledged.Count >= known + spans), what);
    }

    public async Task StopAsync()
    {
        await stop.CancelAsync();
        await Task.WhenAll(senders);
    }

    public async Task<HttpStatusCode?> SendAsync()
    {
        var end = Interlocked.Add(ref last, spansPerRequest);
        var first = end - spansPerRequest + 1;
        var body = OtlpBodies.Request([.. Numbered(first, spansPerRequest)]);
        try
        {
            using var request = OtlpBodies.Http(body);
            using var response = await client.SendAsync(request, CancellationToken.None);
            if (response.StatusCode == HttpStatusCode.OK)
            {
                for (var number = first; number <= end; number++)
                {
                    Acknowledged.Add(Hex(number));
                }
            }
            else
            {
                Refusals.Add((response.StatusCode, response.Headers.RetryAfter is not null));
            }

            return response.StatusCode;
        }
        catch (HttpRequestException)
        {
            Refusals.Add((null, false));
            return null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        stop.Dispose();
    }

    private async Task SendUntilStoppedAsync()
    {
        while (!stop.IsCancellationRequested)
        {
            await SendAsync();
            await Task.Delay(10, CancellationToken.None);
        }
    }

    private static Span Span(long number)
    {
        var now = (ulong)TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() * 1_000_000;
        var span = OtlpBodies.Span($"step {number}", Convert.FromHexString(Hex(number)));
        span.TraceId = ByteString.CopyFrom(Convert.FromHexString(TraceHex));
        span.StartTimeUnixNano = now;
        span.EndTimeUnixNano = now + 1_000_000;
        return span;
    }

    private static string Hex(long number) => number.ToString("x16", System.Globalization.CultureInfo.InvariantCulture);
}

internal static class Wait
{
    /// <summary>Looks until it is so; the deadline is for what never happens, not for what is slow.</summary>
    public static async Task UntilAsync(Func<Task<bool>> holds, string what)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(120));
        while (!await holds())
        {
            Assert.False(limit.IsCancellationRequested, $"After two minutes it is still not so that {what}.");
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }
}
