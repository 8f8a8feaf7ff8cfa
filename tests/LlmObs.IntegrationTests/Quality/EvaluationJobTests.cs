using LlmObs.Domain.Evaluators;
using LlmObs.Domain.Spans;
using LlmObs.Domain.Traces;
using LlmObs.IntegrationTests.Support;
using LlmObs.Storage.Evaluators;
using LlmObs.Storage.Jobs;

namespace LlmObs.IntegrationTests.Quality;

public sealed class EvaluationJobTests(QualityStack stack) : IClassFixture<QualityStack>
{
    private const string Good = "SELECT store, sum(amount) AS gmv FROM orders GROUP BY store";
    private readonly CancellationToken none = TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_arrives_is_run_and_what_was_there_before_is_not()
    {
        var project = await stack.Database.NewProjectAsync();
        await stack.RecordAsync(project, QualityStack.Generated(Good));
        await stack.SaveAsync(project, "sql", QualityStack.Sql(), onArrival: true);
        var bad = QualityStack.Generated("SELECT gmv FROM orders");
        await stack.RecordAsync(project, QualityStack.Generated(Good), bad, Spans.Chat());

        var scores = await stack.ScoresAsync(project, 3);

        Assert.Equal(3, scores.Count);
        var failed = Assert.Single(scores, score => score.SpanId == bad.Span.SpanId);
        Assert.Equal(("sql_executable", 0.0, "unknown_column", "code"), (failed.Name, failed.Value, failed.Label, failed.Source));
        Assert.Equal("column \"gmv\" does not exist", failed.Comment);
        Assert.Contains("\"position\":8", failed.Metadata.Text, StringComparison.Ordinal);
        Assert.Equal(["data_valid", "sql_executable"], scores.Where(score => score.Value == 1).Select(score => score.Name).Order());
    }

    [Fact]
    public async Task A_filter_and_a_share_choose_the_spans()
    {
        var project = await stack.Database.NewProjectAsync();
        await stack.SaveAsync(project, "filtered", QualityStack.Sql(filter: "name:chosen"), onArrival: true);
        await stack.SaveAsync(project, "sampled", QualityStack.Sql(share: 0.5), onArrival: true);
        var spans = Enumerable.Range(0, 40).Select(n => QualityStack.Generated("SELECT 1 FROM nowhere", n % 4 == 0 ? "chosen" : "other")).ToList();
        await stack.RecordAsync(project, spans);
        var held = spans.Count(span => TraceSample.Holds(span.Span.TraceId, 0.5));

        var scores = await stack.ScoresAsync(project, 10 + held);

        Assert.Equal(10, scores.Count(score => score.Id.StartsWith("filtered:1:", StringComparison.Ordinal)));
        Assert.Equal(held, scores.Count(score => score.Id.StartsWith("sampled:1:", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Who_asks_SLS_waits_for_what_sampling_holds()
    {
        var project = await stack.Database.NewProjectAsync();
        var subjects = new SubjectReader(stack.Database.Database);
        var held = new DateTimeOffset(
            (
                await stack.Database.ScalarAsync(
                    $"INSERT INTO held_traces (project_id, trace_id, since) VALUES ({project.Id}, 'held', now() - interval '20 minutes') RETURNING since"
                ) as DateTime?
            )!.Value
        );

        Assert.True(await HorizonAsync(needsSls: true) <= held);
        Assert.True(await HorizonAsync(needsSls: false) > held);

        await stack.Database.ScalarAsync($"UPDATE held_traces SET decided_at = now(), is_kept = true WHERE project_id = {project.Id}");
        Assert.True(await HorizonAsync(needsSls: true) > held);

        Task<DateTimeOffset> HorizonAsync(bool needsSls) => subjects.HorizonAsync(project.Id, TimeSpan.Zero, needsSls, none);
    }

    [Fact]
    public async Task A_second_run_over_history_replaces_and_a_new_version_stands_beside()
    {
        var project = await stack.Database.NewProjectAsync();
        await stack.RecordAsync(project, [.. Enumerable.Range(0, 10).Select(_ => QualityStack.Generated(Good)), Spans.Chat()]);
        var first = await stack.SaveAsync(project, "sql", QualityStack.Sql());

        var job = await stack.RunOverHistoryAsync(first);
        await stack.RunOverHistoryAsync(first);

        Assert.Equal((JobState.Done, 10L, 1L, 0L), (job.State, job.Judged, job.Skipped, job.Failed));
        Assert.Equal(20, (await stack.ScoresAsync(project)).Count);

        var second = await stack.SaveAsync(project, "sql", QualityStack.Sql(filter: "name:generate"));
        await stack.RunOverHistoryAsync(second);

        Assert.Equal(2, second.Version);
        Assert.Equal(40, (await stack.ScoresAsync(project)).Count);
        Assert.Equal([2, 1], (await stack.Evaluators.VersionsAsync(second.Id, none)).Select(version => version.Version));
        var summary = await stack.Results.SummariesAsync(second, none);
        Assert.Equal([("data_valid", 10L, 1.0), ("sql_executable", 10L, 1.0)], summary.Select(one => (one.Name, one.Count, one.Mean ?? 0)));
    }

    [Fact]
    public async Task A_dry_run_shows_twenty_spans_and_keeps_no_score()
    {
        var project = await stack.Database.NewProjectAsync();
        await stack.RecordAsync(project, [.. Enumerable.Range(0, 25).Select(_ => QualityStack.Generated(Good))]);
        var evaluator = await stack.SaveAsync(project, "sql", QualityStack.Sql());

        var job = await stack.RunAsync(project, await stack.Jobs.AddDryRunAsync(evaluator, "test", none));
        var shown = await stack.Jobs.DryRunAsync(project.Id, job.Id, none);

        Assert.Equal(JobState.Done, job.State);
        Assert.Equal(20, shown!.Count);
        Assert.All(shown, span => Assert.Equal(["sql_executable", "data_valid"], span.Findings.Select(finding => finding.Name)));
        Assert.Empty(await stack.ScoresAsync(project));
    }

    [Fact]
    public async Task A_killed_turn_is_done_again_by_the_next_and_the_dead_one_can_write_no_more()
    {
        var project = await stack.Database.NewProjectAsync();
        await stack.RecordAsync(project, [.. Enumerable.Range(0, 6).Select(_ => QualityStack.Generated(Good))]);
        var evaluator = await stack.SaveAsync(project, "sql", QualityStack.Sql());
        var now = TimeProvider.System.GetUtcNow();
        var id = await stack.Jobs.AddHistoryAsync(evaluator, now.AddHours(-1), now.AddHours(1), "test", none);
        var dead = await stack.ClaimAsync(id, TimeSpan.FromMilliseconds(50));

        var job = await stack.RunAsync(project, id);

        Assert.Equal((JobState.Done, 6L), (job.State, job.Judged));
        Assert.False(await stack.Turns.FinishTurnAsync(dead, new(null, true, TimeSpan.Zero, 100, 0, 0), none));
        Assert.False(await stack.Turns.RenewAsync(dead, TimeSpan.FromMinutes(1), none));
        Assert.Equal(6, (await stack.Jobs.FindAsync(project.Id, id, none))!.Judged);
    }

    [Fact]
    public async Task Two_workers_never_have_one_job()
    {
        var project = await stack.Database.NewProjectAsync();
        var evaluator = await stack.SaveAsync(project, "sql", QualityStack.Sql());
        var ids = new List<long>();
        for (var i = 0; i < 10; i++)
        {
            ids.Add(await stack.Jobs.AddDryRunAsync(evaluator, "test", none));
        }

        var claims = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => stack.Turns.ClaimAsync(TimeSpan.FromMinutes(1), none)));
        var mine = claims.OfType<ClaimedJob>().Where(claim => ids.Contains(claim.Job.Id)).Select(claim => claim.Job.Id).ToList();

        Assert.Equal(mine.Count, mine.Distinct().Count());
        foreach (var id in ids)
        {
            Assert.True(await stack.Jobs.CancelAsync(project.Id, id, none));
        }
    }

    [Fact]
    public async Task A_cancelled_job_writes_no_more()
    {
        var project = await stack.Database.NewProjectAsync();
        var evaluator = await stack.SaveAsync(project, "sql", QualityStack.Sql());
        var id = await stack.Jobs.AddDryRunAsync(evaluator, "test", none);
        var claimed = await stack.ClaimAsync(id, TimeSpan.FromMinutes(1));

        Assert.True(await stack.Jobs.CancelAsync(project.Id, id, none));
        Assert.False(await stack.Turns.RenewAsync(claimed, TimeSpan.FromMinutes(1), none));
        Assert.False(await stack.Turns.FinishTurnAsync(claimed, new(null, true, TimeSpan.Zero, 1, 0, 0), none));
        Assert.Equal(JobState.Cancelled, (await stack.Jobs.FindAsync(project.Id, id, none))!.State);
    }

    [Theory]
    [InlineData("away", "cannot be reached")]
    [InlineData("owner", "is a superuser")]
    public async Task A_sandbox_that_cannot_be_used_says_nothing_of_the_SQL(string connection, string reason)
    {
        var project = await stack.Database.NewProjectAsync();
        await stack.RecordAsync(project, QualityStack.Generated(Good));
        var evaluator = await stack.SaveAsync(project, "sql", QualityStack.Sql(connection));

        var job = await stack.RunOverHistoryAsync(evaluator);

        Assert.Equal((JobState.Failed, 2), (job.State, job.Attempts));
        Assert.Contains(reason, job.LastError, StringComparison.Ordinal);
        Assert.Empty(await stack.ScoresAsync(project));
    }

    [Fact]
    public async Task A_name_nobody_configured_waits_for_an_operator()
    {
        var project = await stack.Database.NewProjectAsync();
        await stack.RecordAsync(project, QualityStack.Generated(Good));
        var evaluator = await stack.SaveAsync(project, "sql", QualityStack.Sql("nowhere"));

        var job = await stack.RunOverHistoryAsync(evaluator);

        Assert.Equal(JobState.Open, job.State);
        Assert.Equal("There is no connection 'nowhere': set Quality:Connections:nowhere.", job.LastError);
        await stack.Jobs.CancelAsync(project.Id, job.Id, none);
    }

    [Fact]
    public async Task A_filter_nobody_can_read_ends_the_run_and_says_where()
    {
        var project = await stack.Database.NewProjectAsync();
        var evaluator = await stack.SaveAsync(project, "sql", QualityStack.Sql(filter: "name:a and nofield:b"));

        var job = await stack.RunOverHistoryAsync(evaluator);

        Assert.Equal(JobState.Failed, job.State);
        Assert.StartsWith("Filter, character 12: There is no field 'nofield'.", job.LastError, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_evaluator_has_one_job_for_arrivals_and_switching_it_off_ends_it()
    {
        var project = await stack.Database.NewProjectAsync();
        var on = await stack.SaveAsync(project, "sql", QualityStack.Sql(), onArrival: true);
        var again = await stack.SaveAsync(project, "sql", QualityStack.Sql(), onArrival: true);

        Assert.Equal((1, 1), (on.Version, again.Version));
        Assert.Equal(JobState.Open, Assert.Single(await stack.Jobs.ListAsync(project.Id, on.Id, 10, none)).State);

        await stack.SaveAsync(project, "sql", QualityStack.Sql(), onArrival: false);

        Assert.Equal(JobState.Cancelled, Assert.Single(await stack.Jobs.ListAsync(project.Id, on.Id, 10, none)).State);
    }

    [Fact]
    public async Task What_is_not_shipped_yet_is_waited_for_by_a_filter()
    {
        var project = await stack.Database.NewProjectAsync();
        await stack.SaveAsync(project, "filtered", QualityStack.Sql(filter: "name:generate"), onArrival: true);
        var span = QualityStack.Generated(Good);
        await stack.Database.WriteAsync(project, span);
        var job = (await stack.Jobs.ListAsync(project.Id, null, 1, none))[0];

        for (var turn = 0; turn < 5; turn++)
        {
            await stack.ScoresAsync(project, 0);
        }

        Assert.Null((await stack.Jobs.FindAsync(project.Id, job.Id, none))!.Position);

        await stack.Sls.Store.WriteAsync(project.Name, Guid.NewGuid(), [span], none);
        await stack.Database.ScalarAsync("DELETE FROM outbox");

        Assert.Equal(2, (await stack.ScoresAsync(project, 2)).Count);
    }

    [Fact]
    public async Task Rules_judge_whole_requests()
    {
        var project = await stack.Database.NewProjectAsync();
        var trace = Spans.TraceId();
        var root = Spans.Chat(trace).With(span => span with { Kind = SpanKind.Workflow }) with
        {
            Content = new() { Input = "哪家店最好？", Output = "抱歉，我无法回答。" },
        };
        await stack.RecordAsync(project, root, Spans.Chat(trace, parent: root.Span.SpanId));
        var evaluator = await stack.SaveAsync(
            project,
            "rules",
            new()
            {
                Kind = EvaluatorKind.Rules,
                RootsOnly = true,
                Rules = new(["refusal", "language", "retrieval"]),
            }
        );

        await stack.RunOverHistoryAsync(evaluator);

        var scores = await stack.ScoresAsync(project);
        Assert.Equal(
            [("rule.language", 1.0), ("rule.refusal", 0.0)],
            scores.OrderBy(score => score.Name).Select(score => (score.Name, score.Value!.Value))
        );
        Assert.All(scores, score => Assert.Equal(root.Span.SpanId, score.SpanId));
    }
}
