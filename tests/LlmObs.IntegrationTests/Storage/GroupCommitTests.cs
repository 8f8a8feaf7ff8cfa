using LlmObs.Domain;
using LlmObs.Domain.Spans;
using LlmObs.Storage;
using LlmObs.Storage.Writing;

namespace LlmObs.IntegrationTests.Storage;

public sealed class GroupCommitTests
{
    private readonly TaskCompletionSource begin = new();
    private readonly List<int> groups = [];
    private readonly GroupCommit commit;
    private PendingWrite? poisoned;
    private Exception failure = new InvalidOperationException("poison");

    public GroupCommitTests() => commit = new(RunAsync, atOnce: 1);

    [Fact]
    public async Task Commits_together_what_came_while_a_commit_was_under_way()
    {
        var first = commit.CommitAsync(Write());
        var rest = Enumerable.Range(0, 3).Select(_ => commit.CommitAsync(Write())).ToList();
        begin.SetResult();

        await Task.WhenAll([first, .. rest]);

        Assert.Equal([1, 3], groups);
    }

    [Fact]
    public async Task Lets_only_the_batch_at_fault_fail()
    {
        poisoned = Write();
        var first = commit.CommitAsync(Write());
        var before = commit.CommitAsync(Write());
        var bad = commit.CommitAsync(poisoned);
        var after = commit.CommitAsync(Write());
        begin.SetResult();

        await Task.WhenAll(first, before, after);

        Assert.Same(failure, await Assert.ThrowsAsync<InvalidOperationException>(() => bad));
        Assert.Equal([1, 3, 1, 1, 1], groups);
    }

    [Fact]
    public async Task Tells_all_of_an_outage_without_trying_each()
    {
        failure = new StorageUnavailableException("away");
        poisoned = Write();
        var first = commit.CommitAsync(Write());
        var neighbour = commit.CommitAsync(Write());
        var bad = commit.CommitAsync(poisoned);
        begin.SetResult();

        await first;
        await Assert.ThrowsAsync<StorageUnavailableException>(() => neighbour);
        await Assert.ThrowsAsync<StorageUnavailableException>(() => bad);
        Assert.Equal([1, 2], groups);
    }

    [Fact]
    public async Task Leaves_out_a_batch_that_was_given_up_while_it_waited()
    {
        using var gone = new CancellationTokenSource();
        var first = commit.CommitAsync(Write());
        var givenUp = commit.CommitAsync(Write(gone.Token));
        var last = commit.CommitAsync(Write());
        await gone.CancelAsync();
        begin.SetResult();

        await Task.WhenAll(first, last);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => givenUp);
        Assert.Equal([1, 1], groups);
    }

    private static PendingWrite Write(CancellationToken cancellationToken = default) =>
        new(new SpanBatch(new Project(1, "p"), []), [], cancellationToken);

    private async Task<IReadOnlyList<SpanWriteResult>> RunAsync(IReadOnlyList<PendingWrite> writes)
    {
        groups.Add(writes.Count);
        await begin.Task;
        return poisoned is not null && writes.Contains(poisoned) ? throw failure : [.. writes.Select(_ => new SpanWriteResult(0, 0, []))];
    }
}
