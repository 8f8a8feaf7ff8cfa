using LlmObs.Domain.Traces;
using LlmObs.Storage.Reading;
using LlmObs.TraceLog;

namespace LlmObs.Web.Search;

/// <summary>The rows of a page of traces. Those of one request stand in one row, at the place of the first, with the request's own title and numbers.</summary>
public sealed class RequestRows(SpanSearch search, TraceReader traces, RequestRoots roots)
{
    // Of a request with more, the row says what its first trace says.
    private const int MostTraces = 200;

    public async Task<IReadOnlyList<RequestRow>> OfAsync(
        int projectId,
        SpanQuery query,
        string? cursor,
        IReadOnlyList<TraceHit> hits,
        CancellationToken cancellationToken
    )
    {
        if (hits.Count == 0)
        {
            return [];
        }

        var requests = await roots.FindAsync(projectId, [.. hits.Select(hit => hit.TraceId)], cancellationToken);
        var seen = await SeenAsync(query, cursor, hits, requests, cancellationToken);
        var rows = hits.Where(hit => !seen.Contains(RootOf(hit)))
            .GroupBy(RootOf, StringComparer.Ordinal)
            .Select(same => (Hit: Merge(same.Key, [.. same]), Request: requests.GetValueOrDefault(same.First().TraceId)))
            .ToList();
        var summaries = await SummariesAsync(projectId, rows, cancellationToken);

        // SLS orders by the newest matching span; what a row shows is when its request began.
        return
        [
            .. rows.Select(row => new RequestRow(row.Hit, summaries.GetValueOrDefault(row.Hit.TraceId)) { IsJoined = row.Request is not null })
                .OrderByDescending(row => row.StartUnixNano),
        ];

        string RootOf(TraceHit hit) => requests.GetValueOrDefault(hit.TraceId)?.RootId ?? hit.TraceId;
    }

    // A trace that began later stands on an earlier page, and its request with it.
    private async Task<IReadOnlySet<string>> SeenAsync(
        SpanQuery query,
        string? cursor,
        IReadOnlyList<TraceHit> hits,
        IReadOnlyDictionary<string, JoinedTraces> requests,
        CancellationToken cancellationToken
    )
    {
        var others = requests.Values.SelectMany(request => request.TraceIds).Except(hits.Select(hit => hit.TraceId)).ToList();
        if (cursor is null || others.Count == 0)
        {
            return new HashSet<string>();
        }

        var before = await search.TracesBeforeAsync(query, cursor, others, cancellationToken);
        return requests.Values.Where(request => request.TraceIds.Any(before.Contains)).Select(request => request.RootId).ToHashSet();
    }

    // Where the words were found says more than that they were; then what the request itself says.
    private static TraceHit Merge(string rootId, IReadOnlyList<TraceHit> hits)
    {
        var best = hits.OrderBy(hit => hit.Best.Snippet is null).ThenBy(hit => hit.TraceId != rootId).First();
        return new(rootId, hits.Max(hit => hit.FirstStartUnixNano), hits.Sum(hit => hit.MatchingSpans), best.Best);
    }

    private async Task<Dictionary<string, TraceSummary>> SummariesAsync(
        int projectId,
        IReadOnlyList<(TraceHit Hit, JoinedTraces? Request)> rows,
        CancellationToken cancellationToken
    )
    {
        var traceIds = rows.SelectMany(row => TracesOf(row.Hit, row.Request)).Distinct(StringComparer.Ordinal).ToList();
        var spans = (await traces.SpansAsync(projectId, traceIds, cancellationToken)).ToLookup(span => span.TraceId, StringComparer.Ordinal);
        var summaries = new Dictionary<string, TraceSummary>(StringComparer.Ordinal);
        foreach (var (hit, request) in rows)
        {
            var own = TracesOf(hit, request).SelectMany(traceId => spans[traceId]).ToList();
            if (own.Count > 0)
            {
                summaries[hit.TraceId] = TraceRollup.Summarise(TraceTree.Build(own, request?.Joins));
            }
        }

        return summaries;
    }

    private static IReadOnlyList<string> TracesOf(TraceHit hit, JoinedTraces? request) =>
        request is { TraceIds: { Count: <= MostTraces } all } ? all : [hit.TraceId];
}
