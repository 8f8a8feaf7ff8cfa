using LlmObs.Domain;
using LlmObs.Domain.Labels;
using LlmObs.IntegrationTests.Support;
using LlmObs.Storage.Labels;
using LlmObs.Storage.Reading;

namespace LlmObs.IntegrationTests.Storage.Labels;

public sealed class LabelDeskTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static readonly LabelSet Correct = new("correct", "Right?", LabelKind.Choice, [new("yes"), new("no")], ["wrong table"], "Look twice.");
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    private LabelQueues Queues => new(database.Database);
    private LabelReader Reader => new(database.Database);
    private LabelDesk Desk => new(database.Database, database.Sampling, database.Clock);

    [Fact]
    public async Task A_set_and_a_queue_come_back_as_they_were_made_and_names_are_taken_once()
    {
        var project = await database.NewProjectAsync();
        var sets = new LabelSets(database.Database);
        var set = await sets.CreateAsync(project.Id, Correct, "ann", Cancel);
        Assert.Null(await sets.CreateAsync(project.Id, Correct, "ann", Cancel));
        var stored = Assert.Single(await sets.ListAsync(project.Id, Cancel));
        Assert.Equal((set, "ann", "Look twice.", "yes|no"), (stored.Id, stored.CreatedBy, stored.Set.Guide, string.Join('|', stored.Set.Values)));

        var queue = await Queues.CreateAsync(project.Id, set!.Value, "september", 2, "ann", Cancel);
        Assert.Null(await Queues.CreateAsync(project.Id, set.Value, "september", 1, "ann", Cancel));
        var other = await database.NewProjectAsync();
        Assert.Null(await Queues.CreateAsync(other.Id, set.Value, "theirs", 1, "ann", Cancel));
        Assert.Null(await Queues.FindAsync(other.Id, queue!.Value, Cancel));

        Assert.Equal(2, await Queues.AddAsync(project.Id, queue.Value, [new("t1", null, "one"), new("t1", "s1", "its span")], Cancel));
        Assert.Equal(1, await Queues.AddAsync(project.Id, queue.Value, [new("t1", null, "one"), new("t2", null, "two")], Cancel));
        Assert.Equal((3, 0, 0), Counts(await FindAsync(project, queue.Value)));
    }

    [Fact]
    public async Task Two_people_never_have_one_item_and_who_walks_away_loses_it_in_time()
    {
        var (project, queue) = await QueueAsync(readings: 1, items: 2);
        var ann = await Desk.NextAsync(queue.Id, "ann", 0, Cancel);
        var bo = await Desk.NextAsync(queue.Id, "bo", 0, Cancel);
        Assert.NotEqual(ann, bo);
        Assert.Null(await Desk.NextAsync(queue.Id, "cy", 0, Cancel));
        Assert.False(await Desk.HoldAsync(ann!.Value, "cy", Cancel));
        Assert.Equal("ann", (await ItemAsync(project, queue, ann.Value)).Holder);

        database.Clock.Advance(LabelDesk.HoldTime + TimeSpan.FromSeconds(1));
        Assert.Equal(ann, await Desk.NextAsync(queue.Id, "cy", 0, Cancel));
        Assert.False(await SaveAsync(project, queue, ann.Value, "ann", "yes"));
        Assert.Empty(await Reader.LabelsAsync(project.Id, queue.Id, null, Cancel));

        // Nobody took bo's: a hold that ran out is no loss.
        Assert.True(await SaveAsync(project, queue, bo!.Value, "bo", "no"));
        await Desk.ReleaseAsync(ann.Value, "cy", Cancel);
        Assert.True(await Desk.HoldAsync(ann.Value, "ann", Cancel));
    }

    [Fact]
    public async Task A_label_is_a_score_and_saying_it_again_replaces_both()
    {
        var (project, queue) = await QueueAsync(readings: 1, items: 1);
        var item = (await Desk.NextAsync(queue.Id, "ann", 0, Cancel))!.Value;
        Assert.True(await SaveAsync(project, queue, item, "ann", "yes"));
        database.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.True(await SaveAsync(project, queue, item, "ann", "no"));

        var label = Assert.Single(await Reader.LabelsAsync(project.Id, queue.Id, item, Cancel));
        var all = new ScoreFilter(null, null, null, null, "correct", null);
        var score = Assert.Single(await new ScoreReader(database.Database).PageAsync(project.Id, all, 10, Cancel));
        Assert.Equal(("no", "no", "human", "trace-0"), (label.Value, score.Label, score.Source, score.TraceId));
        Assert.Equal(label.GivenAt, DateTimeOffset.UnixEpoch.AddTicks(score.UnixMicros * 10));
    }

    [Fact]
    public async Task Two_readings_that_differ_wait_for_a_decision_and_the_decision_counts()
    {
        var (project, queue) = await QueueAsync(readings: 2, items: 2);
        foreach (var (person, values) in new[] { ("ann", new[] { "yes", "yes" }), ("bo", ["yes", "no"]) })
        {
            foreach (var value in values)
            {
                Assert.True(await SaveAsync(project, queue, (await Desk.NextAsync(queue.Id, person, 0, Cancel))!.Value, person, value));
            }

            // One's own items do not come again.
            Assert.Null(await Desk.NextAsync(queue.Id, person, 0, Cancel));
        }

        Assert.Equal((0, 1, 1), Counts(await FindAsync(project, queue.Id)));
        var differing = Assert.Single(await Reader.ItemsAsync(project.Id, queue.Id, "differing", 0, 10, database.Clock.GetUtcNow(), Cancel));
        Assert.Equal(2, differing.Number);

        Assert.True(await SaveAsync(project, queue, differing.Id, "ann", "no", isFinal: true));
        Assert.True(await SaveAsync(project, queue, differing.Id, "cy", "yes", isFinal: true));
        Assert.Equal((0, 0, 2), Counts(await FindAsync(project, queue.Id)));
        var decision = Assert.Single(await Reader.LabelsAsync(project.Id, queue.Id, differing.Id, Cancel), label => label.IsFinal);
        Assert.Equal(("cy", "yes"), (decision.Annotator, decision.Value));
    }

    [Fact]
    public async Task What_is_assigned_comes_to_that_person_first_and_to_nobody_else()
    {
        var (project, queue) = await QueueAsync(readings: 1, items: 3);
        var third = (await Reader.ItemsAsync(project.Id, queue.Id, null, 2, 1, database.Clock.GetUtcNow(), Cancel))[0];
        Assert.Equal(2, await Queues.AssignAsync(project.Id, queue.Id, "ann", 2, Cancel));

        Assert.Equal(third.Id, await Desk.NextAsync(queue.Id, "bo", 0, Cancel));
        await Desk.ReleaseAsync(third.Id, "bo", Cancel);
        Assert.NotEqual(third.Id, await Desk.NextAsync(queue.Id, "ann", 0, Cancel));
        Assert.Equal(2, await Queues.UnassignAsync(project.Id, queue.Id, "ann", Cancel));
        Assert.Equal((0, 3), ((await Reader.PaceAsync(queue.Id, "bo", Cancel)).Given, (await Reader.PaceAsync(queue.Id, "bo", Cancel)).Left));
    }

    [Fact]
    public async Task A_request_that_came_into_the_queue_unfinished_is_called_by_its_question_once_that_is_known()
    {
        var (project, queue) = await QueueAsync(readings: 1, items: 2);
        await database.Database.ExecuteAsync(
            """
            INSERT INTO quality_facts (project_id, trace_id, started_at, question, models, prompts, duration_ms, has_failed, sql_judged, sql_executable,
                data_checked, data_valid, sent_signals, signals, is_evaluated, is_labelled)
            VALUES (@projectId, 'trace-0', now(), repeat('问', 600), '{}', '{}', 1, false, 0, 0, 0, 0, '{}', '{}', false, false)
            """,
            new { projectId = project.Id },
            Cancel
        );

        var items = await Reader.ItemsAsync(project.Id, queue.Id, null, 0, 10, database.Clock.GetUtcNow(), Cancel);

        Assert.Equal([new string('问', 500), "question 1"], items.Select(item => item.Title));
    }

    private async Task<(Project, LabelQueue)> QueueAsync(int readings, int items)
    {
        var project = await database.NewProjectAsync();
        var set = await new LabelSets(database.Database).CreateAsync(project.Id, Correct, "ann", Cancel);
        var id = await Queues.CreateAsync(project.Id, set!.Value, "queue", readings, "ann", Cancel);
        await Queues.AddAsync(
            project.Id,
            id!.Value,
            [.. Enumerable.Range(0, items).Select(i => new NewLabelItem($"trace-{i}", null, $"question {i}"))],
            Cancel
        );
        return (project, await FindAsync(project, id.Value));
    }

    private async Task<bool> SaveAsync(Project project, LabelQueue queue, long item, string person, string value, bool isFinal = false) =>
        await Desk.SaveAsync(project, queue, await ItemAsync(project, queue, item), new(item, person, value, [], null, isFinal, default), Cancel);

    private async Task<LabelItem> ItemAsync(Project project, LabelQueue queue, long item) =>
        (await Reader.ItemAsync(project.Id, queue.Id, item, database.Clock.GetUtcNow(), Cancel))!;

    private async Task<LabelQueue> FindAsync(Project project, int id) => (await Queues.FindAsync(project.Id, id, Cancel))!;

    private static (int Open, int Differing, int Done) Counts(LabelQueue queue) => (queue.Open, queue.Differing, queue.Done);
}
