using LlmObs.Domain;
using LlmObs.Domain.Scores;
using LlmObs.Domain.Spans;
using LlmObs.Domain.Traces;
using LlmObs.IntegrationTests.Support;
using LlmObs.Storage.Sampling;
using LlmObs.Storage.Writing;

namespace LlmObs.IntegrationTests.Storage;

/// <summary>Sampling with a share of nothing: only what must be kept is.</summary>
public sealed class TraceSamplingTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    private readonly TraceSampling sampling = new(
        database.Database,
        Microsoft.Extensions.Options.Options.Create(new SamplingOptions { KeepShare = 0, Quiet = TimeSpan.Zero }),
        Microsoft.Extensions.Options.Options.Create(database.Options)
    );

    [Fact]
    public async Task A_quiet_trace_without_error_is_dropped_whole_and_never_shipped()
    {
        var project = await database.NewProjectAsync();
        var trace = Spans.TraceId();
        Assert.Empty((await WriteAsync(project, Spans.Chat(trace), Spans.Chat(trace))).Outbox);
        Assert.Equal(2, (await database.Reader.SpansAsync(project.Id, trace, Cancel)).Count);

        await DecideAllAsync();

        Assert.Empty(await database.Reader.SpansAsync(project.Id, trace, Cancel));
        Assert.Equal(0L, await OutboxSpansAsync(project));
        var coverage = Assert.Single(await new Coverage(database.Database).OfLastWeekAsync(Cancel), one => one.Project == project.Name);
        Assert.Equal((2L, 2L, 1L, 0.0), (coverage.ReceivedSpans, coverage.DroppedSpans, coverage.DroppedTraces, coverage.KeptShare));
    }

    [Fact]
    public async Task An_error_keeps_the_spans_before_it_and_after_it()
    {
        var project = await database.NewProjectAsync();
        var trace = Spans.TraceId();
        await WriteAsync(project, Spans.Chat(trace));
        await WriteAsync(project, Spans.Chat(trace).With(span => span with { Status = SpanStatus.Error }));

        await DecideAllAsync();

        Assert.Equal(2, (await database.Reader.SpansAsync(project.Id, trace, Cancel)).Count);
        Assert.Equal(2L, await OutboxSpansAsync(project));
        Assert.Single((await WriteAsync(project, Spans.Chat(trace))).Outbox);
        await DecideAllAsync();
        Assert.Equal(3, (await database.Reader.SpansAsync(project.Id, trace, Cancel)).Count);
    }

    [Fact]
    public async Task A_score_keeps_its_trace_even_when_it_came_first()
    {
        var project = await database.NewProjectAsync();
        var trace = Spans.TraceId();
        await sampling.KeepAsync(project.Id, trace, Cancel);
        await WriteAsync(project, Spans.Chat(trace));

        await DecideAllAsync();

        Assert.Single(await database.Reader.SpansAsync(project.Id, trace, Cancel));
        Assert.Equal(1L, await OutboxSpansAsync(project));
    }

    [Fact]
    public async Task Feedback_keeps_its_trace_and_what_an_evaluator_says_of_every_trace_does_not()
    {
        var project = await database.NewProjectAsync();
        var (praised, judged) = (Spans.TraceId(), Spans.TraceId());
        await WriteAsync(project, Spans.Chat(praised), Spans.Chat(judged));
        var scores = new ScoreWriter(database.Database, sampling);
        await scores.WriteAsync(project, [Score(praised, "human")], Cancel);
        await scores.WriteJudgementsAsync(project, [Score(judged, "code")], Cancel);

        await DecideAllAsync();

        Assert.Single(await database.Reader.SpansAsync(project.Id, praised, Cancel));
        Assert.Empty(await database.Reader.SpansAsync(project.Id, judged, Cancel));
    }

    [Fact]
    public async Task A_score_of_a_trace_within_the_share_ships_nothing_again()
    {
        var project = await database.NewProjectAsync();
        var span = Spans.Chat();
        await database.WriteAsync(project, span);
        await database.Sampling.KeepAsync(project.Id, span.Span.TraceId, Cancel);
        await DecideAllAsync();

        Assert.Equal(1L, await OutboxSpansAsync(project));
    }

    [Fact]
    public async Task A_late_span_of_a_dropped_trace_is_kept_when_it_failed_and_dropped_when_not()
    {
        var project = await database.NewProjectAsync();
        var (fails, works) = (Spans.TraceId(), Spans.TraceId());
        await WriteAsync(project, Spans.Chat(fails), Spans.Chat(works));
        await DecideAllAsync();
        await WriteAsync(project, Spans.Chat(fails).With(span => span with { Status = SpanStatus.Error }), Spans.Chat(works));

        await DecideAllAsync();

        Assert.Single(await database.Reader.SpansAsync(project.Id, fails, Cancel));
        Assert.Empty(await database.Reader.SpansAsync(project.Id, works, Cancel));
    }

    [Fact]
    public async Task Content_that_comes_apart_does_not_smuggle_a_held_span_to_SLS()
    {
        var project = await database.NewProjectAsync();
        var span = Spans.Chat();
        await WriteAsync(project, span);
        await Writer().WriteAsync(new(project, [], [Spans.Late(span, "input", "hello")]), Cancel);
        while (await database.Merger.MergeDueAsync(100, Cancel) > 0) { }

        Assert.Equal(0L, await OutboxSpansAsync(project));
    }

    [Fact]
    public void A_sample_is_as_large_as_it_says_and_the_same_everywhere()
    {
        var ids = Enumerable.Range(0, 20_000).Select(i => i.ToString("x32", System.Globalization.CultureInfo.InvariantCulture)).ToList();
        Assert.InRange(ids.Count(id => TraceSample.Holds(id, 0.25)), 4_600, 5_400);
        Assert.All(ids, id => Assert.True(TraceSample.Holds(id, 1)));
        Assert.DoesNotContain(ids, id => TraceSample.Holds(id, 0));
        Assert.All(ids.Where(id => TraceSample.Holds(id, 0.1)), id => Assert.True(TraceSample.Holds(id, 0.25)));
    }

    private static Score Score(string traceId, string source) =>
        new(
            $"{source}-{traceId}",
            traceId,
            null,
            null,
            null,
            "helpful",
            ScoreType.Boolean,
            1,
            null,
            null,
            source,
            Spans.Now() / 1000,
            JsonText.EmptyObject
        );

    private SpanWriter Writer() =>
        new(database.Database, new(), sampling, Microsoft.Extensions.Options.Options.Create(database.Options), database.Clock);

    private Task<SpanWriteResult> WriteAsync(Project project, params IReadOnlyList<SpanRecord> spans) =>
        Writer().WriteAsync(new(project, spans), Cancel);

    private async Task DecideAllAsync()
    {
        while (await sampling.DecideAsync(100, Cancel) is { KeptTraces: > 0 } or { DroppedTraces: > 0 }) { }
    }

    private async Task<object?> OutboxSpansAsync(Project project) =>
        await database.ScalarAsync($"SELECT coalesce(sum(span_count), 0)::bigint FROM outbox WHERE project_id = {project.Id}");
}
