using System.Text.Json;
using LlmObs.Domain.Spans;
using LlmObs.IntegrationTests.Support;
using LlmObs.TraceLog;

namespace LlmObs.IntegrationTests.TraceLog;

/// <summary>Spans written to a running emulator, and every question asked of them.</summary>
public sealed class SpanSearchTests(SpanSearchTests.Shipped shipped) : IClassFixture<SpanSearchTests.Shipped>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Two traces in one project, a span of every field in another, and one that nobody should find in a third.</summary>
    public sealed class Shipped : IAsyncLifetime
    {
        private LocalSls? sls;

        public SpanSearch Search => sls!.Search;
        public LocalSls Sls => sls!;
        public DateTimeOffset Noon { get; } =
            new(TimeProvider.System.GetUtcNow().Ticks / TimeSpan.TicksPerMinute * TimeSpan.TicksPerMinute, TimeSpan.Zero);
        public SpanRecord Full { get; } = Spans.Full();
        public string Failing { get; } = Spans.TraceId();
        public string Working { get; } = Spans.TraceId();

        public async ValueTask InitializeAsync()
        {
            sls = await LocalSls.StartAsync();
            await sls.Store.EnsureAsync(Token);
            await sls.Store.EnsureAsync(Token);
            await sls.Store.WriteAsync("default", Guid.NewGuid(), [Answer(), Sql(), Chat(Working, 2, "qwen-plus", "如何退货", "去订单页")], Token);
            await sls.Store.WriteAsync("full", Guid.NewGuid(), [Full], Token);
            await sls.Store.WriteAsync("other", Guid.NewGuid(), [Chat(Spans.TraceId(), 1, "gpt-5", "订单 of another project", "no")], Token);
        }

        public ValueTask DisposeAsync() => sls?.DisposeAsync() ?? ValueTask.CompletedTask;

        private SpanRecord Answer() =>
            Chat(Failing, 5, "qwen-max", "查询昨天的订单 with \"quotes\" and it's fine", "共 3 单")
                .With(span => span with { SessionId = "s/1", UserId = "u-1", Usage = new(1200, 30), Tags = ["vip"] });

        private SpanRecord Sql()
        {
            var record = Chat(Failing, 4, null, "select", "") with
            {
                Content = SpanContent.Empty with
                {
                    Input = "SELECT total FROM orders",
                    Attributes = new(
                        """
                        {"db.system":"postgresql","gen_ai.usage.input_tokens":7,"dify.node.type":"code","dify.node.title":"SQL 生成",
                            "dify.workflow_run_id":"94e95434-b9cd-4e67-81a1-712c2f457e0a"}
                        """
                    ),
                },
            };
            return record.With(span =>
                span with
                {
                    Kind = SpanKind.Db,
                    Status = SpanStatus.Error,
                    ErrorType = "42703",
                    StatusMessage = "column \"total\" does not exist",
                    Name = "run sql",
                    DurationNano = 6_000_000_000,
                }
            );
        }

        private SpanRecord Chat(string traceId, int minutesAgo, string? model, string question, string answer) =>
            Spans
                .Chat(traceId, start: Noon.AddMinutes(-minutesAgo).ToUnixTimeMilliseconds() * 1_000_000)
                .With(span => span with { RequestedModel = model, Question = question }) with
            {
                Content = SpanContent.Empty with
                {
                    Messages = [new("input", "user", [MessagePart.Text(question)]), new("output", "assistant", [MessagePart.Text(answer)])],
                },
            };
    }

    [Theory]
    [InlineData("", 3)]
    [InlineData("订单", 2)]
    [InlineData("prompt: 订单", 1)]
    [InlineData("input: 订单", 1)]
    [InlineData("output: 订单", 1)]
    [InlineData("退货", 1)]
    [InlineData("status: error", 1)]
    [InlineData("kind: llm service: copilot", 2)]
    [InlineData("model: qwen*", 2)]
    [InlineData("model: qwen-max or model: qwen-plus", 2)]
    [InlineData("session: \"s/1\"", 1)]
    [InlineData("duration > 5s", 1)]
    [InlineData("duration in [1s 2s] service: copilot", 2)]
    [InlineData("tokens >= 1000", 1)]
    [InlineData("not model: * service: copilot", 1)]
    [InlineData("error: 42703", 1)]
    [InlineData("error: \"does not exist\"", 1)]
    [InlineData("db.system: postgresql", 1)]
    [InlineData("gen_ai.usage.input_tokens > 5 service: copilot", 1)]
    [InlineData("tags: vip", 1)]
    [InlineData("\"it's\"", 1)]
    [InlineData("\"\\\"quotes\\\"\"", 1)]
    [InlineData("project: other", 0)]
    [InlineData("\"x\\\\\" ) or ( project: other", -1)]
    [InlineData("node_type:code", 1)]
    [InlineData("node_type:agent", 0)]
    [InlineData("node:生成", 1)]
    [InlineData("run:94e95434-b9cd-4e67-81a1-712c2f457e0a", 1)]
    public async Task Finds_what_the_line_asks_for(string line, int spans)
    {
        if (spans < 0)
        {
            await Assert.ThrowsAsync<QueryException>(() => shipped.Search.SpanCountAsync(Query(line), Token));
            return;
        }

        Assert.Equal(spans, await shipped.Search.SpanCountAsync(Query(line), Token));
        Assert.Equal(spans, (await shipped.Search.SpansAsync(Query(line), null, 50, Token)).Hits.Count);
    }

    [Theory]
    [InlineData("\\")]
    [InlineData("\"\\\\\"")]
    [InlineData("a\\ b\\\\")]
    [InlineData("\"| select 1\"")]
    [InlineData("\"');--\"")]
    [InlineData("name: \"a\\\\\\\"b\\\\\"")]
    public async Task Takes_odd_text_as_text(string line) => Assert.Empty((await shipped.Search.SpansAsync(Query(line), null, 50, Token)).Hits);

    [Fact]
    public async Task Pages_from_the_newest_without_repeating_or_missing_one()
    {
        var seen = new List<Span>();
        string? cursor = null;
        do
        {
            var page = await shipped.Search.SpansAsync(Query("service: copilot"), cursor, 1, Token);
            Assert.True(page.IsComplete);
            seen.AddRange(page.Hits.Select(hit => hit.Span));
            cursor = page.NextCursor;
        } while (cursor is not null);

        Assert.Equal(["chat", "run sql", "chat"], seen.Select(span => span.Name));
        Assert.Equal(seen.OrderByDescending(span => span.StartUnixNano), seen);
    }

    [Fact]
    public async Task Gives_a_row_back_as_it_was_written()
    {
        var found = (await shipped.Search.SpansAsync(Query("") with { Project = "full" }, null, 10, Token)).Hits.Single().Span;

        // A log keeps microseconds, and a list shows the beginning of a long status message.
        var written = shipped.Full.Span;
        written = written with { StartUnixNano = written.StartUnixNano / 1000 * 1000, DurationNano = written.DurationNano / 1000 * 1000 };
        Assert.Equal(JsonSerializer.Serialize(written), JsonSerializer.Serialize(found));
    }

    [Fact]
    public async Task Shows_where_the_word_stands()
    {
        var hits = (await shipped.Search.SpansAsync(Query("订单"), null, 10, Token)).Hits;

        Assert.Equal(["去订单页", "查询昨天的订单 with \"quotes\" and it's fine"], hits.Select(hit => hit.Snippet));
    }

    [Fact]
    public async Task Lists_traces_by_their_newest_match_with_the_failure_first()
    {
        var page = await shipped.Search.TracesAsync(Query("service: copilot"), null, 1, Token);
        var next = await shipped.Search.TracesAsync(Query("service: copilot"), page.NextCursor, 1, Token);

        Assert.Equal((shipped.Working, 1), (page.Hits.Single().TraceId, page.Hits.Single().MatchingSpans));
        Assert.Equal(
            (shipped.Failing, 2, "run sql"),
            (next.Hits.Single().TraceId, next.Hits.Single().MatchingSpans, next.Hits.Single().Best.Span.Name)
        );
        Assert.Null(next.NextCursor);
    }

    [Fact]
    public async Task Counts_over_time_and_by_field()
    {
        var buckets = await shipped.Search.HistogramAsync(Query("service: copilot"), Token);
        var models = await shipped.Search.FacetAsync(Query(""), "model", 10, Token);
        var statuses = await shipped.Search.FacetAsync(Query("service: copilot"), "status", 10, Token);

        Assert.Equal((3, 1), (buckets.Sum(bucket => bucket.Count), buckets.Sum(bucket => bucket.Errors)));
        Assert.Equal(1, buckets.Single(bucket => bucket.From <= shipped.Noon.AddMinutes(-4) && shipped.Noon.AddMinutes(-4) < bucket.To).Errors);
        Assert.Contains(new FacetValue("qwen-max", 1), models);
        Assert.DoesNotContain(models, model => model.Value == "gpt-5");
        Assert.Equal([new("unset", 2), new("error", 1)], statuses);
        foreach (var facet in (string[])["service", "kind", "session", "user", "environment", "release", "provider", "name", "operation", "error"])
        {
            Assert.NotEmpty(await shipped.Search.FacetAsync(Query("") with { Project = "full" }, facet, 5, Token));
        }
    }

    [Fact]
    public async Task Knows_which_spans_of_a_batch_are_there()
    {
        var (batch, since) = (Guid.NewGuid(), shipped.Noon);
        var (first, second) = (Spans.Chat(), Spans.Chat());

        Assert.Equal([first, second], await shipped.Sls.Store.MissingAsync(batch, since, [first, second], Token));
        await shipped.Sls.Store.WriteAsync("third", batch, [first], Token);
        Assert.Equal(1, await shipped.Sls.Store.CountBatchAsync(batch, since, Token));
        Assert.Equal([second], await shipped.Sls.Store.MissingAsync(batch, since, [first, second], Token));
    }

    [Fact]
    public async Task Counts_a_span_of_two_versions_once()
    {
        var span = Spans.Chat().With(span => span with { Service = "versions" });
        await shipped.Sls.Store.WriteAsync("versions", Guid.NewGuid(), [span], Token);
        await shipped.Sls.Store.WriteAsync(
            "versions",
            Guid.NewGuid(),
            [span.With(span => span with { Status = SpanStatus.Error }) with { Revision = 2 }],
            Token
        );
        var query = Query("") with { Project = "versions" };

        Assert.Equal(1, await shipped.Search.SpanCountAsync(query, Token));
        Assert.Equal(new(1, false), await shipped.Search.TraceCountAsync(query, 10, Token));
        Assert.Equal(SpanStatus.Error, (await shipped.Search.SpansAsync(query, null, 10, Token)).Hits.Single().Span.Status);
        Assert.Equal(1, (await shipped.Search.TracesAsync(query, null, 10, Token)).Hits.Single().MatchingSpans);
    }

    [Fact]
    public async Task Counts_in_the_histogram_of_SLS_too()
    {
        var histogram = await shipped.Sls.Client.GetHistogramsAsync(
            SpanLogSchema.Logstore,
            new("project: default and service: copilot", shipped.Noon.AddHours(-1).ToUnixTimeSeconds(), shipped.Noon.AddHours(1).ToUnixTimeSeconds()),
            Token
        );

        Assert.Equal((3, true), (histogram.Count, histogram.IsComplete));
    }

    private SpanQuery Query(string line) => new("default", line, shipped.Noon.AddHours(-1), shipped.Noon.AddMinutes(30));
}
