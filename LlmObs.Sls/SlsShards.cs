namespace LlmObs.Sls;

/// <summary>A range of hash keys, which is also the unit of reading by cursor.</summary>
/// <param name="Id">From 0; numbers are not used again.</param>
/// <param name="IsWritable">False after a split or a merge: it can still be read.</param>
/// <param name="BeginKey">32 hex digits, inclusive.</param>
/// <param name="EndKey">32 hex digits, exclusive.</param>
/// <param name="CreatedAt">Unix seconds.</param>
public sealed record SlsShard(int Id, bool IsWritable, string BeginKey, string EndKey, long CreatedAt);

/// <summary>Groups as they were written, and where the next ones begin.</summary>
/// <param name="NextCursor">Equal to the cursor that was asked from when nothing is left for now.</param>
public sealed record SlsPull(IReadOnlyList<SlsLogGroup> Groups, string NextCursor);

/// <summary>Consumers that share the shards of a logstore among themselves.</summary>
/// <param name="Name">Unique within the logstore.</param>
/// <param name="TimeoutSeconds">A consumer that sends no heartbeat for longer loses its shards.</param>
/// <param name="IsOrdered">Whether the shards that a split or merge made are read only after those they came from.</param>
public sealed record SlsConsumerGroup(string Name, int TimeoutSeconds, bool IsOrdered);

/// <summary>How far a consumer group has read a shard.</summary>
/// <param name="Shard">Which shard.</param>
/// <param name="Cursor">Where to go on; empty when nothing was written yet.</param>
/// <param name="UpdatedAt">Unix µs; 0 when nothing was written yet.</param>
/// <param name="Consumer">Who wrote it last.</param>
public sealed record SlsCheckpoint(int Shard, string Cursor, long UpdatedAt, string Consumer);
