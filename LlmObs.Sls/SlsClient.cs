using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using LlmObs.Sls.Wire;

namespace LlmObs.Sls;

/// <summary>Operations on one SLS project. Sends every request once and never repeats a write; the caller decides by <see cref="SlsException.IsRetryable"/>.</summary>
/// <remarks>Thread-safe. Every method throws <see cref="SlsException"/> for an answer that is no success, and for none.</remarks>
/// <param name="options">Where to send, and as whom.</param>
/// <param name="http">Best one for the process, without retries and without automatic decompression (<see cref="CreateHttp"/>).</param>
/// <param name="time">Stands in requests and signatures; null: the system's.</param>
public sealed class SlsClient(SlsOptions options, HttpClient http, TimeProvider? time = null)
{
    private readonly TimeProvider time = time ?? TimeProvider.System;
    private readonly SlsConnection connection = new(options, SlsAddress.Of(options), http, time ?? TimeProvider.System);

    /// <summary>Where it sends to, and as whom.</summary>
    public SlsOptions Options => options;

    /// <summary>Projects, logstores and indexes. Costs nothing; sends nothing.</summary>
    public SlsAdmin Admin => new(connection, new SlsConnection(options, SlsAddress.OfAccount(options), http, time), options.Project);

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

    /// <summary>Writes one group in one request, to any shard. At most 10 MB raw, and 3 MB to be safe with older endpoints; a key of a log 128 bytes, a value 1 MB.</summary>
    /// <remarks>
    /// SLS does not recognise a repeat: after an error that <see cref="SlsException.IsAmbiguous"/>, sending again may double the logs. Fails with PostBodyTooLarge,
    /// InvalidKey, InvalidEncoding and LogStoreNotExist, which no repeat will change, and with the retryable WriteQuotaExceed, ShardWriteQuotaExceed and ServerBusy.
    /// </remarks>
    public Task PutLogsAsync(string logstore, SlsLogGroup group, CancellationToken cancellationToken) =>
        PutAsync($"{SlsPath.Logstore(logstore)}/shards/lb", null, group, cancellationToken);

    /// <summary>Writes any number of logs: one request after another, each within <see cref="SlsOptions.MaxGroupLogs"/> and <see cref="SlsOptions.MaxGroupBytes"/>.</summary>
    /// <param name="hashKey">As for <see cref="PutLogsByKeyAsync"/>; null: any shard.</param>
    /// <remarks>Stops at the first request that fails; <see cref="SlsException.LogsWritten"/> tells how many logs went before it. Whether those of the request itself were written is what <see cref="SlsException.IsAmbiguous"/> says.</remarks>
    public async Task PutAllLogsAsync(string logstore, SlsLogGroup group, string? hashKey, CancellationToken cancellationToken)
    {
        var written = 0;
        foreach (var part in group.Split(options.MaxGroupLogs, options.MaxGroupBytes))
        {
            try
            {
                await (
                    hashKey is null ? PutLogsAsync(logstore, part, cancellationToken) : PutLogsByKeyAsync(logstore, part, hashKey, cancellationToken)
                );
            }
            catch (SlsException exception) when (written > 0)
            {
                throw new SlsException(exception.Status, exception.Code, exception.Message, exception.RequestId, exception) { LogsWritten = written };
            }

            written += part.Logs.Count;
        }
    }

    /// <summary>Writes one group to the shard whose range holds a key, so that what has one key is read in order. Limits as for <see cref="PutLogsAsync"/>.</summary>
    /// <param name="hashKey">32 hex digits, such as the MD5 of what orders the logs.</param>
    public Task PutLogsByKeyAsync(string logstore, SlsLogGroup group, string hashKey, CancellationToken cancellationToken) =>
        PutAsync($"{SlsPath.Logstore(logstore)}/shards/route", new() { ["key"] = hashKey }, group, cancellationToken);

    /// <summary>Writes one group as web pages do (PutWebtracking), into a logstore with <see cref="SlsLogstore.AllowsTracking"/>. The time of a log is when SLS received it.</summary>
    /// <remarks>At most 3 MB; a key of a log 128 bytes, a value 1 MB. Fails with Unauthorized where the logstore does not take such writes, else as <see cref="PutLogsAsync"/> does.</remarks>
    public Task PutWebTrackingAsync(string logstore, SlsLogGroup group, CancellationToken cancellationToken)
    {
        var body = new JsonObject
        {
            ["__topic__"] = group.Topic,
            ["__source__"] = group.Source,
            ["__tags__"] = Members(group.Tags ?? []),
            ["__logs__"] = new JsonArray([.. group.Logs.Select(log => Members(log.Contents))]),
        };
        return connection.SendAsync(
            HttpMethod.Post,
            $"{SlsPath.Logstore(logstore)}/track",
            null,
            SlsBody.Json(JsonSerializer.SerializeToUtf8Bytes(body)),
            cancellationToken
        );

        static JsonNode Members(IEnumerable<KeyValuePair<string, string>> pairs) =>
            new JsonObject(pairs.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value)));
    }

    /// <summary>Shards, cursors and consumer groups of a logstore. Costs nothing; sends nothing.</summary>
    public SlsReader Reader(string logstore) => new(connection, logstore);

    /// <summary>Runs a search, or a search and an analysis. Asks again while the answer is a part, at most <see cref="SlsOptions.IncompleteRetries"/> times.</summary>
    /// <remarks>
    /// Uses the POST form (GetLogsV2) unless <see cref="SlsOptions.QueriesByGet"/>: a query may outgrow what proxies allow in a URL, and the answer's facts come in
    /// its body instead of a dozen headers. Fails with ParameterInvalid for a query SLS cannot read, InvalidTimeRange, IndexConfigNotExist, and the retryable ReadQuotaExceed.
    /// </remarks>
    public async Task<SlsResult> GetLogsAsync(string logstore, SlsQuery query, CancellationToken cancellationToken)
    {
        if (options.QueriesByGet)
        {
            return await RowsAsync(SlsPath.Logstore(logstore), QueryAnswer.RequestByGet(query), cancellationToken);
        }

        var body = SlsBody.Json(QueryAnswer.Request(query));
        return await UntilCompleteAsync(
            async () =>
                QueryAnswer.ReadResult(
                    await connection.SendAsync(HttpMethod.Post, $"{SlsPath.Logstore(logstore)}/logs", null, body, cancellationToken)
                ),
            result => result.IsComplete,
            cancellationToken
        );
    }

    /// <summary>All logs a search finds, page by page, without holding more than one. Logs written meanwhile may shift pages: choose a window that has passed.</summary>
    /// <param name="query">A search without an analysis; its <see cref="SlsQuery.Line"/> is the size of a page.</param>
    /// <remarks>A page that stays incomplete ends with <see cref="SlsException"/> Incomplete, so that a part is never taken for the whole.</remarks>
    public async IAsyncEnumerable<IReadOnlyDictionary<string, string>> StreamLogsAsync(
        string logstore,
        SlsQuery query,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        if (!QueryAnswer.IsSearch(query))
        {
            throw new ArgumentException("An analysis has no pages; use LIMIT in its statement.", nameof(query));
        }

        for (var offset = query.Offset; ; offset += query.Line)
        {
            var page = await GetLogsAsync(logstore, query with { Offset = offset }, cancellationToken);
            if (!page.IsComplete)
            {
                throw new SlsException(0, SlsException.Incomplete, $"SLS read only a part of what the page from {offset} needs.", null);
            }

            foreach (var row in page.Rows)
            {
                yield return row;
            }

            if (page.Rows.Count < query.Line)
            {
                yield break;
            }
        }
    }

    /// <summary>Runs an analysis over the whole project. The statement names its logstores in FROM and bounds <c>__time__</c> or <c>__date__</c> in WHERE.</summary>
    public Task<SlsResult> GetProjectLogsAsync(string statement, bool powerSql, CancellationToken cancellationToken)
    {
        var parameters = new Dictionary<string, string> { ["query"] = statement };
        if (powerSql)
        {
            parameters["powerSql"] = "true";
        }

        return RowsAsync("/logs", parameters, cancellationToken);
    }

    /// <summary>What the same producer wrote before and after a log, within a day to either side.</summary>
    /// <param name="packId">The log's <c>__tag__:__pack_id__</c>.</param>
    /// <param name="packMeta">The log's <c>__pack_meta__</c>, from a search that ends with <c>|with_pack_meta</c>.</param>
    /// <param name="back">Earlier logs, 0–100.</param>
    /// <param name="forward">Later logs, 0–100; not both 0.</param>
    public async Task<SlsContext> GetContextAsync(
        string logstore,
        string packId,
        string packMeta,
        int back,
        int forward,
        CancellationToken cancellationToken
    )
    {
        var parameters = new Dictionary<string, string>
        {
            ["type"] = "context_log",
            ["pack_id"] = packId,
            ["pack_meta"] = packMeta,
            ["back_lines"] = back.ToString(CultureInfo.InvariantCulture),
            ["forward_lines"] = forward.ToString(CultureInfo.InvariantCulture),
        };
        return await UntilCompleteAsync(
            async () =>
                QueryAnswer.ReadContext(
                    await connection.SendAsync(HttpMethod.Get, SlsPath.Logstore(logstore), parameters, SlsBody.None, cancellationToken)
                ),
            context => context.IsComplete,
            cancellationToken
        );
    }

    /// <summary>The topics of a logstore, a page of them.</summary>
    /// <param name="token">Where to begin: null, then <see cref="SlsTopics.NextToken"/>.</param>
    /// <param name="count">1–100.</param>
    public async Task<SlsTopics> ListTopicsAsync(string logstore, string? token, int count, CancellationToken cancellationToken)
    {
        var parameters = new Dictionary<string, string>
        {
            ["type"] = "topic",
            ["token"] = token ?? "",
            ["line"] = count.ToString(CultureInfo.InvariantCulture),
        };
        var answer = await connection.SendAsync(HttpMethod.Get, SlsPath.Logstore(logstore), parameters, SlsBody.None, cancellationToken);
        return new SlsTopics(
            QueryAnswer.Reading(answer, root => root.EnumerateArray().Select(topic => topic.GetString()!).ToList()),
            answer.Header("x-log-nexttoken") is { Length: > 0 } next ? next : null
        );
    }

    /// <summary>How many logs match, in equal parts of the window. The search part of the query only.</summary>
    /// <param name="interval">Width of a part, in whole seconds; null: SLS chooses.</param>
    public async Task<SlsHistogram> GetHistogramsAsync(
        string logstore,
        SlsQuery query,
        CancellationToken cancellationToken,
        TimeSpan? interval = null
    )
    {
        var parameters = QueryAnswer.HistogramRequest(query, interval);
        return await UntilCompleteAsync(
            async () =>
                QueryAnswer.ReadHistogram(
                    await connection.SendAsync(HttpMethod.Get, SlsPath.Logstore(logstore), parameters, SlsBody.None, cancellationToken)
                ),
            histogram => histogram.IsComplete,
            cancellationToken
        );
    }

    private async Task PutAsync(string path, Dictionary<string, string>? query, SlsLogGroup group, CancellationToken cancellationToken)
    {
        var body = SlsBody.Of(group, options.Compression);
        await connection.SendAsync(HttpMethod.Post, path, query, body, cancellationToken);
        body.Return();
    }

    private Task<SlsResult> RowsAsync(string path, Dictionary<string, string> parameters, CancellationToken cancellationToken) =>
        UntilCompleteAsync(
            async () => QueryAnswer.ReadRows(await connection.SendAsync(HttpMethod.Get, path, parameters, SlsBody.None, cancellationToken)),
            result => result.IsComplete,
            cancellationToken
        );

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

    private async Task<T> UntilCompleteAsync<T>(Func<Task<T>> ask, Func<T, bool> isComplete, CancellationToken cancellationToken)
    {
        var wait = TimeSpan.FromMilliseconds(100);
        for (var retry = 0; ; retry++)
        {
            var answer = await ask();
            if (isComplete(answer) || retry >= options.IncompleteRetries)
            {
                return answer;
            }

            await Task.Delay(wait, time, cancellationToken);
            wait = TimeSpan.FromMilliseconds(Math.Min(wait.TotalMilliseconds * 2, 2000));
        }
    }
}
