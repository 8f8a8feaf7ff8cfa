using LlmObs.IntegrationTests.Support;
using LlmObs.Storage.Writing;

namespace LlmObs.IntegrationTests.Storage;

/// <summary>A claim sees every project, so each test has a database of its own.</summary>
public sealed class OutboxTests(PostgresFixture postgres) : IAsyncLifetime
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(1);
    private readonly TestDatabase database = new(postgres);

    public async ValueTask InitializeAsync() => await database.InitializeAsync();

    public async ValueTask DisposeAsync() => await database.DisposeAsync();

    [Fact]
    public async Task Leaves_a_row_to_the_writer_that_committed_it_until_its_lease_ends()
    {
        var span = Spans.Full();
        var written = await database.WriteAsync(await database.NewProjectAsync(), span);
        Assert.Empty(await database.Outbox.ClaimAsync(10, Lease, Cancel));

        await EndLeasesAsync();

        var claimed = Assert.Single(await database.Outbox.ClaimAsync(10, Lease, Cancel));
        Assert.Equal((written.Outbox[0].Id, written.Outbox[0].BatchId, 1), (claimed.Id, claimed.BatchId, claimed.Attempts));
        Assert.Equal(span.Content.Input, Assert.Single(claimed.Records).Content.Input);
        Assert.Equal(0, written.Outbox[0].Attempts);
    }

    [Fact]
    public async Task Gives_back_what_nobody_tried_to_send_as_never_tried()
    {
        var project = await database.NewProjectAsync();
        var (left, late) = (
            (await database.WriteAsync(project, Spans.Chat())).Outbox[0],
            (await database.WriteAsync(project, Spans.Chat())).Outbox[0]
        );
        await database.ScalarAsync($"UPDATE outbox SET leased_until = now() WHERE id = {late.Id}");

        await database.Outbox.ReleaseAsync([left.Id, late.Id], Cancel);

        var claimed = await database.Outbox.ClaimAsync(10, Lease, Cancel);
        Assert.Equal([(left.Id, 0), (late.Id, 1)], claimed.Select(batch => (batch.Id, batch.Attempts)));

        // Who claimed it since may be sending it.
        await database.Outbox.ReleaseAsync([late.Id], Cancel);
        Assert.Empty(await database.Outbox.ClaimAsync(10, Lease, Cancel));
    }

    [Fact]
    public async Task Gives_each_row_to_one_of_many_claimers()
    {
        var project = await database.NewProjectAsync();
        for (var i = 0; i < 60; i++)
        {
            await database.WriteAsync(project, Spans.Chat(), Spans.Chat());
        }

        await EndLeasesAsync();
        var claimed = await Task.WhenAll(
            Enumerable
                .Range(0, 6)
                .Select(_ =>
                    Task.Run(async () =>
                    {
                        var mine = new List<OutboxBatch>();
                        while (await database.Outbox.ClaimAsync(7, Lease, Cancel) is { Count: > 0 } batches)
                        {
                            mine.AddRange(batches);
                        }

                        return mine;
                    })
                )
        );

        var ids = claimed.SelectMany(batches => batches).Select(batch => batch.Id).ToList();
        Assert.Equal(60, ids.Count);
        Assert.Equal(60, ids.Distinct().Count());
        Assert.All(claimed.SelectMany(batches => batches), batch => Assert.Equal(2, batch.Records.Count));
    }

    [Fact]
    public async Task Hands_a_row_on_when_its_claimer_died()
    {
        await database.WriteAsync(await database.NewProjectAsync(), Spans.Chat());
        await EndLeasesAsync();
        var first = Assert.Single(await database.Outbox.ClaimAsync(10, Lease, Cancel));
        Assert.Empty(await database.Outbox.ClaimAsync(10, Lease, Cancel));

        await EndLeasesAsync();

        var second = Assert.Single(await database.Outbox.ClaimAsync(10, Lease, Cancel));
        Assert.Equal((first.Id, first.Attempts + 1), (second.Id, second.Attempts));
    }

    [Fact]
    public async Task Postpones_a_row_until_its_time()
    {
        await database.WriteAsync(await database.NewProjectAsync(), Spans.Chat());
        await EndLeasesAsync();
        var batch = Assert.Single(await database.Outbox.ClaimAsync(10, Lease, Cancel));

        await database.Outbox.PostponeAsync(batch, "SLS says 503", TimeProvider.System.GetUtcNow().AddHours(1), Cancel);
        Assert.Empty(await database.Outbox.ClaimAsync(10, Lease, Cancel));
        Assert.Equal((1, "SLS says 503"), (await StatusAsync()) is var s ? (s.FailedAttempts, s.LastError) : default);

        await database.ScalarAsync("UPDATE outbox SET due_at = now()");
        Assert.Equal(batch.Attempts + 1, Assert.Single(await database.Outbox.ClaimAsync(10, Lease, Cancel)).Attempts);
    }

    [Fact]
    public async Task Ignores_a_postponement_by_somebody_who_lost_the_row()
    {
        await database.WriteAsync(await database.NewProjectAsync(), Spans.Chat());
        await EndLeasesAsync();
        var late = Assert.Single(await database.Outbox.ClaimAsync(10, Lease, Cancel));
        await EndLeasesAsync();
        var holder = Assert.Single(await database.Outbox.ClaimAsync(10, Lease, Cancel));

        await database.Outbox.PostponeAsync(late, "too late", TimeProvider.System.GetUtcNow(), Cancel);

        Assert.Empty(await database.Outbox.ClaimAsync(10, Lease, Cancel));
        await database.Outbox.CompleteAsync([holder], Cancel);
        Assert.Equal(0, (await StatusAsync()).Pending);
    }

    [Fact]
    public async Task Parks_a_row_with_its_reason_and_lets_the_others_pass()
    {
        var project = await database.NewProjectAsync();
        var bad = (await database.WriteAsync(project, Spans.Chat())).Outbox[0];
        await database.WriteAsync(project, Spans.Chat());

        await database.Outbox.ParkAsync(bad, "too large\0", Cancel);
        await EndLeasesAsync();

        Assert.NotEqual(bad.Id, Assert.Single(await database.Outbox.ClaimAsync(10, Lease, Cancel)).Id);
        var status = await StatusAsync();
        Assert.Equal((1, 1), (status.Parked, status.Pending));
        Assert.Equal("too large\ufffd", await database.ScalarAsync($"SELECT last_error FROM outbox WHERE id = {bad.Id}"));
    }

    [Fact]
    public async Task Counts_what_was_shipped()
    {
        var project = await database.NewProjectAsync();
        var first = await database.WriteAsync(project, Spans.Chat(), Spans.Chat());
        var second = await database.WriteAsync(project, Spans.Chat());
        var waiting = await StatusAsync();
        Assert.Equal((2, 3), (waiting.Pending, waiting.PendingSpans));
        Assert.NotNull(waiting.OldestAt);

        await database.Outbox.CompleteAsync([.. first.Outbox, .. second.Outbox], Cancel);
        await database.Outbox.CompleteAsync(first.Outbox, Cancel);

        var done = await StatusAsync();
        Assert.Equal((0, 2, 3), (done.Pending, done.ShippedBatches, done.ShippedSpans));
        Assert.Null(done.OldestAt);
    }

    private Task<OutboxStatus> StatusAsync() => database.Outbox.StatusAsync(Cancel);

    private Task<object?> EndLeasesAsync() => database.ScalarAsync("UPDATE outbox SET leased_until = now()");
}
