using LlmObs.Ingest.Shipping;
using LlmObs.IntegrationTests.Support;

namespace LlmObs.IntegrationTests.Ingest.Shipping;

/// <summary>Each test has a database of its own: the totals are everybody's.</summary>
public sealed class ShippedBatchesTests(PostgresFixture postgres) : IAsyncLifetime
{
    private readonly TestDatabase database = new(postgres);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await database.InitializeAsync();

    public async ValueTask DisposeAsync() => await database.DisposeAsync();

    [Fact]
    public async Task Strikes_off_all_that_gathered_while_a_statement_ran()
    {
        var project = await database.NewProjectAsync();
        var batches = new List<LlmObs.Storage.Writing.OutboxBatch>();
        for (var i = 0; i < 5; i++)
        {
            batches.AddRange((await database.WriteAsync(project, Spans.Chat(), Spans.Chat())).Outbox);
        }

        var shipped = new ShippedBatches(database.Outbox);
        await using var connection = await database.DataSource.OpenConnectionAsync(Token);
        await using var holder = await connection.BeginTransactionAsync(Token);
        await using (var hold = connection.CreateCommand())
        {
            hold.CommandText = "SELECT FROM outbox_totals FOR UPDATE";
            await hold.ExecuteNonQueryAsync(Token);
        }

        var first = shipped.CompleteAsync(batches[0]);
        var rest = batches.Skip(1).Select(shipped.CompleteAsync).ToList();
        Assert.All(rest, task => Assert.Same(rest[0], task));
        Assert.NotSame(first, rest[0]);
        await holder.RollbackAsync(Token);
        await Task.WhenAll([first, .. rest]);

        var status = await database.Outbox.StatusAsync(Token);
        Assert.Equal((0, 5, 10), (status.Pending, status.ShippedBatches, status.ShippedSpans));
    }

    [Fact]
    public async Task Goes_on_after_a_statement_that_failed()
    {
        var project = await database.NewProjectAsync();
        var batch = (await database.WriteAsync(project, Spans.Chat())).Outbox.Single();
        var shipped = new ShippedBatches(database.Outbox);
        await database.ScalarAsync("ALTER TABLE outbox_totals RENAME TO elsewhere");
        await Assert.ThrowsAnyAsync<Exception>(() => shipped.CompleteAsync(batch));
        await database.ScalarAsync("ALTER TABLE elsewhere RENAME TO outbox_totals");

        await shipped.CompleteAsync(batch);

        Assert.Equal((0, 1), ((await database.Outbox.StatusAsync(Token)).Pending, (await database.Outbox.StatusAsync(Token)).ShippedBatches));
    }
}
