using LlmObs.Domain.Spans;
using LlmObs.Sls;

namespace LlmObs.TraceLog;

/// <summary>Reads which traces have matching spans, page by page.</summary>
internal sealed class TraceRows(SlsClient client)
{
    private const int NewestLogs = 2000;

    // Some of those that the newest logs name began before them.
    private const int SpareTraces = 10;

    private readonly SpanRows rows = new(client);

    /// <summary>Newest first by the first matching span.</summary>
    public async Task<TracePage> ReadAsync(SpanAsk ask, PageCursor? after, int limit, CancellationToken cancellationToken)
    {
        var found = await NewestAsync(ask, after, limit, cancellationToken) ?? await AllAsync(ask, after, limit, cancellationToken);
        var page = found.Traces.Take(limit).ToList();
        if (page.Count == 0)
        {
            return new([], null, found.IsComplete);
        }

        List<string> bests = [.. page.Select(trace => trace.Best)];
        var best = await rows.ReadAsync(
            ask.Among("spanID", bests),
            $"{SpanAsk.IsAmong("traceID", page.Select(trace => trace.TraceId))} and {SpanAsk.IsAmong("spanID", bests)}",
            10 * limit,
            cancellationToken
        );
        var byId = best.Spans.ToLookup(span => (span.TraceId, span.SpanId));
        var spans = page.Select(trace => byId[(trace.TraceId, trace.Best)].FirstOrDefault()).OfType<Span>().ToList();
        var hits = (await rows.WithSnippetsAsync(ask, spans, cancellationToken)).ToDictionary(hit => hit.Span.TraceId, StringComparer.Ordinal);
        var next = found.Traces.Count > limit ? new PageCursor(page[^1].Earliest, page[^1].TraceId).Encode() : null;
        return new(
            [
                .. page.Where(trace => hits.ContainsKey(trace.TraceId))
                    .Select(trace => new TraceHit(trace.TraceId, trace.Earliest * 1000, trace.Spans, hits[trace.TraceId])),
            ],
            next,
            found.IsComplete && best.IsComplete
        );
    }

    /// <summary>Which of some traces stand on pages of <see cref="ReadAsync"/> before the one that begins at a cursor.</summary>
    public async Task<IReadOnlySet<string>> BeforeAsync(
        SpanAsk ask,
        PageCursor cursor,
        IReadOnlyCollection<string> traceIds,
        CancellationToken cancellationToken
    )
    {
        var result = await rows.RunAsync(
            ask,
            $"""
            select trace_id
            from (select "traceID" as trace_id, min("start") as earliest
                  from log {ask.Where(SpanAsk.IsAmong("traceID", traceIds))} group by "traceID") as traces
            where not {cursor.After("earliest", "trace_id", null)} limit 10000
            """,
            cancellationToken
        );
        return result.Rows.Select(row => row["trace_id"]).ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>
    /// The first traces by the newest logs alone: what begins later than the oldest of these is a trace of theirs. So a page seldom has to know when each of a
    /// million traces begins.
    /// </summary>
    /// <returns>Null when the newest logs do not tell.</returns>
    private async Task<FoundTraces?> NewestAsync(SpanAsk ask, PageCursor? after, int limit, CancellationToken cancellationToken)
    {
        var result = await rows.RunAsync(
            ask,
            $"""
            select trace_id, min(log_start) as earliest, count(*) as logs
            from (select "traceID" as trace_id, "start" as log_start from log {ask.Where(after is null ? null : $"\"start\" <= {after.Start}")}
                  order by "start" desc limit {NewestLogs}) as newest
            group by trace_id order by earliest desc, trace_id limit {NewestLogs}
            """,
            cancellationToken
        );
        // Where they are not all, the trace that begins last among them may have older logs, as others may that begin with it.
        var areAll = result.Rows.Sum(row => row.Long("logs")) < NewestLogs;
        var oldest = areAll ? long.MinValue : result.Rows[^1].Long("earliest");
        var begun = await HoldingsAsync(ask, [.. result.Rows.Take(limit + SpareTraces).Select(row => row["trace_id"])], cancellationToken);
        var first = begun
            .Traces.Where(trace => trace.Earliest > oldest && after?.IsBefore(trace.Earliest, trace.TraceId) != false)
            .Take(limit + 1)
            .ToList();
        return first.Count > limit || (areAll && result.Rows.Count <= limit + SpareTraces) ? new(first, result.IsComplete && begun.IsComplete) : null;
    }

    private async Task<FoundTraces> AllAsync(SpanAsk ask, PageCursor? after, int limit, CancellationToken cancellationToken)
    {
        // Which traces make the page is asked apart from what they hold: counting spans in all of them would cost twice as much.
        var result = await rows.RunAsync(
            ask,
            $"""
            select trace_id, earliest
            from (select "traceID" as trace_id, min("start") as earliest from log {ask.Where()} group by "traceID") as traces
            {(after is null ? "" : "where " + after.After("earliest", "trace_id", null))}
            order by earliest desc, trace_id limit {limit + 1}
            """,
            cancellationToken
        );
        var found = await HoldingsAsync(ask, [.. result.Rows.Select(row => row["trace_id"])], cancellationToken);
        return found with { IsComplete = found.IsComplete && result.IsComplete };
    }

    /// <summary>What traces hold of the matches, newest first.</summary>
    private async Task<FoundTraces> HoldingsAsync(SpanAsk ask, IReadOnlyCollection<string> traceIds, CancellationToken cancellationToken)
    {
        if (traceIds.Count == 0)
        {
            return new([], IsComplete: true);
        }

        // A failed span sorts before every other: 10^16 µs is past the last time a span can have.
        var result = await rows.RunAsync(
            ask.Among("traceID", traceIds),
            $"""
            select "traceID" as trace_id, min("start") as earliest, count(distinct "spanID") as spans,
                   min_by("spanID", "start" + (case when "status" = 'error' then 0 else 10000000000000000 end)) as best
            from log {ask.Where(SpanAsk.IsAmong("traceID", traceIds))} group by "traceID" order by earliest desc, trace_id limit {traceIds.Count}
            """,
            cancellationToken
        );
        return new(
            [.. result.Rows.Select(row => new FoundTrace(row["trace_id"], row.Long("earliest"), (int)row.Long("spans"), row["best"]))],
            result.IsComplete
        );
    }

    private sealed record FoundTrace(string TraceId, long Earliest, int Spans, string Best);

    /// <param name="Traces">Newest first; one more than a page takes when there is a next one.</param>
    private sealed record FoundTraces(IReadOnlyList<FoundTrace> Traces, bool IsComplete);
}
