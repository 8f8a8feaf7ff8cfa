using LlmObs.Domain;
using LlmObs.Domain.Cases;
using LlmObs.IntegrationTests.Support;
using LlmObs.Storage.Cases;

namespace LlmObs.IntegrationTests.Storage.Cases;

public sealed class CaseBookTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;
    private static readonly CaseCause Cause = new("schema", "t1", "s1", "the column was renamed");

    private CaseBook Book => new(database.Database, database.Sampling, database.Clock);
    private CaseProgress Progress => new(database.Database, database.Clock);
    private CaseReader Reader => new(database.Database);

    [Fact]
    public async Task A_case_walks_from_report_to_proof_and_its_history_says_who_did_what()
    {
        var project = await database.NewProjectAsync();
        var id = await OpenAsync(project);
        Assert.False(await Progress.FixAsync(project.Id, id, "1.1", "bo", Cancel));
        Assert.True(await Progress.LocateAsync(project.Id, id, CaseState.New, Cause, "bo", Cancel));
        Assert.False(await Progress.LocateAsync(project.Id, id, CaseState.New, Cause, "cy", Cancel));
        Assert.True(await Progress.FixAsync(project.Id, id, "1.1", "bo", Cancel));
        Assert.True(await Progress.VerifyAsync(project.Id, id, true, "ann", Cancel));
        Assert.False(await Progress.VerifyAsync(project.Id, id, true, "ann", Cancel));
        Assert.True(await Book.RemarkAsync(project.Id, id, "seen again?", "cy", Cancel));
        Assert.True(await Book.OwnAsync(project.Id, id, "bo", "cy", Cancel));
        Assert.False(await Book.OwnAsync(project.Id, id, "bo", "cy", Cancel));

        var file = (await Reader.FindAsync(project.Id, id, Cancel))!;
        Assert.Equal((CaseState.Verified, "bo", "1.1", true), (file.Case.State, file.Case.Owner, file.Case.FixedIn, file.Case.CauseConfirmed));
        Assert.Equal(Cause, file.Case.Cause);
        Assert.Equal(
            ["ann opened trace", "bo located schema", "bo fixed 1.1", "ann verified ", "ann confirmed ", "cy note seen again?", "cy owner bo"],
            file.History.Select(line => $"{line.By} {line.Kind} {line.Detail}")
        );
        var other = await database.NewProjectAsync();
        Assert.Null(await Reader.FindAsync(other.Id, id, Cancel));
        Assert.False(await Book.RemarkAsync(other.Id, id, "x", "cy", Cancel));
    }

    [Fact]
    public async Task A_fix_that_is_none_goes_back_to_the_cause_or_to_the_beginning()
    {
        var project = await database.NewProjectAsync();
        var id = await OpenAsync(project, Cause);
        Assert.False(await Progress.ReopenAsync(project.Id, id, CaseState.Located, isCauseRight: true, "bo", Cancel));
        await Progress.FixAsync(project.Id, id, "1.1", "bo", Cancel);
        Assert.True(await Progress.ReopenAsync(project.Id, id, CaseState.Fixed, isCauseRight: true, "bo", Cancel));
        Assert.Equal(CaseState.Located, (await Reader.FindAsync(project.Id, id, Cancel))!.Case.State);

        await Progress.FixAsync(project.Id, id, "1.2", "bo", Cancel);
        Assert.True(await Progress.ReopenAsync(project.Id, id, CaseState.Fixed, isCauseRight: false, "bo", Cancel));
        var reopened = (await Reader.FindAsync(project.Id, id, Cancel))!.Case;
        Assert.Equal((CaseState.New, false), (reopened.State, reopened.CauseConfirmed));
    }

    [Fact]
    public async Task Traces_are_added_once_and_lead_to_their_cases()
    {
        var project = await database.NewProjectAsync();
        var id = await OpenAsync(project);
        Assert.Equal(1, await Book.AddTracesAsync(project.Id, id, [new("t1", "one"), new("t2", "two")], "bo", Cancel));
        Assert.Equal(0, await Book.AddTracesAsync(project.Id, id, [new("t2", "two")], "bo", Cancel));

        Assert.Equal(["t1", "t2"], (await Reader.FindAsync(project.Id, id, Cancel))!.Traces.Select(trace => trace.TraceId));
        Assert.Equal(id, Assert.Single(await Reader.OfTraceAsync(project.Id, "t2", Cancel)).Case.Id);
        Assert.Empty(await Reader.OfTraceAsync(project.Id, "t3", Cancel));
    }

    [Fact]
    public async Task Lists_are_filtered_by_state_owner_cause_and_release()
    {
        var project = await database.NewProjectAsync();
        var open = await OpenAsync(project);
        var located = await OpenAsync(project, Cause);
        await Book.OwnAsync(project.Id, located, "bo", "ann", Cancel);
        var @fixed = await OpenAsync(project, Cause with { Category = "prompt" });
        await Progress.FixAsync(project.Id, @fixed, "2.0", "ann", Cancel);

        async Task<long[]> ListAsync(CaseFilter filter) => [.. (await Reader.ListAsync(project.Id, filter, 10, Cancel)).Select(row => row.Case.Id)];
        var all = new CaseFilter(null, null, null, null, null);
        Assert.Equal([@fixed, located, open], await ListAsync(all));
        Assert.Equal([open], await ListAsync(all with { State = CaseState.New }));
        Assert.Equal([located], await ListAsync(all with { Owner = "bo" }));
        Assert.Equal([located], await ListAsync(all with { Category = "schema" }));
        Assert.Equal([@fixed], await ListAsync(all with { Release = "2.0" }));
        Assert.Equal([open], await ListAsync(all with { Before = located }));
        Assert.Equal(1, (await Reader.CountsAsync(project.Id, Cancel))[CaseState.Fixed]);
    }

    [Fact]
    public async Task Times_come_from_the_history()
    {
        var project = await database.NewProjectAsync();
        var from = database.Clock.GetUtcNow();
        var first = await OpenAsync(project);
        var second = await OpenAsync(project);
        var wrong = await OpenAsync(project);
        database.Clock.Advance(TimeSpan.FromMinutes(5));
        await Progress.LocateAsync(project.Id, first, CaseState.New, Cause, "bo", Cancel);
        database.Clock.Advance(TimeSpan.FromMinutes(10));
        await Progress.LocateAsync(project.Id, second, CaseState.New, Cause, "bo", Cancel);
        await Progress.LocateAsync(project.Id, wrong, CaseState.New, Cause, "bo", Cancel);
        database.Clock.Advance(TimeSpan.FromMinutes(45));
        await Progress.FixAsync(project.Id, first, "1.1", "bo", Cancel);
        await Progress.FixAsync(project.Id, wrong, "1.1", "bo", Cancel);
        await Progress.VerifyAsync(project.Id, first, true, "ann", Cancel);
        await Progress.ReopenAsync(project.Id, wrong, CaseState.Fixed, isCauseRight: false, "ann", Cancel);

        var to = database.Clock.GetUtcNow() + TimeSpan.FromSeconds(1);
        var times = await new CaseClock(database.Database).ReadAsync(project.Id, from, to, Cancel);
        Assert.Equal((3, 3, 1, 2, 1), (times.Opened, times.Located, times.Fixed, times.Reviewed, times.Confirmed));
        Assert.Equal(15, Math.Round(times.LocateMedianSeconds!.Value / 60));
        Assert.Equal(60, Math.Round(times.FixMedianSeconds!.Value / 60));

        var all = new CaseFilter(null, null, null, null, null);
        async Task<IEnumerable<long>> CountedAsync(CaseMilestone milestone) =>
            (await Reader.ListAsync(project.Id, all with { Counted = new(milestone, from, to) }, 10, Cancel)).Select(row => row.Case.Id);
        Assert.Equal([wrong, second, first], await CountedAsync(CaseMilestone.Opened));
        Assert.Equal([wrong, second, first], await CountedAsync(CaseMilestone.Located));
        Assert.Equal([first], await CountedAsync(CaseMilestone.Fixed));
        Assert.Equal([wrong, first], await CountedAsync(CaseMilestone.Reviewed));
        Assert.Equal([first], await CountedAsync(CaseMilestone.Confirmed));

        var before = await new CaseClock(database.Database).ReadAsync(project.Id, from - TimeSpan.FromDays(1), from, Cancel);
        Assert.Equal((0, null, null), (before.Opened, before.LocateMedianSeconds, before.FixMedianSeconds));
    }

    private Task<long> OpenAsync(Project project, CaseCause? cause = null) =>
        Book.OpenAsync(project.Id, new("net amount too low", "trace", null, "request · 42703", cause, [new("t1", "one")]), "ann", Cancel);
}
