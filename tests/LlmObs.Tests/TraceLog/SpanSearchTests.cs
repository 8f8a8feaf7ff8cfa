using System.Text.Json;
using LlmObs.Sls;
using LlmObs.Tests.Sls;
using LlmObs.TraceLog;

namespace LlmObs.Tests.TraceLog;

public sealed class SpanSearchTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);
    private static readonly SpanQuery Query = new("default", "status: error or \"it's\"", Noon.AddHours(-1), Noon);
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Asks_within_the_project_and_the_window()
    {
        var sls = new ScriptedSls().AnswersRows("""[{"spans":"3"}]""");

        Assert.Equal(3, await new SpanSearch(sls.Client()).SpanCountAsync(Query, Token));

        var asked = JsonDocument.Parse(sls.Requests.Single().Body).RootElement;
        Assert.StartsWith(
            "(project: \"default\") and ((status: \"error\" or \"it's\")) | select ",
            asked.GetProperty("query").GetString(),
            StringComparison.Ordinal
        );
        Assert.Equal(
            (Noon.AddHours(-1).ToUnixTimeSeconds(), Noon.ToUnixTimeSeconds()),
            (asked.GetProperty("from").GetInt64(), asked.GetProperty("to").GetInt64())
        );
    }

    [Fact]
    public async Task Pages_by_key_and_counts_two_versions_as_one()
    {
        var row = (string span, long start) => $$"""{"traceID":"t","spanID":"{{span}}","name":"n","start":"{{start}}","duration":"1"}""";
        var sls = new ScriptedSls()
            .AnswersRows($"[{row("a", 30)},{row("a", 30)},{row("b'", 20)},{row("c", 10)}]")
            .AnswersRows("[]")
            .AnswersRows("[]");
        var search = new SpanSearch(sls.Client());
        var query = Query with { Text = "status: error" };

        var first = await search.SpansAsync(query, null, 3, Token);
        await search.SpansAsync(query, first.NextCursor, 3, Token);

        Assert.Equal(["a", "b'", "c"], first.Hits.Select(hit => hit.Span.SpanId));
        Assert.Contains(
            "where (\"start\" < 10 or (\"start\" = 10 and (\"traceID\" > 't' or (\"traceID\" = 't' and \"spanID\" > 'c'))))",
            Sql(sls, 1),
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("!")]
    [InlineData("bnVsbA")]
    [InlineData("e30")]
    [InlineData("eyJTdGFydCI6IngifQ")]
    public async Task Refuses_a_cursor_that_is_not_its_own(string cursor) =>
        await Assert.ThrowsAsync<QueryException>(() => new SpanSearch(new ScriptedSls().Client()).SpansAsync(Query, cursor, 10, Token));

    [Fact]
    public async Task Fills_the_empty_buckets_of_a_histogram()
    {
        var from = Noon.AddHours(-1).ToUnixTimeSeconds();
        var sls = new ScriptedSls().AnswersRows($$"""[{"bucket":"{{from + 120}}","spans":"5","errors":"2"}]""");

        var buckets = await new SpanSearch(sls.Client()).HistogramAsync(Query, Token);

        Assert.Equal(60, buckets.Count);
        Assert.All(buckets.Zip(buckets.Skip(1)), pair => Assert.Equal(pair.First.To, pair.Second.From));
        Assert.Equal((Query.From, Query.To), (buckets[0].From, buckets[^1].To));
        Assert.Equal(new HistogramBucket(Noon.AddMinutes(-58), Noon.AddMinutes(-57), 5, 2), buckets.Single(bucket => bucket.Count > 0));
    }

    [Fact]
    public void Chooses_round_widths_for_every_window()
    {
        foreach (var seconds in (long[])[1, 59, 61, 3600, 86_400, 86_400 * 7, 86_400 * 30, 86_400 * 365, 86_400 * 3650])
        {
            var buckets = HistogramGrid.Of(1_795_000_001, 1_795_000_001 + seconds).Fill(new Dictionary<long, (long, long)>());
            Assert.InRange(buckets.Count, 1, 60);
            Assert.Equal(seconds, buckets.Sum(bucket => (bucket.To - bucket.From).TotalSeconds));
        }
    }

    [Fact]
    public async Task Finds_nothing_where_nothing_was_shipped_yet()
    {
        var sls = new ScriptedSls().Refuses(System.Net.HttpStatusCode.NotFound, "LogStoreNotExist");

        Assert.Empty((await new SpanSearch(sls.Client()).SpansAsync(Query, null, 10, Token)).Hits);
    }

    [Fact]
    public async Task Says_when_SLS_read_only_a_part()
    {
        var sls = new ScriptedSls().AnswersRows("[]", isAccurate: false);

        Assert.False((await new SpanSearch(sls.Client()).SpansAsync(Query, null, 10, Token)).IsComplete);
    }

    [Fact]
    public async Task Shows_the_word_where_it_stands()
    {
        var sls = new ScriptedSls()
            .AnswersRows("""[{"traceID":"t","spanID":"a","name":"n","start":"30","duration":"1"}]""")
            .AnswersRows("""[{"trace_id":"t","span_id":"a","snippet":"… it's\n late"}]""");

        var page = await new SpanSearch(sls.Client()).SpansAsync(Query, null, 10, Token);

        Assert.Equal("… it's late", page.Hits.Single().Snippet);
        Assert.Contains("strpos(lower(\"prompt\"), 'it''s')", Sql(sls, 1), StringComparison.Ordinal);
    }

    private static string Sql(ScriptedSls sls, int request) =>
        JsonDocument.Parse(sls.Requests[request].Body).RootElement.GetProperty("query").GetString()!;
}
