using System.Text.Json;
using LlmObs.Domain;
using LlmObs.Domain.Spans;
using LlmObs.IntegrationTests.Support;
using LlmObs.Storage.Rows;
using Npgsql;

namespace LlmObs.IntegrationTests.Storage;

public sealed class SpanWriterTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Reads_back_every_field_it_wrote()
    {
        var project = await database.NewProjectAsync();
        var written = Spans.Full();

        await database.WriteAsync(project, written);

        var read = await database.Reader.SpanAsync(project.Id, written.Span.TraceId, written.Span.SpanId, Cancel);
        Assert.NotNull(read?.ReceivedAt);
        Assert.Equal(JsonSerializer.Serialize(written), JsonSerializer.Serialize(read with { ReceivedAt = null }));
        Assert.All(typeof(Span).GetProperties(), property => Assert.NotNull(property.GetValue(written.Span)));
        Assert.All(typeof(SpanContent).GetProperties(), property => Assert.NotNull(property.GetValue(written.Content)));
    }

    [Fact]
    public async Task Reads_back_a_span_that_says_next_to_nothing()
    {
        var project = await database.NewProjectAsync();
        var written = Spans.Chat();

        await database.WriteAsync(project, written);

        var read = Assert.Single(await database.Reader.RecordsAsync(project.Id, written.Span.TraceId, Cancel));
        Assert.Equal(JsonSerializer.Serialize(written), JsonSerializer.Serialize(read with { ReceivedAt = null }));
    }

    [Fact]
    public async Task Keeps_the_first_of_two_identical_retries_and_queues_it_once()
    {
        var project = await database.NewProjectAsync();
        var (a, b, c) = (Spans.Chat(), Spans.Chat(), Spans.Chat());
        await database.WriteAsync(project, a, b);

        var again = await database.WriteAsync(project, a, b.With(span => span with { Name = "changed" }), c);

        Assert.Equal((1, 2), (again.Written, again.Repeated));
        Assert.Equal(c.Span.SpanId, Assert.Single(Assert.Single(again.Outbox).Records).Span.SpanId);
        Assert.Equal("chat", Assert.Single(await database.Reader.SpansAsync(project.Id, b.Span.TraceId, Cancel)).Name);
    }

    [Fact]
    public async Task Keeps_the_last_of_one_key_within_a_batch()
    {
        var project = await database.NewProjectAsync();
        var first = Spans.Chat();

        var result = await database.WriteAsync(project, first, first.With(span => span with { Name = "second" }));

        Assert.Equal((1, 1), (result.Written, result.Repeated));
        Assert.Equal("second", Assert.Single(await database.Reader.SpansAsync(project.Id, first.Span.TraceId, Cancel)).Name);
    }

    [Fact]
    public async Task Copies_many_spans_with_every_field_and_ignores_those_that_are_there()
    {
        var project = await database.NewProjectAsync();
        var all = Enumerable.Range(0, 120).Select(i => Spans.Full().With(span => span with { SpanId = $"{i:x16}" })).ToArray();
        await database.WriteAsync(project, all[..60]);

        var again = await database.WriteAsync(project, all);

        Assert.Equal((60, 60), (again.Written, again.Repeated));
        Assert.Equal(60, again.Outbox.Sum(row => row.Records.Count));
        foreach (var written in (SpanRecord[])[all[0], all[59], all[60], all[119]])
        {
            var read = await database.Reader.SpanAsync(project.Id, written.Span.TraceId, written.Span.SpanId, Cancel);
            Assert.Equal(JsonSerializer.Serialize(written), JsonSerializer.Serialize(read! with { ReceivedAt = null }));
        }
    }

    [Fact]
    public async Task Answers_each_of_many_batches_written_at_one_moment_for_itself()
    {
        var (project, other) = (await database.NewProjectAsync(), await database.NewProjectAsync());
        var nowhere = new Project(int.MaxValue, "nowhere");
        var writer = database.NewWriter();
        var shared = Spans.Chat();

        var good = Enumerable.Range(0, 60).Select(i => writer.WriteAsync(new(i % 2 == 0 ? project : other, [shared, Spans.Chat()]), Cancel)).ToList();
        var bad = writer.WriteAsync(new(nowhere, [Spans.Chat()]), Cancel);

        var results = await Task.WhenAll(good);
        await Assert.ThrowsAsync<PostgresException>(() => bad);
        Assert.Equal(62, results.Sum(result => result.Written));
        Assert.All(results, result => Assert.Equal(2, result.Written + result.Repeated));
        Assert.Equal(62, results.SelectMany(result => result.Outbox).Sum(row => row.Records.Count));
        Assert.Equal(31L, await database.ScalarAsync($"SELECT count(*) FROM spans WHERE project_id = {project.Id}"));
    }

    [Fact]
    public async Task Lets_parallel_writers_share_keys_in_any_order()
    {
        var project = await database.NewProjectAsync();
        var spans = Enumerable.Range(0, 200).Select(_ => Spans.Chat()).ToArray();

        var results = await Task.WhenAll(
            Enumerable
                .Range(0, 8)
                .Select(seed =>
                    Task.Run(async () =>
                    {
                        var mine = spans.ToArray();
                        new Random(seed).Shuffle(mine);
                        return await database.NewWriter().WriteAsync(new(project, mine[..150]), Cancel);
                    })
                )
        );

        var expected = Enumerable
            .Range(0, 8)
            .SelectMany(seed =>
            {
                var mine = spans.ToArray();
                new Random(seed).Shuffle(mine);
                return mine[..150];
            })
            .Select(span => span.Span.SpanId)
            .Distinct()
            .Count();
        Assert.Equal(expected, results.Sum(result => result.Written));
        Assert.Equal(expected, results.SelectMany(result => result.Outbox).Sum(row => row.Records.Count));
        Assert.Equal((long)expected, await database.ScalarAsync($"SELECT count(*) FROM span_contents WHERE project_id = {project.Id}"));
    }

    [Fact]
    public async Task Replaces_characters_that_PostgreSQL_refuses()
    {
        var project = await database.NewProjectAsync();
        const string Bad = "a\0b\ud800c\udc00d😀";
        var span = Spans.Chat().With(span => span with { Name = Bad, StatusMessage = Bad, UserId = Bad, Tags = [Bad], Question = Bad });
        span = span with
        {
            Content = new()
            {
                Input = Bad,
                Messages = [new("input", "user", [MessagePart.Text(Bad)])],
                Attributes = new( /*lang=json*/
                    "{\"a\":\"x\ud800\"}"
                ),
            },
        };

        await database.WriteAsync(project, span, Spans.Chat());

        var read = Assert.Single(await database.Reader.RecordsAsync(project.Id, span.Span.TraceId, Cancel));
        const string Mended = "a\ufffdb\ufffdc\ufffdd😀";
        Assert.Equal(
            [Mended, Mended, Mended, Mended, Mended],
            [read.Span.Name, read.Span.StatusMessage, read.Span.UserId, read.Span.Tags[0], read.Span.Question]
        );
        Assert.Equal("a\0b\ufffdc\ufffdd😀", read.Content.Input);
        Assert.Equal("""{"a":"x�"}""", read.Content.Attributes.Text);
    }

    [Fact]
    public async Task Takes_ids_of_any_length_and_finds_them_again()
    {
        var project = await database.NewProjectAsync();
        var random = new Random(1);
        string Long(int length) => new([.. Enumerable.Range(0, length).Select(_ => (char)random.Next(0x4e00, 0x9fff))]);
        var span = Spans.Chat(Long(800), Long(800)).With(span => span with { UserId = Long(5000), SessionId = Long(5000), RequestId = Long(5000) });

        await database.WriteAsync(project, span);

        Assert.NotNull(await database.Reader.SpanAsync(project.Id, span.Span.TraceId, span.Span.SpanId, Cancel));
        Assert.Equal(LlmObs.Storage.Reading.IdKind.User, (await database.Reader.FindIdAsync(project.Id, span.Span.UserId!, Cancel))!.Kind);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(long.MinValue)]
    [InlineData(long.MaxValue)]
    [InlineData(9_223_286_400_000_000_000)]
    public async Task Keeps_spans_whose_clock_is_wrong_outside_time(long start)
    {
        var project = await database.NewProjectAsync();
        var span = Spans.Chat(start: start).With(span => span with { DurationNano = 0 });

        await database.WriteAsync(project, span);

        Assert.Equal(start, Assert.Single(await database.Reader.SpansAsync(project.Id, span.Span.TraceId, Cancel)).StartUnixNano);
        Assert.Equal(SpanDay.OutsideTime, await database.ScalarAsync($"SELECT day FROM spans WHERE project_id = {project.Id}"));
    }

    [Fact]
    public async Task Carries_a_content_of_5_MB()
    {
        var project = await database.NewProjectAsync();
        var text = string.Concat(Enumerable.Range(0, 180_000).Select(i => $"第{i}行 some more text of a prompt\n"));
        var span = Spans.Chat().Saying(text);

        var result = await database.WriteAsync(project, Spans.Chat(), span, Spans.Chat());

        Assert.True(text.Length > 5_000_000);
        Assert.Equal(text, (await database.Reader.SpanAsync(project.Id, span.Span.TraceId, span.Span.SpanId, Cancel))!.Content.Input);
        Assert.InRange(result.Outbox.Count, 2, 3);
    }

    [Fact]
    public async Task Cuts_a_large_batch_into_outbox_rows_of_500_spans()
    {
        var project = await database.NewProjectAsync();

        var result = await database.WriteAsync(project, [.. Enumerable.Range(0, 1201).Select(_ => Spans.Chat())]);

        Assert.Equal([500, 500, 201], result.Outbox.Select(row => row.Records.Count));
    }

    [Fact]
    public async Task Makes_partitions_once_however_many_writers_need_them()
    {
        var project = await database.NewProjectAsync();
        var start = Spans.Now() - 200L * 86_400_000_000_000;

        var results = await Task.WhenAll(
            Enumerable
                .Range(0, 10)
                .Select(i =>
                    Task.Run(() =>
                        database
                            .NewWriter()
                            .WriteAsync(
                                new(
                                    project,
                                    [.. Enumerable.Range(0, 5).Select(day => Spans.Chat(start: start + (((day + i) % 5) * 86_400_000_000_000)))]
                                ),
                                Cancel
                            )
                    )
                )
        );

        Assert.Equal(50, results.Sum(result => result.Written));
    }

    [Fact]
    public async Task Makes_a_partition_again_that_somebody_dropped()
    {
        var project = await database.NewProjectAsync();
        var start = Spans.Now() - 150L * 86_400_000_000_000;
        var partitions = new LlmObs.Storage.Writing.Partitions();
        await database.NewWriter(partitions).WriteAsync(new(project, [Spans.Chat(start: start)]), Cancel);
        var day = SpanDay.Of(start, SpanDay.Today(database.Clock));
        await database.ScalarAsync($"DROP TABLE spans_{day:yyyyMMdd}, span_contents_{day:yyyyMMdd}");

        var result = await database.NewWriter(partitions).WriteAsync(new(project, [Spans.Chat(start: start)]), Cancel);

        Assert.Equal(1, result.Written);
    }
}
