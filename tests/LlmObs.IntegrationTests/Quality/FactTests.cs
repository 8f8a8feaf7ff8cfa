using LlmObs.Domain.Quality;
using LlmObs.Domain.Scores;
using LlmObs.Domain.Spans;
using LlmObs.IntegrationTests.Support;
using LlmObs.Storage.Quality;
using LlmObs.Storage.Reading;
using LlmObs.Storage.Writing;
using Microsoft.Extensions.Options;
using static LlmObs.IntegrationTests.Quality.QualityFacts;

namespace LlmObs.IntegrationTests.Quality;

public sealed class FactTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private readonly QualityFacts facts = new(database);

    private JudgedRequestReader Requests => new(database.Database, Options.Create(new SatisfactionWeights()));

    [Fact]
    public async Task Scores_that_come_late_change_or_go_move_the_measures()
    {
        var project = await database.NewProjectAsync();
        var traces = await facts.AskAsync(project, 4);
        Assert.Equal(4, (await facts.TallyAsync(project)).Requests);

        await facts.ScoreAsync(project, Sql("a", traces[0], true), Sql("b", traces[1], true), Sql("c", traces[2], false, "unknown_column"));
        var tally = await facts.TallyAsync(project);
        Assert.Equal((3, 2, 3), (tally.SqlJudged, tally.SqlExecutable, tally.Evaluated));

        await facts.ScoreAsync(project, Sql("c", traces[2], true) with { UnixMicros = 2 });
        Assert.Equal(3, (await facts.TallyAsync(project)).SqlExecutable);

        await new ScoreWriter(database.Database, database.Sampling).DeleteAsync(project, "a", Cancel);
        tally = await facts.TallyAsync(project);
        Assert.Equal((2, 2, 2), (tally.SqlJudged, tally.SqlExecutable, tally.Evaluated));
    }

    [Fact]
    public async Task A_span_that_comes_late_or_changes_is_seen()
    {
        var project = await database.NewProjectAsync();
        var root = Spans.Chat().With(span => span with { Kind = SpanKind.Workflow, Usage = null });
        await database.WriteAsync(project, root);
        Assert.Equal((1, 0), ((await facts.TallyAsync(project)).Requests, (await facts.TallyAsync(project)).Tokens.Sum));

        var call = Spans.Chat(root.Span.TraceId, parent: root.Span.SpanId).With(span => span with { Usage = null, Status = SpanStatus.Error });
        await database.WriteAsync(project, call);
        await facts.TallyAsync(project);

        await database.Writer.WriteAsync(new(project, [], [Spans.Late(call, "output", "text") with { Usage = new(20, 5) }]), Cancel);
        Assert.Equal(1, await database.Merger.MergeDueAsync(100, Cancel));
        Assert.Equal(25, (await facts.TallyAsync(project)).Tokens.Sum);
        var step = Assert.Single(await new StepReader(database.Database).StepsAsync(Filter(project), withTimes: true, Cancel));
        Assert.Equal(("chat", (int)SpanKind.Llm, 1, 1), (step.Name, step.Kind, step.Runs, step.Failed));
    }

    [Fact]
    public async Task What_is_said_of_a_request_counts_for_its_trace_and_the_weights_are_those_of_the_domain()
    {
        var project = await database.NewProjectAsync();
        var start = Spans.Now();
        var first = Asked("各门店的退款率是多少", start, "session");
        var second = Asked("各门店的退款率是多少？", start + 30_000_000_000, "session");
        await database.WriteAsync(project, first, second);
        await facts.ScoreAsync(project, Given("up", null, first.Span.RequestId, ScoreNames.UserFeedback, "feedback", true));

        var tally = await facts.TallyAsync(project);

        // Liked, and yet asked again.
        var expected = new SatisfactionParts(5, 1, null).Composite(new());
        Assert.Equal((1, 1, 1), (tally.Stars.Count, tally.Explicit, tally.Implicit));
        Assert.Equal(expected!.Value, tally.Of(Measure.Satisfaction).Value!.Value, 1e-9);
    }

    [Fact]
    public async Task Groups_by_time_dimension_and_model_and_filters_by_them()
    {
        var project = await database.NewProjectAsync();
        await facts.AskAsync(project, 3, span => span with { Release = "1.0.0", Model = "m-1", Tags = ["wholesale"] });
        await facts.AskAsync(project, 2, span => span with { Release = "2.0.0", Model = "m-2", PromptName = "p", PromptVersion = "2" });
        await facts.Rollup.RunAsync(Cancel);

        var releases = await facts.Reader.TalliesAsync(Filter(project), QualityGroup.Release, Cancel);
        Assert.Equal([("1.0.0", 3), ("2.0.0", 2)], releases.Select(tally => (tally.Key, tally.Requests)));
        var models = await facts.Reader.TalliesAsync(Filter(project) with { Release = "2.0.0" }, QualityGroup.Model, Cancel);
        Assert.Equal([("m-2", 2)], models.Select(tally => (tally.Key, tally.Requests)));
        var prompts = await facts.Reader.TalliesAsync(Filter(project), QualityGroup.Prompt, Cancel);
        Assert.Equal([("p@2", 2)], prompts.Select(tally => (tally.Key, tally.Requests)));
        var tags = await facts.Reader.TalliesAsync(Filter(project), QualityGroup.Tag, Cancel);
        Assert.Equal([("wholesale", 3)], tags.Select(tally => (tally.Key, tally.Requests)));
        Assert.Equal(3, (await facts.TallyAsync(Filter(project) with { Tag = "wholesale" })).Requests);
        var users = await facts.Reader.TalliesAsync(Filter(project), QualityGroup.User, Cancel);
        Assert.Equal(5, users.Sum(tally => tally.Requests));
    }

    [Fact]
    public async Task Failures_are_grouped_and_the_list_behind_a_group_has_the_same_requests()
    {
        var project = await database.NewProjectAsync();
        var traces = await facts.AskAsync(project, 5);
        await facts.ScoreAsync(
            project,
            [.. traces.Take(3).Select((trace, i) => Sql($"s{i}", trace, false, "unknown_column") with { Comment = "no column" })]
        );
        await facts.ScoreAsync(project, Sql("ok", traces[3], true), Sql("d", traces[3], false, "empty") with { Name = ScoreNames.DataValid });
        await facts.Rollup.RunAsync(Cancel);

        var groups = await new FailureReader(database.Database).GroupsAsync(Filter(project), Cancel);
        Assert.Equal([("sql", "unknown_column", 3), ("data", "empty", 1)], groups.Select(group => (group.Category, group.Label, group.Count)));
        Assert.Equal(3, groups[0].Trend.Sum());
        Assert.Equal("no column", groups[0].Message);

        var list = await Requests.PageAsync(
            new(Filter(project), RequestPart.Group, RequestOrder.Newest, 0) { Category = "sql", Label = "unknown_column" },
            Cancel
        );
        Assert.Equal(traces.Take(3).Order(), list.Select(row => row.TraceId).Order());
        foreach (var part in Enum.GetValues<RequestPart>())
        {
            foreach (var order in Enum.GetValues<RequestOrder>())
            {
                var page = await Requests.PageAsync(new(Filter(project), part, order, 0) { Step = "chat" }, Cancel);
                Assert.InRange(page.Count, 0, 5);
            }
        }
    }

    [Fact]
    public async Task The_list_behind_a_number_has_as_many_requests_as_it_says()
    {
        var project = await database.NewProjectAsync();
        var traces = await facts.AskAsync(project, 9, span => span with { Release = "1.0", UserId = "u1" });
        await facts.AskAsync(project, 2, span => span with { Status = SpanStatus.Error, Release = null, Usage = null, Cost = null, UserId = null });
        await facts.ScoreAsync(project, [.. traces.Take(5).Select((trace, i) => Sql($"s{i}", trace, i > 1))]);
        await facts.ScoreAsync(
            project,
            Sql("d", traces[3], false, "not_empty") with
            {
                Name = ScoreNames.DataValid,
            },
            Given("up", traces[5], null, ScoreNames.UserFeedback, "feedback", true),
            Given("copied", traces[6], null, ScoreNames.Copied, "feedback", true),
            Given("label", traces[7], null, "correct", "human", true),
            Reverse("back", traces[8], 0.5)
        );

        var tally = await facts.TallyAsync(project);
        Dictionary<RequestPart, long> numbers = new()
        {
            [RequestPart.All] = tally.Requests,
            [RequestPart.Failed] = tally.Failed,
            [RequestPart.Failing] = (await new FailureReader(database.Database).GroupsAsync(Filter(project), Cancel)).Sum(group => group.Count),
            [RequestPart.SqlJudged] = tally.SqlFinalJudged,
            [RequestPart.SqlFailed] = tally.SqlJudged - tally.SqlExecutable,
            [RequestPart.SqlFinalFailed] = tally.SqlFinalJudged - tally.SqlFinalExecutable,
            [RequestPart.DataChecked] = tally.DataChecked,
            [RequestPart.DataInvalid] = tally.DataChecked - tally.DataValid,
            [RequestPart.Streamed] = tally.FirstTokens.Count,
            [RequestPart.Metered] = tally.Tokens.Count,
            [RequestPart.Priced] = tally.Cost.Count,
            [RequestPart.Rated] = tally.Stars.Count,
            [RequestPart.Explicit] = tally.Explicit,
            [RequestPart.Implicit] = tally.Implicit,
            [RequestPart.Reverse] = tally.Reverse,
            [RequestPart.Kept] = tally.Kept,
            [RequestPart.Evaluated] = tally.Evaluated,
            [RequestPart.Unevaluated] = tally.Requests - tally.Evaluated,
            [RequestPart.Labelled] = tally.Labelled,
        };
        foreach (var (part, number) in numbers)
        {
            Assert.Equal((part, number), (part, await Requests.CountAsync(new(Filter(project), part, RequestOrder.Newest, 0), Cancel)));
        }

        Assert.Equal((11, 2, 1), (tally.Requests, tally.Failed, tally.Labelled));
        foreach (var unsaid in new[] { Filter(project) with { Release = "" }, Filter(project) with { User = "" } })
        {
            Assert.Equal(2, (await facts.TallyAsync(unsaid)).Requests);
            Assert.Equal(2, await Requests.CountAsync(new(unsaid, RequestPart.All, RequestOrder.Newest, 0), Cancel));
        }
    }

    [Fact]
    public async Task A_request_whose_trace_sampling_dropped_still_counts_and_is_said_to_be_gone()
    {
        var project = await database.NewProjectAsync();
        var traces = await facts.AskAsync(project, 2);
        await facts.Rollup.RunAsync(Cancel);
        await database.ScalarAsync($"DELETE FROM spans WHERE trace_id = '{traces[0]}'");
        await facts.ScoreAsync(project, Sql("late", traces[0], true));

        var tally = await facts.TallyAsync(project);

        Assert.Equal((2, 1), (tally.Requests, tally.Kept));
        Assert.Equal(0.5, tally.Of(Measure.Traced).Value);
    }

    [Fact]
    public async Task A_request_without_a_first_token_has_no_time_to_it()
    {
        var project = await database.NewProjectAsync();
        await facts.AskAsync(project, 2, span => span with { Release = "streamed", TimeToFirstTokenMs = 100 });
        await facts.AskAsync(project, 3, span => span with { Release = "whole" });
        await facts.Rollup.RunAsync(Cancel);

        var releases = (await facts.Reader.TalliesAsync(Filter(project), QualityGroup.Release, Cancel)).ToDictionary(
            release => release.Key,
            release => (release.Times.Count, release.FirstTokens.Count)
        );

        Assert.Equal((2, 2), releases["streamed"]);
        Assert.Equal((3, 0), releases["whole"]);
    }

    [Fact]
    public async Task Cells_put_together_are_the_groups_they_were_cut_from()
    {
        var project = await database.NewProjectAsync();
        var traces = await facts.AskAsync(project, 5, span => span with { Release = "1" });
        await facts.AskAsync(project, 3, span => span with { Release = "2" });
        await facts.ScoreAsync(project, Sql("a", traces[0], true), Sql("b", traces[1], false, "syntax"));
        await facts.Rollup.RunAsync(Cancel);

        var releases = await facts.Reader.TalliesAsync(Filter(project), QualityGroup.Release, Cancel);
        foreach (var unit in new[] { "hour", "day", null })
        {
            var cells = await facts.Reader.CellsAsync(Filter(project), unit, "Asia/Shanghai", Cancel);
            foreach (var release in releases)
            {
                var merged = QualityTally.Merge(release.Key, [.. cells.Where(cell => cell.Tally.Key == release.Key).Select(cell => cell.Tally)]);
                Assert.Equal((release.Requests, release.SqlJudged, release.FirstAt), (merged.Requests, merged.SqlJudged, merged.FirstAt));
                Assert.All(Measure.All, measure => Assert.Equal(release.Of(measure), merged.Of(measure)));
            }
        }
    }

    [Fact]
    public async Task Two_releases_are_compared_on_the_questions_that_both_were_asked()
    {
        var project = await database.NewProjectAsync();
        var first = await facts.AskAsync(project, 3, span => span with { Release = "1" });
        var second = await facts.AskAsync(project, 2, span => span with { Release = "2" });
        await facts.ScoreAsync(
            project,
            [
                Sql("1a", first[0], false, "syntax"),
                Sql("1b", first[1], true),
                Sql("1c", first[2], true),
                Sql("2a", second[0], true),
                Sql("2b", second[1], true),
            ]
        );
        await facts.Rollup.RunAsync(Cancel);

        var shared = new SharedQuestionReader(database.Database);
        var strata = await shared.StrataAsync(Filter(project), "1", "2", Measure.SqlExecutable, Cancel);

        Assert.Equal([new Stratum(0, 1, 1, 1), new Stratum(1, 1, 1, 1)], strata.OrderBy(stratum => stratum.FirstSuccesses));
        foreach (var measure in new[] { Measure.SqlFinal, Measure.DataValid, Measure.Errors })
        {
            Assert.InRange((await shared.StrataAsync(Filter(project), "1", "2", measure, Cancel)).Count, 0, 2);
        }
    }

    [Fact]
    public async Task History_can_be_worked_out_again()
    {
        var project = await database.NewProjectAsync();
        await facts.AskAsync(project, 2);
        await facts.Rollup.RunAsync(Cancel);
        await database.ScalarAsync($"DELETE FROM quality_facts WHERE project_id = {project.Id}");
        Assert.Equal(0, (await facts.TallyAsync(project)).Requests);

        await database.ScalarAsync("UPDATE quality_progress SET read_up_to = '1970-01-01'");
        Assert.Equal(2, (await facts.TallyAsync(project)).Requests);
    }

    [Fact]
    public async Task One_replica_has_the_turn_until_it_gives_it_back()
    {
        var progress = new FactProgress(database.Database);
        Assert.NotNull(await progress.ClaimAsync(TimeSpan.FromMinutes(1), Cancel));
        Assert.Null(await progress.ClaimAsync(TimeSpan.FromMinutes(1), Cancel));
        await progress.GiveBackAsync(Cancel);
        Assert.NotNull(await progress.ClaimAsync(TimeSpan.FromMinutes(1), Cancel));
        await progress.GiveBackAsync(Cancel);
    }
}
