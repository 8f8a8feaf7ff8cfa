using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using LlmObs.Sls.Wire;

namespace LlmObs.Sls;

/// <summary>Projects, logstores and their indexes, and the deletion of logs. Sends every request once.</summary>
/// <remarks>Thread-safe. Every method throws <see cref="SlsException"/>; the codes worth knowing stand with the method. Get one from <see cref="SlsClient.Admin"/>.</remarks>
public sealed class SlsAdmin
{
    private static readonly JsonSerializerOptions OnlyWhatIsSet = new() { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };
    private readonly SlsConnection connection;
    private readonly SlsConnection account;
    private readonly string project;

    internal SlsAdmin(SlsConnection connection, SlsConnection account, string project)
    {
        this.connection = connection;
        this.account = account;
        this.project = project;
    }

    /// <summary>Creates the client's project. Fails with ProjectAlreadyExist, also where the name belongs to somebody else: names are unique in the whole cloud.</summary>
    public Task CreateProjectAsync(string description, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Post, "/", new { projectName = project, description }, cancellationToken);

    /// <summary>Fails with ProjectNotExist.</summary>
    public async Task<SlsProject> GetProjectAsync(CancellationToken cancellationToken) =>
        QueryAnswer.Reading(await GetAsync("/", null, cancellationToken), Project);

    /// <summary>Changes the description.</summary>
    public Task UpdateProjectAsync(string description, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Put, "/", new { description }, cancellationToken);

    /// <summary>Deletes the client's project with everything in it.</summary>
    public Task DeleteProjectAsync(CancellationToken cancellationToken) => SendAsync(HttpMethod.Delete, "/", cancellationToken);

    /// <summary>The account's projects in this region whose name contains a text; a page of them.</summary>
    /// <param name="size">0–500.</param>
    public async Task<SlsPage<SlsProject>> ListProjectsAsync(string nameContains, int offset, int size, CancellationToken cancellationToken)
    {
        var query = Page("projectName", nameContains, offset, size);
        return QueryAnswer.Reading(
            await account.SendAsync(HttpMethod.Get, "/", query, SlsBody.None, cancellationToken),
            root => new SlsPage<SlsProject>([.. root.GetProperty("projects").EnumerateArray().Select(Project)], root.GetProperty("total").GetInt32())
        );
    }

    /// <summary>Fails with LogStoreAlreadyExist or LogStoreInfoInvalid. The cloud takes writes up to a minute later; they fail with LogStoreNotExist until then.</summary>
    public Task CreateLogstoreAsync(SlsLogstore logstore, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Post, "/logstores", Definition(logstore), cancellationToken);

    /// <summary>Fails with LogStoreNotExist.</summary>
    public async Task<SlsLogstore> GetLogstoreAsync(string logstore, CancellationToken cancellationToken) =>
        QueryAnswer.Reading(await GetAsync(SlsPath.Logstore(logstore), null, cancellationToken), Logstore);

    /// <summary>Changes everything but name and number of shards, which change by <see cref="SlsReader.SplitShardAsync"/> and <see cref="SlsReader.MergeShardsAsync"/>.</summary>
    public Task UpdateLogstoreAsync(SlsLogstore logstore, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Put, SlsPath.Logstore(logstore.Name), Definition(logstore), cancellationToken);

    /// <summary>Deletes a logstore with its logs and its index.</summary>
    public Task DeleteLogstoreAsync(string logstore, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Delete, SlsPath.Logstore(logstore), cancellationToken);

    /// <summary>The names of the project's logstores that contain a text; a page of them.</summary>
    /// <param name="size">0–500.</param>
    public async Task<SlsPage<string>> ListLogstoresAsync(string nameContains, int offset, int size, CancellationToken cancellationToken)
    {
        var answer = await GetAsync("/logstores", Page("logstoreName", nameContains, offset, size), cancellationToken);
        return QueryAnswer.Reading(
            answer,
            root => new SlsPage<string>(
                [.. root.GetProperty("logstores").EnumerateArray().Select(name => name.GetString()!)],
                root.GetProperty("total").GetInt32()
            )
        );
    }

    /// <summary>The index configuration as SLS's API writes it. Fails with IndexConfigNotExist.</summary>
    public async Task<string> GetIndexAsync(string logstore, CancellationToken cancellationToken) =>
        QueryAnswer.Reading(await GetAsync($"{SlsPath.Logstore(logstore)}/index", null, cancellationToken), root => root.GetRawText());

    /// <summary>Fails with IndexAlreadyExist or IndexInfoInvalid. Holds for logs written from about a minute later on.</summary>
    /// <param name="indexJson">The whole configuration, at most 64 KB.</param>
    public Task CreateIndexAsync(string logstore, string indexJson, CancellationToken cancellationToken) =>
        IndexAsync(HttpMethod.Post, logstore, indexJson, cancellationToken);

    /// <summary>Replaces the configuration as a whole: what is left out is no longer indexed. <see cref="SlsClient.EnsureIndexAsync"/> adds to it instead.</summary>
    public Task UpdateIndexAsync(string logstore, string indexJson, CancellationToken cancellationToken) =>
        IndexAsync(HttpMethod.Put, logstore, indexJson, cancellationToken);

    /// <summary>The logs stay, and can be read by cursor only.</summary>
    public Task DeleteIndexAsync(string logstore, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Delete, $"{SlsPath.Logstore(logstore)}/index", cancellationToken);

    /// <summary>
    /// Deletes at once the logs that a search finds in [from, to), Unix seconds. Fails with ParameterInvalid where the logstore does not
    /// allow changes (<see cref="SlsLogstore.AllowsChanges"/>), and for a search with an analysis.
    /// </summary>
    /// <returns>How many logs are gone.</returns>
    public async Task<long> DeleteLogsAsync(string logstore, long from, long to, string query, CancellationToken cancellationToken)
    {
        var answer = await SendAsync(
            HttpMethod.Post,
            $"{SlsPath.Logstore(logstore)}/deletelogs",
            new
            {
                from,
                to,
                query,
            },
            cancellationToken
        );
        return QueryAnswer.Reading(answer, root => root.GetProperty("affectedRows").GetInt64());
    }

    /// <summary>
    /// Lets SLS delete the logs that a search finds in [from, to), Unix seconds: they are no longer found once <see cref="GetDeletionAsync"/>
    /// says so, and stay on disk until they age out. The cloud offers this in some regions only.
    /// </summary>
    /// <returns>The id of the deletion.</returns>
    public async Task<string> BeginDeletionAsync(string logstore, long from, long to, string query, CancellationToken cancellationToken)
    {
        var answer = await SendAsync(
            HttpMethod.Post,
            Deletions(logstore),
            new
            {
                from,
                to,
                query,
            },
            cancellationToken
        );
        return QueryAnswer.Reading(answer, root => root.GetProperty("taskId").GetString()!);
    }

    /// <summary>How far a deletion is. Fails with ParameterInvalid for an id that SLS does not know.</summary>
    public async Task<SlsDeletion> GetDeletionAsync(string logstore, string id, CancellationToken cancellationToken) =>
        QueryAnswer.Reading(await GetAsync($"{Deletions(logstore)}/{SlsPath.Checked(id)}", null, cancellationToken), Deletion);

    /// <summary>The logstore's deletions; a page of them.</summary>
    /// <param name="size">0–500.</param>
    public async Task<SlsPage<SlsDeletion>> ListDeletionsAsync(string logstore, int offset, int size, CancellationToken cancellationToken) =>
        QueryAnswer.Reading(
            await GetAsync(Deletions(logstore), Page(offset, size), cancellationToken),
            root => new SlsPage<SlsDeletion>([.. root.GetProperty("tasks").EnumerateArray().Select(Deletion)], root.GetProperty("total").GetInt32())
        );

    private static string Deletions(string logstore) => $"{SlsPath.Logstore(logstore)}/deletelogtasks";

    private static SlsDeletion Deletion(JsonElement root) =>
        new(
            root.GetProperty("taskId").GetString()!,
            Text(root, "query"),
            root.GetProperty("from").GetInt64(),
            root.GetProperty("to").GetInt64(),
            root.GetProperty("progress").GetInt32(),
            root.TryGetProperty("errorCode", out var code) && code.ValueKind == JsonValueKind.Number ? code.GetInt32() : 0,
            Text(root, "errorMessage")
        );

    private static object Definition(SlsLogstore logstore) =>
        new
        {
            logstoreName = logstore.Name,
            ttl = logstore.TtlDays,
            shardCount = logstore.ShardCount,
            autoSplit = logstore.AutoSplit,
            // SLS wants a limit only where it may split.
            maxSplitShard = logstore.AutoSplit ? logstore.MaxShards : (int?)null,
            enable_tracking = logstore.AllowsTracking,
            appendMeta = logstore.AppendsMeta,
            // Not every region knows it.
            enableModify = logstore.AllowsChanges ? true : (bool?)null,
            mode = logstore.Mode,
            telemetryType = logstore.IsMetrics ? "Metrics" : "",
        };

    private static SlsLogstore Logstore(JsonElement root) =>
        new(root.GetProperty("logstoreName").GetString()!, root.GetProperty("ttl").GetInt32(), root.GetProperty("shardCount").GetInt32())
        {
            AutoSplit = Flag(root, "autoSplit"),
            MaxShards = root.TryGetProperty("maxSplitShard", out var most) && most.ValueKind == JsonValueKind.Number ? most.GetInt32() : 1,
            AllowsTracking = Flag(root, "enable_tracking"),
            AppendsMeta = Flag(root, "appendMeta"),
            AllowsChanges = Flag(root, "enableModify"),
            Mode = Text(root, "mode") is { Length: > 0 } mode ? mode : "standard",
            IsMetrics = Text(root, "telemetryType") == "Metrics",
            CreatedAt = Time(root, "createTime"),
            ModifiedAt = Time(root, "lastModifyTime"),
        };

    private static SlsProject Project(JsonElement root) =>
        new(root.GetProperty("projectName").GetString()!, Text(root, "description"), Text(root, "status"), Text(root, "region"))
        {
            CreatedAt = Text(root, "createTime"),
            ModifiedAt = Text(root, "lastModifyTime"),
        };

    private static string Text(JsonElement root, string name) =>
        root.TryGetProperty(name, out var text) && text.ValueKind == JsonValueKind.String ? text.GetString()! : "";

    private static bool Flag(JsonElement root, string name) => root.TryGetProperty(name, out var flag) && flag.ValueKind == JsonValueKind.True;

    private static DateTimeOffset? Time(JsonElement root, string name) =>
        root.TryGetProperty(name, out var seconds) && seconds.ValueKind == JsonValueKind.Number
            ? DateTimeOffset.FromUnixTimeSeconds(seconds.GetInt64())
            : null;

    private static Dictionary<string, string> Page(int offset, int size) =>
        new() { ["offset"] = offset.ToString(CultureInfo.InvariantCulture), ["size"] = size.ToString(CultureInfo.InvariantCulture) };

    private static Dictionary<string, string> Page(string filter, string contains, int offset, int size)
    {
        var query = Page(offset, size);
        if (contains.Length > 0)
        {
            query[filter] = contains;
        }

        return query;
    }

    private Task<SlsAnswer> GetAsync(string path, Dictionary<string, string>? query, CancellationToken cancellationToken) =>
        connection.SendAsync(HttpMethod.Get, path, query, SlsBody.None, cancellationToken);

    private Task<SlsAnswer> SendAsync(HttpMethod method, string path, CancellationToken cancellationToken) =>
        connection.SendAsync(method, path, null, SlsBody.None, cancellationToken);

    private Task<SlsAnswer> SendAsync(HttpMethod method, string path, object body, CancellationToken cancellationToken) =>
        connection.SendAsync(method, path, null, SlsBody.Json(JsonSerializer.SerializeToUtf8Bytes(body, OnlyWhatIsSet)), cancellationToken);

    private Task<SlsAnswer> IndexAsync(HttpMethod method, string logstore, string indexJson, CancellationToken cancellationToken) =>
        connection.SendAsync(
            method,
            $"{SlsPath.Logstore(logstore)}/index",
            null,
            SlsBody.Json(System.Text.Encoding.UTF8.GetBytes(indexJson)),
            cancellationToken
        );
}
