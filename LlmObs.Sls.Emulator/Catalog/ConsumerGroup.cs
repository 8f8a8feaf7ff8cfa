using LlmObs.Sls.Emulator.Http;

namespace LlmObs.Sls.Emulator.Catalog;

/// <param name="UpdatedAt">Unix µs.</param>
public sealed record ShardCheckpoint(int Shard, string Checkpoint, long UpdatedAt, string Consumer);

/// <summary>What is kept of a consumer group. Who consumes now is not: consumers tell it again with their next heartbeat.</summary>
/// <param name="TimeoutSeconds">A consumer that has been silent for longer loses its shards.</param>
public sealed record ConsumerGroupDefinition(string Name, int TimeoutSeconds, bool IsOrdered, IReadOnlyList<ShardCheckpoint> Checkpoints);

/// <summary>
/// Spreads shards evenly over the consumers that are alive. A shard moves only once its holder has stopped listing it, or was silent
/// for too long: two consumers never read it at one time. Not thread-safe.
/// </summary>
public sealed class ShardAssignment(TimeProvider time)
{
    private readonly SortedDictionary<string, DateTimeOffset> heartbeats = new(StringComparer.Ordinal);
    private readonly Dictionary<int, string> owners = [];

    /// <summary>Takes a heartbeat; returns the shards the consumer is to hold from now on.</summary>
    public IReadOnlyList<int> Heartbeat(string consumer, IReadOnlyCollection<int> held, IReadOnlyList<int> shards, TimeSpan timeout)
    {
        var now = time.GetUtcNow();
        heartbeats[consumer] = now;
        foreach (var silent in heartbeats.Where(heartbeat => now - heartbeat.Value > timeout).Select(heartbeat => heartbeat.Key).ToList())
        {
            heartbeats.Remove(silent);
        }
        foreach (var (shard, owner) in owners.ToList())
        {
            if (!shards.Contains(shard) || !heartbeats.ContainsKey(owner) || (owner == consumer && !held.Contains(shard)))
            {
                owners.Remove(shard);
            }
        }
        foreach (var shard in held.Where(shards.Contains))
        {
            owners.TryAdd(shard, consumer);
        }
        var mine = owners.Where(owner => owner.Value == consumer).Select(owner => owner.Key).Order().ToList();
        var share = Share(consumer, shards.Count);
        foreach (var free in shards.Where(shard => !owners.ContainsKey(shard)).Take(share - mine.Count))
        {
            owners[free] = consumer;
            mine.Add(free);
        }
        // What is above the share stays owned until the consumer stops listing it.
        return [.. mine.Take(share).Order()];
    }

    /// <summary>Throws <see cref="SlsException"/> when a consumer may not write the checkpoint of a shard.</summary>
    public void Check(string consumer, int shard)
    {
        if (!heartbeats.ContainsKey(consumer))
        {
            throw SlsException.Invalid("NotExistConsumerWithBody", $"consumer {consumer} does not exist: it has sent no heartbeat");
        }
        if (owners.GetValueOrDefault(shard) != consumer)
        {
            throw SlsException.Invalid("InvalidShardCheckPoint", $"shard {shard} is not held by consumer {consumer}");
        }
    }

    private int Share(string consumer, int shards)
    {
        var place = heartbeats.Keys.TakeWhile(name => name != consumer).Count();
        return shards / heartbeats.Count + (place < shards % heartbeats.Count ? 1 : 0);
    }
}
