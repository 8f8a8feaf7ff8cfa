using LlmObs.IntegrationTests.Support;
using LlmObs.TraceLog;

namespace LlmObs.IntegrationTests.TraceLog;

/// <summary>Pages of traces, read from the newest logs where these tell, are those of all traces ordered by when they begin.</summary>
public sealed class TracePageTests
{
    private const int PageSize = 40;
    private readonly DateTimeOffset noon = TimeProvider.System.GetUtcNow().AddHours(-2);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1, 300, 1, 0)] // All logs are among the newest.
    [InlineData(2, 2500, 2, 1)] // Short traces: the newest logs tell of the first pages.
    [InlineData(3, 60, 80, 60)] // Long ones, at the same time: the newest logs are of all, and tell of none.
    [InlineData(4, 2100, 2, 0)] // Many begin in the same minute.
    public async Task Pages_are_in_the_order_of_all_traces(int seed, int traces, int spans, int minutes)
    {
        await using var sls = await LocalSls.StartAsync();
        await sls.Store.EnsureAsync(Token);
        var random = new Random(seed);
        var records = Enumerable
            .Range(0, traces)
            .SelectMany(_ =>
            {
                var (traceId, begin) = (Spans.TraceId(), random.Next(50));
                return Enumerable
                    .Range(0, spans)
                    .Select(i => Spans.Chat(traceId, start: Nanos(noon.AddMinutes(begin + (i == 0 ? 0 : random.Next(minutes + 1))))));
            })
            .ToList();
        await sls.Store.WriteAsync("pages", Guid.NewGuid(), records, Token, isFirst: true);

        var query = new SpanQuery("pages", "", noon.AddHours(-1), noon.AddHours(3));
        var found = new List<TraceHit>();
        string? cursor = null;
        do
        {
            var page = await sls.Search.TracesAsync(query, cursor, PageSize, Token);
            found.AddRange(page.Hits);
            cursor = page.NextCursor;
        } while (cursor is not null && found.Count < 5 * PageSize);

        var all = records
            .GroupBy(record => record.Span.TraceId)
            .Select(trace => (TraceId: trace.Key, Begin: trace.Min(record => record.Span.StartUnixNano), Spans: trace.Count()))
            .OrderByDescending(trace => trace.Begin)
            .ThenBy(trace => trace.TraceId, StringComparer.Ordinal);
        Assert.Equal(all.Take(5 * PageSize), found.Select(hit => (hit.TraceId, Begin: hit.FirstStartUnixNano, Spans: hit.MatchingSpans)));
    }

    private static long Nanos(DateTimeOffset time) => time.ToUnixTimeMilliseconds() * 1_000_000;
}
