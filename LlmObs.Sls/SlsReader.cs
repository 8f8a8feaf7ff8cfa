using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using LlmObs.Sls.Wire;

namespace LlmObs.Sls;

/// <summary>Shards of one logstore, reading them by cursor, and the consumer groups that share them out. Sends every request once.</summary>
/// <remarks>Thread-safe. Every method throws <see cref="SlsException"/>; the codes worth knowing stand with the method. Get one from <see cref="SlsClient.Reader"/>.</remarks>
public sealed class SlsReader
{
    private const int MaxPull = 1000;
    private readonly SlsConnection connection;
    private readonly string path;

    internal SlsReader(SlsConnection connection, string logstore)
    {
        this.connection = connection;
        path = SlsPath.Logstore(logstore);
    }

    /// <summary>All shards, the ones that can only be read as well.</summary>
    public Task<IReadOnlyList<SlsShard>> ListShardsAsync(CancellationToken cancellationToken) =>
        ShardsAsync(HttpMethod.Get, $"{path}/shards", null, cancellationToken);

    /// <summary>Closes a shard for writing and opens two in its place. The cloud takes some seconds.</summary>
    /// <param name="key">Where to cut, 32 hex digits inside the shard's range; null: in the middle.</param>
    /// <returns>The shards that changed or are new. Fails with ShardNotExist, or ParameterInvalid for a shard that is read-only.</returns>
    public Task<IReadOnlyList<SlsShard>> SplitShardAsync(int shard, string? key, CancellationToken cancellationToken)
    {
        var query = new Dictionary<string, string> { ["action"] = "split" };
        if (key is not null)
        {
            query["key"] = key;
        }

        return ShardsAsync(HttpMethod.Post, ShardPath(shard), query, cancellationToken);
    }

    /// <summary>Closes a shard and its right neighbour for writing and opens one in their place.</summary>
    public Task<IReadOnlyList<SlsShard>> MergeShardsAsync(int shard, CancellationToken cancellationToken) =>
        ShardsAsync(HttpMethod.Post, ShardPath(shard), new Dictionary<string, string> { ["action"] = "merge" }, cancellationToken);

    /// <summary>The cursor before the oldest group.</summary>
    public Task<string> BeginCursorAsync(int shard, CancellationToken cancellationToken) => CursorAsync(shard, "begin", cancellationToken);

    /// <summary>The cursor behind the newest group.</summary>
    public Task<string> EndCursorAsync(int shard, CancellationToken cancellationToken) => CursorAsync(shard, "end", cancellationToken);

    /// <summary>The cursor of the first group that SLS received at or after a time. The time of receipt counts, in whole seconds, not the time of the logs.</summary>
    public Task<string> CursorAtAsync(int shard, DateTimeOffset receivedAt, CancellationToken cancellationToken) =>
        CursorAsync(shard, receivedAt.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture), cancellationToken);

    /// <summary>When SLS received the group at a cursor, to the second.</summary>
    public async Task<DateTimeOffset> CursorTimeAsync(int shard, string cursor, CancellationToken cancellationToken)
    {
        var answer = await connection.SendAsync(
            HttpMethod.Get,
            ShardPath(shard),
            new Dictionary<string, string> { ["type"] = "cursor_time", ["cursor"] = cursor },
            SlsBody.None,
            cancellationToken
        );
        return QueryAnswer.Reading(answer, root => DateTimeOffset.FromUnixTimeSeconds(root.GetProperty("cursor_time").GetInt64()));
    }

    /// <summary>Reads groups from a cursor on, in the order they were written. An answer is at most 10 MB, so it may hold fewer than are there.</summary>
    /// <param name="count">Groups, 1–1000.</param>
    /// <param name="endCursor">Where to stop; null: at the newest group.</param>
    /// <remarks>Fails with InvalidCursor for a cursor of another shard or one that has aged out, and with the retryable ShardReadQuotaExceed above 20 MB or 100 reads per second and shard.</remarks>
    public async Task<SlsPull> PullAsync(int shard, string cursor, int count, string? endCursor, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, MaxPull);
        var query = new Dictionary<string, string>
        {
            ["type"] = "logs",
            ["cursor"] = cursor,
            ["count"] = count.ToString(CultureInfo.InvariantCulture),
        };
        if (endCursor is not null)
        {
            query["end_cursor"] = endCursor;
        }

        return PullAnswer.Read(
            await connection.SendAsync(HttpMethod.Get, ShardPath(shard), query, SlsBody.None, "application/x-protobuf", cancellationToken)
        );
    }

    /// <summary>All groups between two cursors, read a pull at a time; the next cursor with each, to be kept as a checkpoint once its groups are dealt with.</summary>
    /// <param name="endCursor">Where to stop; null: at the group that is the newest when it gets there.</param>
    public async IAsyncEnumerable<SlsPull> StreamAsync(
        int shard,
        string cursor,
        string? endCursor,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        while (true)
        {
            var pull = await PullAsync(shard, cursor, MaxPull, endCursor, cancellationToken);
            if (pull.Groups.Count > 0)
            {
                yield return pull;
            }

            if (pull.NextCursor == cursor || pull.NextCursor == endCursor)
            {
                yield break;
            }

            cursor = pull.NextCursor;
        }
    }

    /// <summary>Fails with ConsumerGroupAlreadyExist when there is one of the name. A logstore has at most 30.</summary>
    public async Task CreateConsumerGroupAsync(SlsConsumerGroup group, CancellationToken cancellationToken) =>
        await connection.SendAsync(
            HttpMethod.Post,
            $"{path}/consumergroups",
            null,
            Json(
                new
                {
                    consumerGroup = group.Name,
                    timeout = group.TimeoutSeconds,
                    order = group.IsOrdered,
                }
            ),
            cancellationToken
        );

    /// <summary>The consumer groups of the logstore, at most 30.</summary>
    public async Task<IReadOnlyList<SlsConsumerGroup>> ListConsumerGroupsAsync(CancellationToken cancellationToken)
    {
        var answer = await connection.SendAsync(HttpMethod.Get, $"{path}/consumergroups", null, SlsBody.None, cancellationToken);
        return QueryAnswer.Reading(
            answer,
            root =>
                root.EnumerateArray()
                    .Select(group => new SlsConsumerGroup(
                        group.GetProperty("name").GetString()!,
                        group.GetProperty("timeout").GetInt32(),
                        group.GetProperty("order").GetBoolean()
                    ))
                    .ToList()
        );
    }

    /// <summary>Changes timeout and order. Fails with ConsumerGroupNotExist.</summary>
    public async Task UpdateConsumerGroupAsync(SlsConsumerGroup group, CancellationToken cancellationToken) =>
        await connection.SendAsync(
            HttpMethod.Put,
            GroupPath(group.Name),
            null,
            Json(new { timeout = group.TimeoutSeconds, order = group.IsOrdered }),
            cancellationToken
        );

    /// <summary>Deletes a group and its checkpoints.</summary>
    public async Task DeleteConsumerGroupAsync(string group, CancellationToken cancellationToken) =>
        await connection.SendAsync(HttpMethod.Delete, GroupPath(group), null, SlsBody.None, cancellationToken);

    /// <summary>Says that a consumer is alive and which shards it holds; send it several times per timeout of the group.</summary>
    /// <returns>The shards to hold from now on. Stop reading one that is missing, then leave it out of the next heartbeat: only then another consumer gets it.</returns>
    public async Task<IReadOnlyList<int>> HeartbeatAsync(
        string group,
        string consumer,
        IReadOnlyCollection<int> held,
        CancellationToken cancellationToken
    )
    {
        var answer = await connection.SendAsync(
            HttpMethod.Post,
            GroupPath(group),
            new Dictionary<string, string> { ["type"] = "heartbeat", ["consumer"] = consumer },
            Json(held),
            cancellationToken
        );
        return QueryAnswer.Reading(answer, root => root.EnumerateArray().Select(shard => shard.GetInt32()).ToList());
    }

    /// <summary>Keeps how far a shard was read: the cursor to go on from.</summary>
    /// <param name="cursor">Behind the last group that was dealt with: <see cref="SlsPull.NextCursor"/>.</param>
    /// <param name="force">Also without holding the shard; else that fails with InvalidShardCheckPoint, or NotExistConsumerWithBody without a heartbeat before.</param>
    public async Task SaveCheckpointAsync(string group, string consumer, int shard, string cursor, bool force, CancellationToken cancellationToken)
    {
        var query = new Dictionary<string, string>
        {
            ["type"] = "checkpoint",
            ["consumer"] = consumer,
            ["forceSuccess"] = force ? "true" : "false",
        };
        await connection.SendAsync(HttpMethod.Post, GroupPath(group), query, Json(new { shard, checkpoint = cursor }), cancellationToken);
    }

    /// <summary>The checkpoints of a group; shards that were never read may be missing, or have an empty cursor.</summary>
    public async Task<IReadOnlyList<SlsCheckpoint>> CheckpointsAsync(string group, CancellationToken cancellationToken)
    {
        var answer = await connection.SendAsync(HttpMethod.Get, GroupPath(group), null, SlsBody.None, cancellationToken);
        return QueryAnswer.Reading(
            answer,
            root =>
                root.EnumerateArray()
                    .Select(checkpoint => new SlsCheckpoint(
                        checkpoint.GetProperty("shard").GetInt32(),
                        checkpoint.GetProperty("checkpoint").GetString()!,
                        checkpoint.GetProperty("updateTime").GetInt64(),
                        checkpoint.GetProperty("consumer").GetString()!
                    ))
                    .ToList()
        );
    }

    private async Task<string> CursorAsync(int shard, string from, CancellationToken cancellationToken)
    {
        var answer = await connection.SendAsync(
            HttpMethod.Get,
            ShardPath(shard),
            new Dictionary<string, string> { ["type"] = "cursor", ["from"] = from },
            SlsBody.None,
            cancellationToken
        );
        return QueryAnswer.Reading(answer, root => root.GetProperty("cursor").GetString()!);
    }

    private async Task<IReadOnlyList<SlsShard>> ShardsAsync(
        HttpMethod method,
        string target,
        Dictionary<string, string>? query,
        CancellationToken cancellationToken
    )
    {
        var answer = await connection.SendAsync(method, target, query, SlsBody.None, cancellationToken);
        return QueryAnswer.Reading(
            answer,
            root =>
                root.EnumerateArray()
                    .Select(shard => new SlsShard(
                        shard.GetProperty("shardID").GetInt32(),
                        shard.GetProperty("status").GetString() == "readwrite",
                        shard.GetProperty("inclusiveBeginKey").GetString()!,
                        shard.GetProperty("exclusiveEndKey").GetString()!,
                        shard.GetProperty("createTime").GetInt64()
                    ))
                    .ToList()
        );
    }

    private string ShardPath(int shard) => $"{path}/shards/{shard.ToString(CultureInfo.InvariantCulture)}";

    private string GroupPath(string group) => $"{path}/consumergroups/{SlsPath.Checked(group)}";

    private static SlsBody Json<T>(T body) => SlsBody.Json(JsonSerializer.SerializeToUtf8Bytes(body));
}
