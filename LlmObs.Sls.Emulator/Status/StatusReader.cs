using LlmObs.Sls.Emulator.Catalog;
using LlmObs.Sls.Emulator.Storage;

namespace LlmObs.Sls.Emulator.Status;

/// <param name="Oldest">Unix seconds; null without logs, as <paramref name="Newest"/>.</param>
/// <param name="Problem">Why the logstore cannot be read; else null.</param>
public sealed record LogstoreStatus(
    string Name,
    int TtlDays,
    int Shards,
    bool HasIndex,
    long Logs,
    long? Oldest,
    long? Newest,
    long DiskBytes,
    string? Problem
);

public sealed record ProjectStatus(string Name, string Description, IReadOnlyList<LogstoreStatus> Logstores);

public sealed record EmulatorStatus(
    DateTimeOffset At,
    string DataDirectory,
    long FreeBytes,
    IngestRate Rate,
    IReadOnlyList<ProjectStatus> Projects,
    IReadOnlyList<AnsweredQuery> Queries
)
{
    public long Logs => Projects.Sum(project => project.Logstores.Sum(logstore => logstore.Logs));

    public long DiskBytes => Projects.Sum(project => project.Logstores.Sum(logstore => logstore.DiskBytes));
}

/// <summary>Looks at everything once, for the status page.</summary>
public sealed class StatusReader(SlsCatalog catalog, Activity activity, Engine engine, TimeProvider time)
{
    public async Task<EmulatorStatus> ReadAsync(CancellationToken cancellationToken)
    {
        var projects = new List<ProjectStatus>();
        foreach (var project in catalog.Projects())
        {
            var logstores = new List<LogstoreStatus>();
            foreach (var logstore in catalog.Logstores(project.Name))
            {
                logstores.Add(await ReadAsync(logstore, cancellationToken));
            }
            projects.Add(new ProjectStatus(project.Name, project.Description, logstores));
        }
        return new EmulatorStatus(time.GetUtcNow(), engine.DataDirectory, engine.FreeDiskBytes(), activity.Rate(), projects, activity.Queries());
    }

    private async Task<LogstoreStatus> ReadAsync(LogstoreDefinition definition, CancellationToken cancellationToken)
    {
        var status = new LogstoreStatus(
            definition.Name,
            definition.Ttl,
            catalog.Shards(definition.Project, definition.Name).Count(shard => shard.IsWritable),
            HasIndex: false,
            0,
            null,
            null,
            SizeOf(catalog.Folder(definition.Project, definition.Name)),
            null
        );
        try
        {
            var opened = catalog.Open(definition.Project, definition.Name);
            var (logs, oldest, newest) = LogstoreExtent.Of(opened.Snapshot());
            return status with { HasIndex = opened.Columns.Index is not null, Logs = logs, Oldest = oldest, Newest = newest };
        }
        catch (Exception unreadable) when (unreadable is not OperationCanceledException)
        {
            return status with { Problem = unreadable.Message };
        }
    }

    // Files come and go while we look.
    private static long SizeOf(string directory)
    {
        try
        {
            return new DirectoryInfo(directory).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Exists ? file.Length : 0);
        }
        catch (IOException)
        {
            return 0;
        }
    }
}
