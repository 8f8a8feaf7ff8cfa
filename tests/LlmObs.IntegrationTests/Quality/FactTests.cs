using LlmObs.Domain;
using LlmObs.Domain.Quality;
using LlmObs.Domain.Scores;
using LlmObs.Domain.Spans;
using LlmObs.IntegrationTests.Support;
using LlmObs.Quality.Facts;
using LlmObs.Storage.Quality;
using LlmObs.Storage.Reading;
using LlmObs.Storage.Writing;
using Microsoft.Extensions.Options;

namespace LlmObs.IntegrationTests.Quality;

public sealed class FactTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    private QualityReader Reader => new(database.Database, Options.Create(new SatisfactionWeights()));

    private JudgedRequestReader Requests => new(database.Database, Options.Create(new SatisfactionWeights()));

    private FactRollup Rollup =>
        new(
            new(database.Database),
            new(database.Database),
            new(database.Database),
            database.Reader,
            new(database.Database),
            Options.Create(new FactOptions { HourRestSeconds = 3600 }),
            Options.Create(database.Options),
            database.Clock
        );

    [Fact]
    public async Task Scores_that_come_late_change_or_go_move_the_measures()
    {
        var project = await database.NewProjectAsync();
        var traces = await AskAsync(project, 4);
        Assert.Equal(4, (await TallyAsync(project)).Requests);

        await ScoreAsync(project, Sql("a", traces[0], true), Sql("b", traces[1], true), Sql("c", traces[2], false, "unknown_column"));
        var tally = await TallyAsync(project);
        Assert.Equal((3, 2, 3), (tally.SqlJudged, tally.SqlExecutable, tally.Evaluated));

        await ScoreAsync(project, Sql("c", traces[2], true) with { UnixMicros = 2 });
        Assert.Equal(3, (await TallyAsync(project)).SqlExecutable);

        await new ScoreWriter(database.Database, database.Sampling).DeleteAsync(project, "a", Cancel);
        tally = await TallyAsync(project);
        Assert.Equal((2, 2, 2), (tally.SqlJudged, tally.SqlExecutable, tally.Evaluated));
    }

    [Fact]
    public async Task A_span_that_comes_late_or_changes_is_seen()
    {
        var project = await database.NewProjectAsync();
        var root = Spans.Chat().With(span => span with { Kind = SpanKind.Workflow, Usage = null });
        await database.WriteAsync(project, root);
        Assert.Equal((1, 0), ((await TallyAsync(project)).Requests, (await TallyAsync(project)).Tokens.Sum));

        var call = Spans.Chat(root.Span.TraceId, parent: root.Span.SpanId).With(span => span with { Usage = null, Status = SpanStatus.Error });
        await database.WriteAsync(project, call);
        await TallyAsync(project);

        await database.Writer.WriteAsync(new(project, [], [Spans.Late(call, "output", "text") with { Usage = new(20, 5) }]), Cancel);
        Assert.Equal(1, await database.Merger.MergeDueAsync(100, Cancel));
        Assert.Equal(25, (await TallyAsync(project)).Tokens.Sum);
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
        await ScoreAsync(project, Given("up", null, first.Span.RequestId, ScoreNames.UserFeedback, "feedback", true));

        var tally = await TallyAsync(project);

        // Liked, and yet asked again.
        var expected = new SatisfactionParts(5, 1, null).Composite(new());
        Assert.Equal((1, 1, 1), (tally.Stars.Count, tally.Explicit, tally.Implicit));
        Assert.Equal(expected!.Value, tally.Of(Measure.Satisfaction).Value!.Value, 1e-9);
    }

    [Fact]
    public async Task Groups_by_time_dimension_and_model_and_filters_by_them()
    {
        var project = await database.NewProjectAsync();
        await AskAsync(project, 3, span => span with { Release = "1.0.0", Model = "m-1", Tags = ["wholesale"] });
        await AskAsync(project, 2, span => span with { Release = "2.0.0", Model = "m-2", PromptName = "p", PromptVersion = "2" });
        await Rollup.RunAsync(Cancel);

        var releases = await Reader.TalliesAsync(Filter(project), QualityGroup.Release, Cancel);
        Assert.Equal([("1.0.0", 3), ("2.0.0", 2)], releases.Select(tally => (tally.Key, tally.Requests)));
        var models = await Reader.TalliesAsync(Filter(project) with { Release = "2.0.0" }, QualityGroup.Model, Cancel);
        Assert.Equal([("m-2", 2)], models.Select(tally => (tally.Key, tally.Requests)));
        var prompts = await Reader.TalliesAsync(Filter(project), QualityGroup.Prompt, Cancel);
        Assert.Equal([("p@2", 2)], prompts.Select(tally => (tally.Key, tally.Requests)));
        var tags = await Reader.TalliesAsync(Filter(project), QualityGroup.Tag, Cancel);
        Assert.Equal([("wholesale", 3)], tags.Select(tally => (tally.Key, tally.Requests)));
        Assert.Equal(3, (await TallyAsync(Filter(project) with { Tag = "wholesale" })).Requests);
        var users = await Reader.TalliesAsync(Filter(project), QualityGroup.User, Cancel);
        Assert.Equal(5, users.Sum(tally => tally.Requests));
    }

    [Fact]
    public async Task Failures_are_grouped_and_the_list_behind_a_group_has_the_same_requests()
    {
        var project = await database.NewProjectAsync();
        var traces = await AskAsync(project, 5);
        await ScoreAsync(
            project,
            [.. traces.Take(3).Select((trace, i) => Sql($"s{i}", trace, false, "unknown_column") with { Comment = "no column" })]
        );
        await ScoreAsync(project, Sql("ok", traces[3], true), Sql("d", traces[3], false, "empty") with { Name = ScoreNames.DataValid });
        await Rollup.RunAsync(Cancel);

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
        var traces = await AskAsync(project, 9, span => span with { Release = "1.0", UserId = "u1" });
        await AskAsync(project, 2, span => span with { Status = SpanStatus.Error, Release = null, Usage = null, Cost = null, UserId = null });
        await ScoreAsync(project, [.. traces.Take(5).Select((trace, i) => Sql($"s{i}", trace, i > 1))]);
        await ScoreAsync(
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

        var tally = await TallyAsync(project);
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
            Assert.Equal(2, (await TallyAsync(unsaid)).Requests);
            Assert.Equal(2, await Requests.CountAsync(new(unsaid, RequestPart.All, RequestOrder.Newest, 0), Cancel));
        }
    }

    [Fact]
    public async Task A_request_whose_trace_sampling_dropped_still_counts_and_is_said_to_be_gone()
    {
        var project = await database.NewProjectAsync();
        var traces = await AskAsync(project, 2);
        await Rollup.RunAsync(Cancel);
        await database.ScalarAsync($"DELETE FROM spans WHERE trace_id = '{traces[0]}'");
        await ScoreAsync(project, Sql("late", traces[0], true));

        var tally = await TallyAsync(project);

        Assert.Equal((2, 1), (tally.Requests, tally.Kept));
        Assert.Equal(0.5, tally.Of(Measure.Traced).Value);
    }

    [Fact]
    public async Task Steps_of_hours_that_were_added_up_are_those_of_the_requests_one_by_one()
    {
        var project = await database.NewProjectAsync();
        var hour = TimeProvider.System.GetUtcNow().Ticks / TimeSpan.TicksPerHour * TimeSpan.TicksPerHour - 3 * TimeSpan.TicksPerHour;
        var start = (hour - DateTimeOffset.UnixEpoch.Ticks) * 100;
        for (var i = 0; i < 9; i++)
        {
            // Three hours, three requests in each.
            var root = Asked($"q {i}", start + i / 3 * 3_600_000_000_000L + i * 60_000_000_000L).With(span => span with { Release = $"{i % 2}" });
            var call = Spans
                .Chat(root.Span.TraceId, parent: root.Span.SpanId, start: root.Span.StartUnixNano)
                .With(span => span with { Status = i == 4 ? SpanStatus.Error : SpanStatus.Ok });
            await database.WriteAsync(project, root, call);
        }

        await Rollup.RunAsync(Cancel);
        var steps = new StepReader(database.Database);
        var from = new DateTimeOffset(hour, TimeSpan.Zero);
        QualityFilter[] windows =
        [
            new(project.Id, from, from.AddHours(3)),
            new(project.Id, from.AddMinutes(2), from.AddHours(2).AddMinutes(7)),
            new(project.Id, from.AddMinutes(1), from.AddMinutes(50)),
            new(project.Id, from, from.AddHours(3)) { Release = "1" },
        ];
        var oneByOne = await ReadAsync();
        Assert.True(await HoursAsync() == 0);

        await new QualityHours(database.Database).AddUpAsync(TimeSpan.Zero, 10_000, Cancel);
        Assert.True(await HoursAsync() >= 3);
        Assert.Equal(oneByOne, await ReadAsync());
        Assert.StartsWith("chat: 9 runs, 1 failed, ", oneByOne[0], StringComparison.Ordinal);
        Assert.Equal(0, (await steps.StepsAsync(windows[0], withTimes: false, Cancel))[0].Times.Count);

        // A request that changes is seen before its hour is added up again, and is in it once after that.
        await AskAgainAsync(from.AddHours(1).AddMinutes(30));
        Assert.StartsWith("chat: 10 runs, 1 failed, ", (await ReadAsync())[0], StringComparison.Ordinal);
        await new QualityHours(database.Database).AddUpAsync(TimeSpan.Zero, 10_000, Cancel);
        Assert.StartsWith("chat: 10 runs, 1 failed, ", (await ReadAsync())[0], StringComparison.Ordinal);

        async Task<long> HoursAsync() =>
            Convert.ToInt64(await database.ScalarAsync($"SELECT count(*) FROM quality_step_hours WHERE project_id = {project.Id}"), null);

        async Task<IReadOnlyList<string>> ReadAsync()
        {
            var lines = new List<string>();
            foreach (var window in windows)
            {
                var step = Assert.Single(await steps.StepsAsync(window, withTimes: true, Cancel));
                lines.Add(
                    $"{step.Name}: {step.Runs} runs, {step.Failed} failed, {Bootstrap.Percentile(step.Times, 0.5).Value} ms, {Bootstrap.Percentile(step.Times, 0.95).Value} ms"
                );
            }

            return lines;
        }

        async Task AskAgainAsync(DateTimeOffset at)
        {
            var root = Asked("late", (at.Ticks - DateTimeOffset.UnixEpoch.Ticks) * 100);
            await database.WriteAsync(project, root, Spans.Chat(root.Span.TraceId, parent: root.Span.SpanId, start: root.Span.StartUnixNano));
            await Rollup.RunAsync(Cancel);
        }
    }

    [Fact]
    public async Task Requests_of_hours_that_were_added_up_are_those_one_by_one_in_every_group_and_measure()
    {
        var project = await database.NewProjectAsync();
        var hour = TimeProvider.System.GetUtcNow().Ticks / TimeSpan.TicksPerHour * TimeSpan.TicksPerHour - 3 * TimeSpan.TicksPerHour;
        var start = (hour - DateTimeOffset.UnixEpoch.Ticks) * 100;
        var asked = Enumerable
            .Range(0, 12)
            .Select(i =>
                Asked($"q {i}", start + i / 4 * 3_600_000_000_000L + i * 60_000_000_000L)
                    .With(span =>
                        span with
                        {
                            Release = $"{i % 2}",
                            Model = $"m-{i % 3}",
                            Tags = i % 2 == 0 ? ["vip", "web"] : ["web"],
                            UserId = $"u-{i % 2}",
                            TimeToFirstTokenMs = 100 + i,
                            Cost = new(null, null, 0.01m * i, "CNY"),
                        }
                    )
            )
            .ToArray();
        await database.WriteAsync(project, asked);
        await ScoreAsync(
            project,
            [
                .. asked.Take(7).Select((one, i) => Sql($"s{i}", one.Span.TraceId, i % 3 > 0)),
                .. asked.Skip(3).Take(6).Select((one, i) => Given($"f{i}", one.Span.TraceId, null, ScoreNames.UserFeedback, "feedback", i % 2 == 0)),
                .. asked.Skip(5).Select((one, i) => Reverse($"r{i}", one.Span.TraceId, 0.1 * i)),
            ]
        );
        await Rollup.RunAsync(Cancel);
        var from = new DateTimeOffset(hour, TimeSpan.Zero);
        QualityFilter[] windows =
        [
            new(project.Id, from, from.AddHours(3)),
            new(project.Id, from.AddMinutes(2), from.AddHours(2).AddMinutes(9)) { Release = "1" },
            new(project.Id, from, from.AddHours(3)) { Model = "m-1" },
            new(project.Id, from, from.AddHours(3)) { Tag = "vip" },
            new(project.Id, from, from.AddHours(3)) { Tag = "vip", Model = "m-1" },
        ];
        var oneByOne = await ReadAsync();

        await new QualityHours(database.Database).AddUpAsync(TimeSpan.Zero, 10_000, Cancel);

        Assert.Equal(3L, await database.ScalarAsync($"SELECT count(DISTINCT hour) FROM quality_hours WHERE project_id = {project.Id}"));
        Assert.Equal(oneByOne, await ReadAsync());
        Assert.Contains("tag vip: 6 requests", string.Join('\n', oneByOne), StringComparison.Ordinal);

        async Task<IReadOnlyList<string>> ReadAsync()
        {
            var lines = new List<string>();
            foreach (var window in windows)
            {
                foreach (var group in Enum.GetValues<QualityGroup>())
                {
                    lines.AddRange((await Reader.TalliesAsync(window, group, Cancel)).Select(tally => Line(group.ToString(), tally)));
                }

                foreach (var zone in new[] { "Asia/Shanghai", "Asia/Kolkata" })
                {
                    var cells = await Reader.CellsAsync(window, "day", zone, Cancel);
                    lines.AddRange(cells.Select(cell => Line($"{zone} {cell.From:u}", cell.Tally)));
                }
            }

            return lines;
        }

        static string Line(string what, QualityTally tally) =>
            $"{what.ToLowerInvariant()} {tally.Key}: {tally.Requests} requests, "
            + string.Join(", ", Measure.All.Select(measure => $"{measure.Key} {tally.Of(measure).Value:0.000000} {tally.Of(measure).High:0.000000}"));
    }

    [Fact]
    public async Task A_request_without_a_first_token_has_no_time_to_it()
    {
        var project = await database.NewProjectAsync();
        await AskAsync(project, 2, span => span with { Release = "streamed", TimeToFirstTokenMs = 100 });
        await AskAsync(project, 3, span => span with { Release = "whole" });
        await Rollup.RunAsync(Cancel);

        var releases = (await Reader.TalliesAsync(Filter(project), QualityGroup.Release, Cancel)).ToDictionary(
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
        var traces = await AskAsync(project, 5, span => span with { Release = "1" });
        await AskAsync(project, 3, span => span with { Release = "2" });
        await ScoreAsync(project, Sql("a", traces[0], true), Sql("b", traces[1], false, "syntax"));
        await Rollup.RunAsync(Cancel);

        var releases = await Reader.TalliesAsync(Filter(project), QualityGroup.Release, Cancel);
        foreach (var unit in new[] { "hour", "day", null })
        {
            var cells = await Reader.CellsAsync(Filter(project), unit, "Asia/Shanghai", Cancel);
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
        var first = await AskAsync(project, 3, span => span with { Release = "1" });
        var second = await AskAsync(project, 2, span => span with { Release = "2" });
        await ScoreAsync(
            project,
            [
                Sql("1a", first[0], false, "syntax"),
                Sql("1b", first[1], true),
                Sql("1c", first[2], true),
                Sql("2a", second[0], true),
                Sql("2b", second[1], true),
            ]
        );
        await Rollup.RunAsync(Cancel);

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
        await AskAsync(project, 2);
        await Rollup.RunAsync(Cancel);
        await database.ScalarAsync($"DELETE FROM quality_facts WHERE project_id = {project.Id}");
        Assert.Equal(0, (await TallyAsync(project)).Requests);

        await database.ScalarAsync("UPDATE quality_progress SET read_up_to = '1970-01-01'");
        Assert.Equal(2, (await TallyAsync(project)).Requests);
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

    private static SpanRecord Asked(string question, long start, string? session = null) =>
        Spans
            .Chat(start: start)
            .With(span => span with { Kind = SpanKind.Workflow, Question = question, SessionId = session, RequestId = Guid.NewGuid().ToString("N") });

    private static QualityFilter Filter(Project project) =>
        new(project.Id, TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(1));

    private async Task<IReadOnlyList<string>> AskAsync(Project project, int count, Func<Span, Span>? change = null)
    {
        var spans = Enumerable.Range(0, count).Select(i => Asked($"question {i}", Spans.Now()).With(change ?? (span => span))).ToArray();
        await database.WriteAsync(project, spans);
        return [.. spans.Select(span => span.Span.TraceId)];
    }

    private async Task<QualityTally> TallyAsync(Project project)
    {
        await Rollup.RunAsync(Cancel);
        return await TallyAsync(Filter(project));
    }

    private async Task<QualityTally> TallyAsync(QualityFilter filter) =>
        QualityTally.Merge("", [.. (await Reader.CellsAsync(filter, null, "UTC", Cancel)).Select(cell => cell.Tally)]);

    private Task ScoreAsync(Project project, params IReadOnlyCollection<Score> scores) =>
        new ScoreWriter(database.Database, database.Sampling).WriteAsync(project, scores, Cancel);

    private static Score Sql(string id, string traceId, bool passed, string label = "ok") =>
        Given(id, traceId, null, ScoreNames.SqlExecutable, "code", passed) with
        {
            Label = label,
        };

    private static Score Reverse(string id, string traceId, double value) =>
        new(id, traceId, null, null, null, ScoreNames.ReverseSimilarity, ScoreType.Numeric, value, null, null, "llm", 1, default);

    private static Score Given(string id, string? traceId, string? requestId, string name, string source, bool passed) =>
        new(id, traceId, null, null, requestId, name, ScoreType.Boolean, passed ? 1 : 0, null, null, source, 1, default);
}
