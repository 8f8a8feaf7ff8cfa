using LlmObs.Sls.Emulator.Http;

namespace LlmObs.Sls.Emulator.Catalog;

/// <summary>The consumer groups of all logstores, kept in <c>consumers.json</c> of each.</summary>
public sealed class ConsumerGroups(SlsCatalog catalog, TimeProvider time)
{
    private const int Most = 30;
    private readonly LogstoreList<ConsumerGroupDefinition> lists = new(catalog, "consumers.json");
    private readonly Lock gate = new();
    private readonly Dictionary<(string Project, string Logstore, string Group), ShardAssignment> assignments = [];

    public IReadOnlyList<ConsumerGroupDefinition> List(string project, string logstore)
    {
        lock (gate)
        {
            return lists.Read(project, logstore);
        }
    }

    public void Create(string project, string logstore, ConsumerGroupDefinition group)
    {
        Check(group);
        Change(
            project,
            logstore,
            groups =>
                groups.Any(other => other.Name == group.Name)
                    ? throw SlsException.Invalid("ConsumerGroupAlreadyExist", $"consumer group {group.Name} already exists")
                : groups.Count >= Most ? throw SlsException.Parameter($"a logstore has at most {Most} consumer groups")
                : [.. groups, group]
        );
    }

    public void Update(string project, string logstore, string name, Func<ConsumerGroupDefinition, ConsumerGroupDefinition> change) =>
        Change(
            project,
            logstore,
            groups =>
            {
                var group = Find(groups, name);
                var changed = change(group);
                Check(changed);
                return [.. groups.Select(other => other == group ? changed : other)];
            }
        );

    public void Delete(string project, string logstore, string name)
    {
        Change(project, logstore, groups => [.. groups.Where(group => group != Find(groups, name))]);
        lock (gate)
        {
            assignments.Remove((project, logstore, name));
        }
    }

    public IReadOnlyList<int> Heartbeat(string project, string logstore, string name, string consumer, IReadOnlyCollection<int> held)
    {
        var shards = catalog.Shards(project, logstore).Select(shard => shard.Id).ToList();
        lock (gate)
        {
            var group = Find(lists.Read(project, logstore), name);
            return Assignment(project, logstore, name).Heartbeat(consumer, held, shards, TimeSpan.FromSeconds(group.TimeoutSeconds));
        }
    }

    /// <param name="isForced">Also by a consumer that doesn't hold the shard.</param>
    public void Checkpoint(string project, string logstore, string name, string consumer, int shard, string checkpoint, bool isForced)
    {
        Shards.Find(catalog.Shards(project, logstore), shard);
        Storage.Cursor.Read(checkpoint);
        lock (gate)
        {
            Find(lists.Read(project, logstore), name);
            if (!isForced)
            {
                Assignment(project, logstore, name).Check(consumer, shard);
            }
            var now = time.GetUtcNow().ToUnixTimeMilliseconds() * 1000;
            Update(
                project,
                logstore,
                name,
                group =>
                    group with
                    {
                        Checkpoints =
                        [
                            .. group
                                .Checkpoints.Where(other => other.Shard != shard)
                                .Append(new ShardCheckpoint(shard, checkpoint, now, consumer))
                                .OrderBy(other => other.Shard),
                        ],
                    }
            );
        }
    }

    public ConsumerGroupDefinition Find(string project, string logstore, string name) => Find(List(project, logstore), name);

    private static ConsumerGroupDefinition Find(IReadOnlyList<ConsumerGroupDefinition> groups, string name) =>
        groups.FirstOrDefault(group => group.Name == name)
        ?? throw new SlsException(404, "ConsumerGroupNotExist", $"consumer group {name} does not exist");

    private static void Check(ConsumerGroupDefinition group)
    {
        if (group.Name.Length is 0 or > 255 || group.TimeoutSeconds < 1)
        {
            throw SlsException.Parameter("a consumer group needs a name and a timeout of 1 s or more");
        }
    }

    private ShardAssignment Assignment(string project, string logstore, string name)
    {
        if (!assignments.TryGetValue((project, logstore, name), out var assignment))
        {
            assignments[(project, logstore, name)] = assignment = new ShardAssignment(time);
        }
        return assignment;
    }

    private void Change(string project, string logstore, Func<IReadOnlyList<ConsumerGroupDefinition>, IReadOnlyList<ConsumerGroupDefinition>> change)
    {
        lock (gate)
        {
            lists.Change(project, logstore, change);
        }
    }
}
