using LlmObs.Sls.Emulator.Catalog;

namespace LlmObs.Tests.Sls.Emulator;

public sealed class ShardAssignmentTests
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);
    private static readonly int[] Shards = [0, 1, 2, 3];
    private readonly SettableTime time = new();

    [Fact]
    public void Hands_a_shard_over_only_after_its_holder_let_go()
    {
        var assignment = new ShardAssignment(time);

        Assert.Equal([0, 1, 2, 3], assignment.Heartbeat("a", [], Shards, Timeout));
        Assert.Empty(assignment.Heartbeat("b", [], Shards, Timeout));
        Assert.Equal([0, 1], assignment.Heartbeat("a", [0, 1, 2, 3], Shards, Timeout));
        Assert.Empty(assignment.Heartbeat("b", [], Shards, Timeout));
        Assert.Equal([0, 1], assignment.Heartbeat("a", [0, 1], Shards, Timeout));
        Assert.Equal([2, 3], assignment.Heartbeat("b", [], Shards, Timeout));
    }

    [Fact]
    public void Takes_the_shards_of_a_consumer_that_fell_silent()
    {
        var assignment = new ShardAssignment(time);
        assignment.Heartbeat("a", [], Shards, Timeout);

        time.Now += Timeout + TimeSpan.FromSeconds(1);

        Assert.Equal([0, 1, 2, 3], assignment.Heartbeat("b", [], Shards, Timeout));
    }

    private sealed class SettableTime : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = DateTimeOffset.UnixEpoch;

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
