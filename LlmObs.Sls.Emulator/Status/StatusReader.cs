using LlmObs.Sls.Emulator.Catalog;
using LlmObs.Sls.Emulator.Storage;

namespace LlmObs.Sls.Emulator.Status;

/// <param name="Extent">Null for a logstore that nobody has used since the start: it is not opened to be shown.</param>
public sealed record LogstoreStatus(string Name, int TtlDays, int Shards, bool HasIndex, LogstoreExtent? Extent, long DiskBytes);

public sealed record ProjectStatus(string Name, string Description, IReadOnlyList<LogstoreStatus> Logstores);

public sealed record EmulatorStatus(
    DateTimeOffset At,
    string DataDirectory,
    long FreeBytes,
    LastMinute Written,
    IReadOnlyList<ProjectStatus> Projects,
    IReadOnlyList<AnsweredQuery> Queries
)
{
    public long Logs => Projects.Sum(project => project.Logstores.Sum(logstore => logstore.Extent?.Logs ?? 0));

    public long DiskBytes => Projects.Sum(project => project.Logstores.Sum(logstore => logstore.DiskBytes));
}

/// <summary>Looks at everything once, for the status page.</summary>
public sealed class StatusReader(SlsCatalog catalog, Activity activity, Engine engine, TimeProvider time)
{
    public EmulatorStatus Read() =>
        new(
            time.GetUtcNow(),
            engine.DataDirectory,
            engine.FreeDiskBytes(),
            activity.Written(),
            [
                .. catalog
                    .Projects()
                    .Select(project => new ProjectStatus(project.Name, project.Description, [.. catalog.Logstores(project.Name).Select(Read)])),
            ],
            activity.Queries()
        );

    private LogstoreStatus Read(LogstoreDefinition definition)
    {
        var opened = catalog.IfOpen(definition.Project, definition.Name);
        return new LogstoreStatus(
            definition.Name,
            definition.Ttl,
            catalog.Shards(definition.Project, definition.Name).Count(shard => shard.IsWritable),
            opened?.Columns.Index is not null,
            opened is null ? null : LogstoreExtent.Of(opened.Snapshot()),
            SizeOf(catalog.Folder(definition.Project, definition.Name))
        );
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
