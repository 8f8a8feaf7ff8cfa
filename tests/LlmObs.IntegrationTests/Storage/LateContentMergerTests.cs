using LlmObs.Domain.Spans;
using LlmObs.IntegrationTests.Support;

namespace LlmObs.IntegrationTests.Storage;

/// <summary>A merge takes what is due in every project, so each test has a database of its own.</summary>
public sealed class LateContentMergerTests(PostgresFixture postgres) : IAsyncLifetime
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;
    private readonly TestDatabase database = new(postgres);

    public async ValueTask InitializeAsync() => await database.InitializeAsync();

    public async ValueTask DisposeAsync() => await database.DisposeAsync();

    [Fact]
    public async Task Merges_content_that_came_after_its_span_and_queues_the_new_version()
    {
        var project = await database.NewProjectAsync();
        var span = Spans.Chat();
        await database.WriteAsync(project, span);
        await database.Writer.WriteAsync(
            new(project, [], [Spans.Late(span, "input", "上个月的销售额？"), Spans.Late(span, "output", "42", 2)]),
            Cancel
        );

        Assert.Equal(1, await database.Merger.MergeDueAsync(100, Cancel));

        var merged = await ReadAsync(project.Id, span);
        Assert.Equal(["上个月的销售额？", "42"], Texts(merged));
        Assert.Equal("上个月的销售额？", merged.Span.Question);
        Assert.Equal(2, merged.Revision);
        Assert.Equal(2, merged.Content.Events.Count);
        var queued = Assert.Single(await database.Outbox.ClaimAsync(10, TimeSpan.FromMinutes(1), Cancel));
        Assert.Equal((0, 2), (queued.Attempts, Assert.Single(queued.Records).Revision));
        Assert.Equal(0, await database.Merger.MergeDueAsync(100, Cancel));
    }

    [Fact]
    public async Task Merges_content_that_came_before_its_span_once_the_span_is_there()
    {
        var project = await database.NewProjectAsync();
        var span = Spans.Chat();
        await database.Writer.WriteAsync(new(project, [], [Spans.Late(span, "input", "early")]), Cancel);
        Assert.Equal(0, await database.Merger.MergeDueAsync(100, Cancel));
        Assert.Equal(true, await database.ScalarAsync("SELECT due_at > now() FROM late_contents"));

        await database.WriteAsync(project, span);

        // The span's writer wakes it: no waiting for the postponement to run out.
        Assert.Equal(1, await database.Merger.MergeDueAsync(100, Cancel));
        Assert.Equal(["early"], Texts(await ReadAsync(project.Id, span)));
    }

    [Fact]
    public async Task Merges_content_that_comes_in_one_batch_with_its_span()
    {
        var project = await database.NewProjectAsync();
        var span = Spans.Chat();

        await database.Writer.WriteAsync(new(project, [span], [Spans.Late(span, "input", "together")]), Cancel);

        Assert.Equal(1, await database.Merger.MergeDueAsync(100, Cancel));
        Assert.Equal(["together"], Texts(await ReadAsync(project.Id, span)));
    }

    [Fact]
    public async Task Puts_stragglers_into_order_of_time()
    {
        var project = await database.NewProjectAsync();
        var span = Spans.Chat();
        await database.WriteAsync(project, span);
        foreach (var (text, time) in new[] { ("third", 3L), ("first", 1L), ("second", 2L) })
        {
            await database.Writer.WriteAsync(new(project, [], [Spans.Late(span, "input", text, time)]), Cancel);
            Assert.Equal(1, await database.Merger.MergeDueAsync(100, Cancel));
        }

        var merged = await ReadAsync(project.Id, span);
        Assert.Equal(["first", "second", "third"], Texts(merged));
        Assert.Equal(4, merged.Revision);
    }

    [Fact]
    public async Task Changes_nothing_for_a_repeat_or_for_what_the_span_says_itself()
    {
        var project = await database.NewProjectAsync();
        var span = Spans.Chat();
        span = span with { Content = new() { Messages = [new("input", "user", [MessagePart.Text("own")])] } };
        await database.WriteAsync(project, span);
        var late = Spans.Late(span, "input", "other");
        await database.Writer.WriteAsync(new(project, [], [late, late]), Cancel);
        Assert.Equal(1, await database.Merger.MergeDueAsync(100, Cancel));

        await database.Writer.WriteAsync(new(project, [], [late]), Cancel);

        Assert.Equal(0, await database.Merger.MergeDueAsync(100, Cancel));
        var merged = await ReadAsync(project.Id, span);
        Assert.Equal(["own"], Texts(merged));
        Assert.Single(merged.Content.Events);
    }

    [Fact]
    public async Task Waits_longer_and_longer_for_a_span_that_does_not_come()
    {
        var project = await database.NewProjectAsync();
        await database.Writer.WriteAsync(new(project, [], [Spans.Late(Spans.Chat(), "input", "orphan")]), Cancel);
        var waits = new List<double>();
        for (var i = 0; i < 12; i++)
        {
            await database.Merger.MergeDueAsync(100, Cancel);
            waits.Add((double)(await database.ScalarAsync("SELECT extract(epoch FROM due_at - clock_timestamp())::float8 FROM late_contents"))!);
            await database.ScalarAsync("UPDATE late_contents SET due_at = now()");
        }

        Assert.InRange(waits[0], 0.3, 0.5);
        Assert.InRange(waits[3], 3.5, 4);
        Assert.InRange(waits[11], 299, 300);

        await database.ScalarAsync("UPDATE late_contents SET received_at = now() - interval '25 hours'");
        await database.Merger.MergeDueAsync(100, Cancel);
        Assert.Equal(true, await database.ScalarAsync("SELECT due_at = 'infinity' FROM late_contents"));
    }

    [Fact]
    public async Task Loses_nothing_when_span_and_content_come_at_the_same_moment()
    {
        const int Rounds = 150;
        var project = await database.NewProjectAsync();
        var spans = Enumerable.Range(0, Rounds).Select(_ => Spans.Chat()).ToArray();
        using var writing = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var mergers = Enumerable
            .Range(0, 3)
            .Select(_ =>
                Task.Run(async () =>
                {
                    var changed = 0;
                    while (!writing.IsCancellationRequested)
                    {
                        changed += await database.Merger.MergeDueAsync(20, Cancel);
                    }

                    return changed;
                })
            )
            .ToArray();

        for (var i = 0; i < Rounds; i++)
        {
            var span = spans[i];
            await Task.WhenAll(
                Task.Run(() => database.Writer.WriteAsync(new(project, [span]), Cancel)),
                Task.Run(() => database.Writer.WriteAsync(new(project, [], [Spans.Late(span, "input", "q")]), Cancel)),
                Task.Run(() => database.Writer.WriteAsync(new(project, [], [Spans.Late(span, "output", "a", 2)]), Cancel))
            );
        }

        await writing.CancelAsync();
        var changed = (await Task.WhenAll(mergers)).Sum();
        await database.ScalarAsync("UPDATE late_contents SET due_at = now() WHERE merged_at IS NULL");
        changed += await database.Merger.MergeDueAsync(Rounds, Cancel);

        Assert.Equal(0L, await database.ScalarAsync("SELECT count(*) FROM late_contents WHERE merged_at IS NULL"));
        Assert.InRange(changed, Rounds, 2 * Rounds);
        foreach (var span in spans)
        {
            Assert.Equal(["q", "a"], Texts(await ReadAsync(project.Id, span)));
        }
    }

    private async Task<SpanRecord> ReadAsync(int projectId, SpanRecord span) =>
        (await database.Reader.SpanAsync(projectId, span.Span.TraceId, span.Span.SpanId, Cancel))!;

    private static IEnumerable<string?> Texts(SpanRecord record) => record.Content.Messages.Select(message => message.Parts[0].Content);
}
