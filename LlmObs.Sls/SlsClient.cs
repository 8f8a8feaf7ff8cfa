using System.Text.Json;
using System.Text.Json.Nodes;
using LlmObs.Sls.Wire;

namespace LlmObs.Sls;

/// <summary>Operations on one SLS project. Sends every request once and never repeats a write; the caller decides by <see cref="SlsException.IsRetryable"/>.</summary>
/// <remarks>Thread-safe. Every method throws <see cref="SlsException"/> for an answer that is no success, and for none.</remarks>
/// <param name="options">Where to send, and as whom.</param>
/// <param name="http">Best one for the process, without retries and without automatic decompression (<see cref="CreateHttp"/>).</param>
/// <param name="time">Stands in requests and signatures; null: the system's.</param>
public sealed partial class SlsClient(SlsOptions options, HttpClient http, TimeProvider? time = null)
{
    private readonly TimeProvider time = time ?? TimeProvider.System;
    private readonly SlsConnection connection = new(options, SlsAddress.Of(options), http, time ?? TimeProvider.System);

    /// <summary>Where it sends to, and as whom.</summary>
    public SlsOptions Options => options;

    /// <summary>Projects, logstores and indexes. Costs nothing; sends nothing.</summary>
    public SlsAdmin Admin => new(connection, new SlsConnection(options, SlsAddress.OfAccount(options), http, time), options.Project);

    /// <summary>Shards, cursors and consumer groups of a logstore. Costs nothing; sends nothing.</summary>
    public SlsReader Reader(string logstore) => new(connection, logstore);

    /// <summary>An HttpClient as this client needs it: connections are renewed every five minutes, so that a change of address is seen.</summary>
    public static HttpClient CreateHttp() =>
        new(
            new SocketsHttpHandler
            {
                PooledConnectionLifetime = TimeSpan.FromMinutes(5),
                ConnectTimeout = TimeSpan.FromSeconds(10),
                UseCookies = false,
                AllowAutoRedirect = false,
            }
        )
        {
            // SlsOptions.Timeout rules, per request.
            Timeout = Timeout.InfiniteTimeSpan,
        };

    /// <summary>Whether SLS answers and knows the project.</summary>
    public Task<bool> ProjectExistsAsync(CancellationToken cancellationToken) => ExistsAsync("/", "ProjectNotExist", cancellationToken);

    /// <summary>True when it was created now.</summary>
    public Task<bool> CreateProjectIfMissingAsync(string description, CancellationToken cancellationToken) =>
        CreateIfMissingAsync(
            "/",
            "ProjectNotExist",
            "/",
            new { projectName = options.Project, description },
            "ProjectAlreadyExist",
            cancellationToken
        );

    /// <summary>True when it was created now. The cloud may take a minute before a new logstore accepts writes; they fail with LogStoreNotExist until then.</summary>
    /// <param name="ttlDays">1–3650; 3650 keeps logs for ever.</param>
    /// <param name="shardCount">1–256.</param>
    public Task<bool> CreateLogstoreIfMissingAsync(string logstore, int ttlDays, int shardCount, CancellationToken cancellationToken) =>
        CreateIfMissingAsync(
            SlsPath.Logstore(logstore),
            "LogStoreNotExist",
            "/logstores",
            new
            {
                logstoreName = logstore,
                ttl = ttlDays,
                shardCount,
                autoSplit = true,
                maxSplitShard = 64,
                appendMeta = true,
                mode = "standard",
            },
            "LogStoreAlreadyExist",
            cancellationToken
        );

    /// <summary>Creates the index, or updates it when it differs; keys that somebody added by hand stay. <paramref name="indexJson"/> as in SLS's API.</summary>
    /// <returns>True when something was changed. A change holds for logs written after it.</returns>
    public async Task<bool> EnsureIndexAsync(string logstore, string indexJson, CancellationToken cancellationToken)
    {
        var path = $"{SlsPath.Logstore(logstore)}/index";
        var wanted = JsonNode.Parse(indexJson)!.AsObject();
        var current = await IndexAsync(path, cancellationToken);
        if (current is not null && IndexDifference.Covers(current, wanted))
        {
            return false;
        }

        var body = SlsBody.Json(JsonSerializer.SerializeToUtf8Bytes(current is null ? wanted : IndexDifference.Merge(current, wanted)));
        try
        {
            await connection.SendAsync(current is null ? HttpMethod.Post : HttpMethod.Put, path, null, body, cancellationToken);
        }
        catch (SlsException exception) when (exception.Code == "IndexAlreadyExist")
        {
            // Another replica was faster, with the same index.
            return false;
        }

        return true;
    }

    private async Task<bool> CreateIfMissingAsync(
        string path,
        string missing,
        string createPath,
        object definition,
        string exists,
        CancellationToken cancellationToken
    )
    {
        if (await ExistsAsync(path, missing, cancellationToken))
        {
            return false;
        }

        try
        {
            await connection.SendAsync(
                HttpMethod.Post,
                createPath,
                null,
                SlsBody.Json(JsonSerializer.SerializeToUtf8Bytes(definition)),
                cancellationToken
            );
            return true;
        }
        catch (SlsException exception) when (exception.Code == exists)
        {
            return false;
        }
    }

    private async Task<bool> ExistsAsync(string path, string missing, CancellationToken cancellationToken)
    {
        try
        {
            await connection.SendAsync(HttpMethod.Get, path, null, SlsBody.None, cancellationToken);
            return true;
        }
        catch (SlsException exception) when (exception.Code == missing)
        {
            return false;
        }
    }

    private async Task<JsonObject?> IndexAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await connection.SendAsync(HttpMethod.Get, path, null, SlsBody.None, cancellationToken);
            return JsonNode.Parse(answer.Body) as JsonObject;
        }
        catch (SlsException exception) when (exception.Code == "IndexConfigNotExist")
        {
            return null;
        }
    }
}
