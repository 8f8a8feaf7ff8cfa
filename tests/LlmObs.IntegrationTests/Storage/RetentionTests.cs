using LlmObs.IntegrationTests.Support;
using LlmObs.Storage.Rows;
using LlmObs.Storage.Writing;
using Npgsql;

namespace LlmObs.IntegrationTests.Storage;

public sealed class RetentionTests(PostgresFixture postgres) : IAsyncLifetime
{
    private const long Day = 86_400_000_000_000;
    private const string Waits = """
        SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))
        """;
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;
    private readonly TestDatabase database = new(postgres);

    public async ValueTask InitializeAsync() => await database.InitializeAsync();

    public async ValueTask DisposeAsync() => await database.DisposeAsync();

    [Fact]
    public async Task Drops_days_past_retention_and_makes_tomorrow()
    {
        var project = await database.NewProjectAsync();
        var (old, recent, outside) = (Spans.Chat(start: Spans.Now() - (40 * Day)), Spans.Chat(start: Spans.Now() - (29 * Day)), Spans.Chat(start: 5));
        await database.WriteAsync(project, old, recent, outside, Spans.Chat());
        await database.ScalarAsync("UPDATE spans SET received_at = received_at - interval '35 days' WHERE day < current_date - 35");

        var result = await database.Retention.KeepAsync(Cancel);

        var today = SpanDay.Today(database.Clock);
        Assert.Equal([today.AddDays(-40)], result.DroppedDays);
        Assert.Equal(1, result.DeletedRows);
        Assert.Equal([recent.Span.TraceId], (await ReadAsync(recent)).Select(span => span.TraceId));
        Assert.Empty(await ReadAsync(old));
        Assert.Empty(await ReadAsync(outside));
        await using var connection = await database.DataSource.OpenConnectionAsync(Cancel);
        Assert.Equal([today.AddDays(-29), today, today.AddDays(1)], await Partitions.DaysAsync(connection));

        async Task<IReadOnlyList<LlmObs.Domain.Spans.Span>> ReadAsync(LlmObs.Domain.Spans.SpanRecord span) =>
            await database.Reader.SpansAsync(project.Id, span.Span.TraceId, Cancel);
    }

    [Fact]
    public async Task Keeps_an_import_of_old_traces_as_long_as_new_ones()
    {
        var project = await database.NewProjectAsync();
        var old = Spans.Now() - (100 * Day);
        await database.WriteAsync(project, Spans.Chat(start: old), Spans.Chat(start: 5));

        Assert.Empty((await database.Retention.KeepAsync(Cancel)).DroppedDays);

        database.Clock.Advance(TimeSpan.FromDays(31));
        var later = await database.Retention.KeepAsync(Cancel);
        Assert.Equal((SpanDay.Of(old, SpanDay.Today(TimeProvider.System)), 1), (later.DroppedDays[0], later.DeletedRows));
    }

    [Fact]
    public async Task Keeps_a_day_for_which_spans_come_while_it_is_looked_at()
    {
        var project = await database.NewProjectAsync();
        var old = Spans.Chat(start: Spans.Now() - (100 * Day));
        await database.WriteAsync(project, old);
        await database.ScalarAsync("UPDATE spans SET received_at = received_at - interval '35 days'");
        await using var connection = await database.DataSource.OpenConnectionAsync(Cancel);
        await using var writing = await connection.BeginTransactionAsync(Cancel);
        await using var update = new NpgsqlCommand("UPDATE spans SET received_at = now()", connection, writing);
        await update.ExecuteNonQueryAsync(Cancel);

        var keep = database.Retention.KeepAsync(Cancel);
        while (!keep.IsCompleted && await database.ScalarAsync(Waits) is not true)
        {
            await Task.Delay(20, Cancel);
        }

        await writing.CommitAsync(Cancel);
        // On a busy machine it may have given up behind the writer; then the day stays, too.
        await Record.ExceptionAsync(() => keep);
        Assert.Single(await database.Reader.SpansAsync(project.Id, old.Span.TraceId, Cancel));
    }

    [Fact]
    public async Task Keeps_everything_when_told_so()
    {
        database.Options.RetentionDays = 0;
        await database.WriteAsync(await database.NewProjectAsync(), Spans.Chat(start: Spans.Now() - (300 * Day)));
        database.Clock.Advance(TimeSpan.FromDays(90));

        Assert.Empty((await database.Retention.KeepAsync(Cancel)).DroppedDays);
    }
}
