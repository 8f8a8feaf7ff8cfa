using System.Diagnostics;
using System.Globalization;
using LlmObs.Domain.Spans;
using LlmObs.IntegrationTests.Support;
using LlmObs.Storage.Reading;

namespace LlmObs.IntegrationTests.Storage;

public sealed class TraceReaderTests(TestDatabase database, ITestOutputHelper output) : IClassFixture<TestDatabase>
{
    private const long Second = 1_000_000_000;
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Finds_what_an_id_is_each_kind_by_its_index()
    {
        var project = await database.NewProjectAsync();
        var span = Spans.Chat().With(span => span with { RequestId = "order 17", SessionId = "s-会话", UserId = "ann@example.com" });
        await database.WriteAsync(project, span);
        var id = span.Span;

        (string Text, IdKind Kind)[] cases =
        [
            (id.TraceId, IdKind.Trace),
            (id.TraceId.ToUpperInvariant(), IdKind.Trace),
            ($" {id.SpanId} ", IdKind.Span),
            (id.SpanId.ToUpperInvariant(), IdKind.Span),
            ("order 17", IdKind.Request),
            ("s-会话", IdKind.Session),
            ("ann@example.com", IdKind.User),
        ];
        foreach (var (text, kind) in cases)
        {
            var match = await database.Reader.FindIdAsync(project.Id, text, Cancel);
            Assert.Equal((kind, id.TraceId), (match?.Kind, match?.TraceIds.Single()));
        }

        foreach (var unknown in (string[])["", "  ", "ORDER 17", "order", "a\0b", Spans.TraceId()])
        {
            Assert.Null(await database.Reader.FindIdAsync(project.Id, unknown, Cancel));
        }
    }

    [Fact]
    public async Task Leads_from_a_user_to_the_newest_20_traces()
    {
        var project = await database.NewProjectAsync();
        var spans = Enumerable
            .Range(0, 25)
            .Select(i => Spans.Chat(start: Spans.Now() + (i * Second)).With(span => span with { UserId = "many" }))
            .ToArray();
        await database.WriteAsync(project, spans);

        var match = await database.Reader.FindIdAsync(project.Id, "many", Cancel);

        Assert.Equal(spans.Reverse().Take(20).Select(span => span.Span.TraceId), match!.TraceIds);
    }

    [Fact]
    public async Task Reads_of_a_long_text_the_part_asked_for_and_all_of_it_on_request()
    {
        var project = await database.NewProjectAsync();
        var random = new Random(3);
        var prompt = string.Concat(Enumerable.Range(0, 200_000).Select(i => $"第 {i} 行 {random.NextInt64():x}\n"));
        var span = Spans.Chat();
        span = span with
        {
            Content = span.Content with
            {
                Messages = [new("input", "user", [MessagePart.Text(prompt)]), new("output", "assistant", [MessagePart.Text("done")])],
            },
        };
        await database.WriteAsync(project, span);
        var (traceId, spanId) = (span.Span.TraceId, span.Span.SpanId);
        var parts = TextParts.Count(prompt.Length);

        foreach (var part in (int[])[1, 2, parts])
        {
            var read = await database.Reader.SpanToReadAsync(project.Id, traceId, spanId, field => field == "message.0.0" ? part : 1, Cancel);

            Assert.Equal(TextPart.Of(prompt, part), read!.LongTexts["message.0.0"]);
            Assert.Equal(TextPart.Of(prompt, part).Text, read.Record.Content.Messages[0].Parts[0].Content);
            Assert.Equal("done", read.Record.Content.Messages[1].Parts[0].Content);
        }

        Assert.Equal(prompt, (await database.Reader.SpanAsync(project.Id, traceId, spanId, Cancel))!.Content.Messages[0].Parts[0].Content);
        Assert.Null(await database.Reader.SpanToReadAsync(project.Id, traceId, "0", _ => 1, Cancel));
    }

    [Fact]
    public async Task Reads_a_content_of_many_texts_whole_that_are_each_short_enough()
    {
        var project = await database.NewProjectAsync();
        var random = new Random(4);
        var text = string.Concat(Enumerable.Range(0, 20_000).Select(_ => random.NextInt64().ToString("x", CultureInfo.InvariantCulture)));
        var span = Spans.Chat();
        span = span with
        {
            Content = span.Content with { Messages = [.. Enumerable.Repeat(new Message("input", "user", [MessagePart.Text(text)]), 12)] },
        };
        await database.WriteAsync(project, span);

        var read = await database.Reader.SpanToReadAsync(project.Id, span.Span.TraceId, span.Span.SpanId, _ => 1, Cancel);

        Assert.Empty(read!.LongTexts);
        Assert.All(read.Record.Content.Messages, message => Assert.Equal(text, message.Parts[0].Content));
    }

    [Fact]
    public async Task Keeps_projects_apart()
    {
        var (mine, other) = (await database.NewProjectAsync(), await database.NewProjectAsync());
        var span = Spans.Full();
        await database.WriteAsync(mine, span);

        Assert.Empty(await database.Reader.SpansAsync(other.Id, span.Span.TraceId, Cancel));
        Assert.Null(await database.Reader.SpanAsync(other.Id, span.Span.TraceId, span.Span.SpanId, Cancel));
        Assert.Empty(await database.Reader.SummariesAsync(other.Id, [span.Span.TraceId], Cancel));
        Assert.Empty(await database.Reader.OfSessionAsync(other.Id, "session-1", 10, Cancel));
        foreach (var id in (string[])[span.Span.TraceId, span.Span.SpanId, "request-1", "session-1", "user-1"])
        {
            Assert.Null(await database.Reader.FindIdAsync(other.Id, id, Cancel));
        }

        Assert.Equal(1, (await database.WriteAsync(other, span)).Written);
    }

    [Fact]
    public async Task Summarises_a_trace_counting_each_model_call_once()
    {
        var project = await database.NewProjectAsync();
        var traceId = Spans.TraceId();
        var start = Spans.Now();
        var root = Spans
            .Chat(traceId, start: start)
            .With(span => span with { Kind = SpanKind.Workflow, Name = "ask", Usage = new(30, 5), DurationNano = 9 * Second });
        var outer = Spans
            .Chat(traceId, parent: root.Span.SpanId, start: start + 1)
            .With(span => span with { Usage = new(30, 5), Cost = new(1, 1, 2) });
        var inner = Spans
            .Chat(traceId, parent: outer.Span.SpanId, start: start + 2)
            .With(span => span with { Usage = new(30, 5), Cost = new(1, 1, 2), Status = SpanStatus.Error });
        await database.WriteAsync(project, inner, root);
        await database.WriteAsync(project, outer);

        var summary = Assert.Single(await database.Reader.SummariesAsync(project.Id, [traceId, Spans.TraceId()], Cancel));

        Assert.Equal(("ask", 3, 1, 9 * Second), (summary.Name, summary.SpanCount, summary.ErrorCount, summary.DurationNano));
        Assert.Equal((30, 5, 2m), (summary.Usage!.InputTokens, summary.Usage.OutputTokens, summary.Cost!.Total));
        Assert.Equal(inner.Span.SpanId, summary.FirstError!.SpanId);
    }

    [Fact]
    public async Task Lists_the_traces_of_a_session_oldest_first()
    {
        var project = await database.NewProjectAsync();
        var spans = Enumerable
            .Range(0, 5)
            .Select(i => Spans.Chat(start: Spans.Now() - (i * 40_000 * Second)).With(span => span with { SessionId = "talk" }))
            .ToArray();
        await database.WriteAsync(project, spans);

        var traces = await database.Reader.OfSessionAsync(project.Id, "talk", 3, Cancel);

        Assert.Equal(spans.Reverse().Take(3).Select(span => span.Span.TraceId), traces.Select(trace => trace.TraceId));
    }

    [Fact]
    public async Task Opens_a_trace_of_5000_spans_quickly()
    {
        var project = await database.NewProjectAsync();
        var traceId = Spans.TraceId();
        var start = Spans.Now();
        SpanRecord[] spans =
        [
            .. Enumerable
                .Range(0, 5000)
                .Select(i =>
                    (Spans.Full() with { Content = Spans.Full().Content with { Input = new string('x', 2000) } }).With(span =>
                        span with
                        {
                            TraceId = traceId,
                            StartUnixNano = start + i,
                        }
                    )
                ),
        ];
        await database.WriteAsync(project, spans[..1]);
        var wrote = await TimeAsync(() => database.WriteAsync(project, spans));
        await database.Reader.SpansAsync(project.Id, traceId, Cancel);

        var rows = await TimeAsync(async () => Assert.Equal(5000, (await database.Reader.SpansAsync(project.Id, traceId, Cancel)).Count));
        var records = await TimeAsync(async () => Assert.Equal(5000, (await database.Reader.RecordsAsync(project.Id, traceId, Cancel)).Count));
        var summary = await TimeAsync(() => database.Reader.SummariesAsync(project.Id, [traceId], Cancel));

        output.WriteLine($"5,000 spans: written in {wrote} ms, rows read in {rows} ms, with contents in {records} ms, summarised in {summary} ms");
        Assert.InRange(rows, 0, 2000);
    }

    [Fact]
    public async Task Answers_by_index_in_every_partition()
    {
        var project = await database.NewProjectAsync();
        await database.WriteAsync(
            project,
            [.. Enumerable.Range(0, 20).Select(day => Spans.Full().With(span => span with { StartUnixNano = Spans.Now() - (day * 86_400 * Second) }))]
        );

        foreach (
            var condition in (string[])
                [
                    "trace_id = ANY ('{x}')",
                    "span_id = ANY ('{x}')",
                    "left(request_id, 200) = left('x', 200)",
                    "left(session_id, 200) = left('x', 200)",
                    "left(user_id, 200) = left('x', 200)",
                ]
        )
        {
            await using var connection = await database.DataSource.OpenConnectionAsync(Cancel);
            await using var command = connection.CreateCommand();
            command.CommandText = $"SET enable_seqscan = off; EXPLAIN SELECT trace_id FROM spans WHERE project_id = {project.Id} AND {condition}";
            await using var reader = await command.ExecuteReaderAsync(Cancel);
            var plan = "";
            while (await reader.ReadAsync(Cancel))
            {
                plan += reader.GetString(0) + "\n";
            }

            Assert.DoesNotContain("Seq Scan", plan, StringComparison.Ordinal);
            Assert.Contains("Index", plan, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Counts_what_is_stored()
    {
        var project = await database.NewProjectAsync();
        var before = await database.Status.RowsAsync(Cancel);

        await database.WriteAsync(project, Spans.Chat(), Spans.Chat());

        var after = await database.Status.RowsAsync(Cancel);
        Assert.True(after.Spans >= before.Spans + 2);
        Assert.True(after.Bytes > 0);
        Assert.InRange(after.NewestAt!.Value, TimeProvider.System.GetUtcNow().AddMinutes(-1), TimeProvider.System.GetUtcNow().AddMinutes(1));
    }

    private static async Task<long> TimeAsync(Func<Task> work)
    {
        var watch = Stopwatch.StartNew();
        await work();
        return watch.ElapsedMilliseconds;
    }
}
