using LlmObs.Domain.Quality;
using LlmObs.Domain.Scores;
using LlmObs.Domain.Spans;
using LlmObs.IntegrationTests.Support;
using LlmObs.Storage.Quality;
using static LlmObs.IntegrationTests.Quality.QualityFacts;

namespace LlmObs.IntegrationTests.Quality;

/// <summary>Whole hours are added up, the rest is read one by one: both say the same.</summary>
public sealed class HourSumsTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private readonly QualityFacts facts = new(database);

    [Fact]
    public async Task Steps_of_hours_that_were_added_up_are_those_of_the_requests_one_by_one()
    {
        var project = await database.NewProjectAsync();
        var hour = TimeProvider.System.GetUtcNow().Ticks / TimeSpan.TicksPerHour * TimeSpan.TicksPerHour - 3 * TimeSpan.TicksPerHour;
        var start = (hour - DateTimeOffset.UnixEpoch.Ticks) * 100;
        for (var i = 0; i < 9; i++)
        {
            // Three hours, three requests in each.
            var root = QualityFacts
                .Asked($"q {i}", start + i / 3 * 3_600_000_000_000L + i * 60_000_000_000L)
                .With(span => span with { Release = $"{i % 2}" });
            var call = Spans
                .Chat(root.Span.TraceId, parent: root.Span.SpanId, start: root.Span.StartUnixNano)
                .With(span => span with { Status = i == 4 ? SpanStatus.Error : SpanStatus.Ok });
            await database.WriteAsync(project, root, call);
        }

        await facts.Rollup.RunAsync(Cancel);
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
            await facts.Rollup.RunAsync(Cancel);
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
                QualityFacts
                    .Asked($"q {i}", start + i / 4 * 3_600_000_000_000L + i * 60_000_000_000L)
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
        await facts.ScoreAsync(
            project,
            [
                .. asked.Take(7).Select((one, i) => Sql($"s{i}", one.Span.TraceId, i % 3 > 0)),
                .. asked.Skip(3).Take(6).Select((one, i) => Given($"f{i}", one.Span.TraceId, null, ScoreNames.UserFeedback, "feedback", i % 2 == 0)),
                .. asked.Skip(5).Select((one, i) => Reverse($"r{i}", one.Span.TraceId, 0.1 * i)),
            ]
        );
        await facts.Rollup.RunAsync(Cancel);
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
                    lines.AddRange((await facts.Reader.TalliesAsync(window, group, Cancel)).Select(tally => Line(group.ToString(), tally)));
                }

                foreach (var zone in new[] { "Asia/Shanghai", "Asia/Kolkata" })
                {
                    var cells = await facts.Reader.CellsAsync(window, "day", zone, Cancel);
                    lines.AddRange(cells.Select(cell => Line($"{zone} {cell.From:u}", cell.Tally)));
                }
            }

            return lines;
        }

        static string Line(string what, QualityTally tally) =>
            $"{what.ToLowerInvariant()} {tally.Key}: {tally.Requests} requests, "
            + string.Join(", ", Measure.All.Select(measure => $"{measure.Key} {tally.Of(measure).Value:0.000000} {tally.Of(measure).High:0.000000}"));
    }
}
