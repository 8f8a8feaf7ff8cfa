using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using LlmObs.Sls.Emulator.Http;
using LlmObs.Sls.Emulator.Storage;

namespace LlmObs.Sls.Emulator.Catalog;

/// <summary>Projects and logstores: folders of the data directory, <c>{project}/project.json</c> and <c>{project}/{logstore}/logstore.json</c>.</summary>
public sealed partial class SlsCatalog : IAsyncDisposable
{
    private const string ProjectFile = "project.json";
    private const string LogstoreFile = "logstore.json";
    private readonly ConcurrentDictionary<string, ProjectDefinition> projects = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(string Project, string Name), LogstoreDefinition> logstores = new();
    private readonly Dictionary<(string Project, string Name), Logstore> open = [];
    private readonly Lock gate = new();
    private readonly Engine engine;
    private readonly EmulatorOptions options;
    private readonly TimeProvider time;
    private readonly ILoggerFactory loggers;
    private readonly string root;

    public SlsCatalog(Engine engine, EmulatorOptions options, TimeProvider time, ILoggerFactory loggers)
    {
        this.options = options;
        this.loggers = loggers;
        this.engine = engine;
        this.time = time;
        root = Path.Combine(engine.DataDirectory, "projects");
        Directory.CreateDirectory(root);
        foreach (var project in Directory.EnumerateDirectories(root).Select(Read<ProjectDefinition>(ProjectFile)).OfType<ProjectDefinition>())
        {
            projects[project.Name] = project;
            foreach (
                var logstore in Directory
                    .EnumerateDirectories(Path.Combine(root, project.Name))
                    .Select(Read<LogstoreDefinition>(LogstoreFile))
                    .OfType<LogstoreDefinition>()
            )
            {
                logstores[(project.Name, logstore.Name)] = logstore;
            }
        }
    }

    public IReadOnlyList<ProjectDefinition> Projects() => [.. projects.Values.OrderBy(project => project.Name, StringComparer.Ordinal)];

    public ProjectDefinition Project(string name) => projects.GetValueOrDefault(name) ?? throw SlsException.ProjectNotExist(name);

    public IReadOnlyList<LogstoreDefinition> Logstores(string project) =>
        [.. AllLogstores().Where(logstore => logstore.Project == Project(project).Name).OrderBy(logstore => logstore.Name, StringComparer.Ordinal)];

    public IEnumerable<LogstoreDefinition> AllLogstores() => logstores.Values;

    public LogstoreDefinition Logstore(string project, string name) =>
        logstores.GetValueOrDefault((Project(project).Name, name)) ?? throw SlsException.LogstoreNotExist(name);

    public void CreateProject(string name, string description, JsonObject? settings = null)
    {
        if (!ProjectName().IsMatch(name))
        {
            throw SlsException.Parameter($"project name {name} is not 3 to 63 of a-z, 0-9 and '-', starting and ending with a letter or digit");
        }
        lock (gate)
        {
            if (projects.ContainsKey(name))
            {
                throw SlsException.Invalid("ProjectAlreadyExist", $"Project {name} already exist");
            }
            if (options.CheckQuotas && projects.Count >= Quotas.MaxProjects)
            {
                throw SlsException.Invalid("ProjectQuotaExceed", $"an account has at most {Quotas.MaxProjects} projects");
            }
            Save(new ProjectDefinition(name, description, Now, Now, settings));
        }
    }

    public void UpdateProject(string name, string description)
    {
        lock (gate)
        {
            Save(Project(name) with { Description = description, ModifiedAt = Now });
        }
    }

    public async Task DeleteProjectAsync(string name)
    {
        foreach (var logstore in Logstores(name))
        {
            await DeleteLogstoreAsync(name, logstore.Name);
        }
        lock (gate)
        {
            projects.TryRemove(name, out _);
            Directory.Delete(Path.Combine(root, name), recursive: true);
        }
    }

    public void CreateLogstore(string project, string name, int ttl, JsonObject settings)
    {
        if (!LogstoreName().IsMatch(name))
        {
            throw SlsException.Invalid(
                "LogStoreInfoInvalid",
                $"logstore name {name} is not 2 to 63 of a-z, 0-9, '-' and '_', starting and ending with a letter or digit"
            );
        }
        lock (gate)
        {
            if (logstores.ContainsKey((Project(project).Name, name)))
            {
                throw SlsException.Invalid("LogStoreAlreadyExist", $"logstore {name} already exists");
            }
            var count = settings["shardCount"] is JsonValue value && value.TryGetValue<int>(out var wanted) ? wanted : 1;
            Save(new LogstoreDefinition(project, name, CheckTtl(ttl), settings, Now, Now, Catalog.Shards.Create(count, Now)));
        }
    }

    /// <summary>Settings that are not given stay as they are.</summary>
    public void UpdateLogstore(string project, string name, int ttl, JsonObject settings)
    {
        lock (gate)
        {
            var old = Logstore(project, name);
            var merged = new JsonObject(
                old.Settings.Where(member => !settings.ContainsKey(member.Key))
                    .Concat(settings)
                    .Select(member => KeyValuePair.Create(member.Key, member.Value?.DeepClone()))
            );
            Save(old with { Ttl = CheckTtl(ttl), Settings = merged, ModifiedAt = Now });
        }
    }

    public IReadOnlyList<Shard> Shards(string project, string name) => Shards(Logstore(project, name));

    /// <summary>Splits or merges; returns the shards that changed or are new.</summary>
    /// <param name="change">From the shards of now, and the time in Unix seconds, to the shards wanted.</param>
    public IReadOnlyList<Shard> ChangeShards(string project, string name, Func<IReadOnlyList<Shard>, long, IReadOnlyList<Shard>> change)
    {
        lock (gate)
        {
            var definition = Logstore(project, name);
            var before = Shards(definition);
            var after = change(before, Now);
            Save(definition with { Shards = after, ModifiedAt = Now });
            return [.. after.Except(before)];
        }
    }

    public async Task DeleteLogstoreAsync(string project, string name)
    {
        Logstore? closing;
        lock (gate)
        {
            Logstore(project, name);
            logstores.TryRemove((project, name), out _);
            open.Remove((project, name), out closing);
            // Without its definition the folder is no logstore, even if the process dies before it is gone.
            File.Delete(Path.Combine(Folder(project, name), LogstoreFile));
        }
        if (closing is not null)
        {
            await closing.DisposeAsync();
        }
        Directory.Delete(Folder(project, name), recursive: true);
    }

    /// <summary>The logstore's data, opened (and recovered) at first use.</summary>
    public Logstore Open(string project, string name)
    {
        lock (gate)
        {
            Logstore(project, name);
            if (!open.TryGetValue((project, name), out var logstore))
            {
                open[(project, name)] = logstore = new Logstore(
                    engine,
                    Folder(project, name),
                    options.TermSegmentLogs,
                    time,
                    loggers.CreateLogger<Logstore>()
                );
            }
            return logstore;
        }
    }

    /// <summary>Null when nobody has used it since the start.</summary>
    public Logstore? IfOpen(string project, string name)
    {
        lock (gate)
        {
            return open.GetValueOrDefault((project, name));
        }
    }

    public IReadOnlyList<Logstore> OpenLogstores()
    {
        lock (gate)
        {
            return [.. open.Values];
        }
    }

    /// <summary>Moves what open logstores hold in memory into their files.</summary>
    public async Task CheckpointAsync(CancellationToken cancellationToken)
    {
        foreach (var logstore in OpenLogstores())
        {
            await logstore.CheckpointAsync(cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var logstore in open.Values)
        {
            await logstore.DisposeAsync();
        }
        open.Clear();
    }

    private static IReadOnlyList<Shard> Shards(LogstoreDefinition definition) => definition.Shards ?? Catalog.Shards.Create(1, definition.CreatedAt);

    private long Now => time.GetUtcNow().ToUnixTimeSeconds();

    internal string Folder(string project, string logstore) => Path.Combine(root, project, logstore);

    private void Save(ProjectDefinition project)
    {
        Write(Path.Combine(root, project.Name), ProjectFile, project);
        projects[project.Name] = project;
    }

    private void Save(LogstoreDefinition logstore)
    {
        Write(Folder(logstore.Project, logstore.Name), LogstoreFile, logstore);
        logstores[(logstore.Project, logstore.Name)] = logstore;
    }

    internal static void Write<T>(string directory, string file, T definition)
    {
        Directory.CreateDirectory(directory);
        var path = Path.Combine(directory, file);
        using (var draft = File.Create(path + ".new"))
        {
            JsonSerializer.Serialize(draft, definition);
            draft.Flush(flushToDisk: true);
        }
        File.Move(path + ".new", path, overwrite: true);
    }

    private static Func<string, T?> Read<T>(string file)
        where T : class =>
        directory =>
        {
            var path = Path.Combine(directory, file);
            return File.Exists(path) ? JsonSerializer.Deserialize<T>(File.ReadAllBytes(path)) : null;
        };

    private static int CheckTtl(int ttl) =>
        ttl is >= 1 and <= 3650 ? ttl : throw SlsException.Invalid("LogStoreInfoInvalid", $"ttl is {ttl}; 1 to 3650 days are allowed");

    [GeneratedRegex("^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$")]
    private static partial Regex ProjectName();

    [GeneratedRegex("^[a-z0-9][a-z0-9_-]{0,61}[a-z0-9]$")]
    private static partial Regex LogstoreName();
}
