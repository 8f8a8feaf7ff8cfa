using System.Globalization;
using System.Runtime.CompilerServices;
using LlmObs.Sls.Wire;

namespace LlmObs.Sls;

public sealed partial class SlsClient
{
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

    private Task<SlsResult> RowsAsync(string path, Dictionary<string, string> parameters, CancellationToken cancellationToken) =>
        UntilCompleteAsync(
            async () => QueryAnswer.ReadRows(await connection.SendAsync(HttpMethod.Get, path, parameters, SlsBody.None, cancellationToken)),
            result => result.IsComplete,
            cancellationToken
        );

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
