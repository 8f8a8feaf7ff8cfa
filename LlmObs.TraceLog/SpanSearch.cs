using System.Globalization;
using LlmObs.Sls;

namespace LlmObs.TraceLog;

/// <summary>The questions people ask of the spans logstore. Every answer comes from SLS.</summary>
/// <remarks>
/// Throws <see cref="QueryException"/> for what the user typed and <see cref="SlsException"/> when SLS is away. A logstore that is not there yet is empty.
/// <para>
/// A span that changed after it was shipped has several logs. Lists show the newest that matches; counts count span ids, so a span counts once. What only an
/// older version holds is still found: to rule that out, every query would have to read all versions of every match.
/// </para>
/// </remarks>
public sealed class SpanSearch(SlsClient client)
{
    private const int NewestLogs = 2000;

    // Some of those that the newest logs name began before them.
    private const int SpareTraces = 10;

    private readonly SpanRows rows = new(client);

    /// <summary>Matching spans, newest first. A page may be shorter than <paramref name="limit"/> and still have a next one.</summary>
    public async Task<SpanPage> SpansAsync(SpanQuery query, string? cursor, int limit, CancellationToken cancellationToken)
    {
        var ask = SpanAsk.Of(query);
        var after = PageCursor.Decode(cursor)?.After("\"start\"", "\"traceID\"", "\"spanID\"");
        var page = await rows.ReadAsync(ask, after, limit + 1, cancellationToken);
        var hits = await rows.WithSnippetsAsync(ask, [.. page.Spans.Take(limit)], cancellationToken);
        var next =
            page.RowCount > limit && hits is [.., { Span: var last }]
                ? new PageCursor(last.StartUnixNano / 1000, last.TraceId, last.SpanId).Encode()
                : null;
        return new(hits, next, page.IsComplete);
    }

    /// <summary>Which of the spans of these ids match.</summary>
    /// <exception cref="SlsException">SLS read only a part, beside what it throws anyway.</exception>
    public async Task<IReadOnlySet<(string TraceId, string SpanId)>> MatchingAsync(
        SpanQuery query,
        IReadOnlyCollection<string> spanIds,
        CancellationToken cancellationToken
    )
    {
        var ask = SpanAsk.Of(query);
        var result = await rows.RunAsync(
            ask,
            $"""
            select "traceID" as trace_id, "spanID" as span_id from log
            {ask.Where($"\"spanID\" in ({Listed(spanIds)})")} group by "traceID", "spanID" limit 10000
            """,
            cancellationToken
        );
        return result.IsComplete
            ? result.Rows.Select(row => (row["trace_id"], row["span_id"])).ToHashSet()
            : throw new SlsException(0, SlsException.Incomplete, "SLS read only a part of the spans.", null);
    }

    /// <summary>Traces with matching spans, newest first by their first matching span: with an empty query that is when the trace began.</summary>
    public async Task<TracePage> TracesAsync(SpanQuery query, string? cursor, int limit, CancellationToken cancellationToken)
    {
        var ask = SpanAsk.Of(query);
        var after = PageCursor.Decode(cursor);
        var found = await NewestTracesAsync(ask, after, limit, cancellationToken) ?? await AllTracesAsync(ask, after, limit, cancellationToken);
        var page = found.Traces.Take(limit).ToList();
        if (page.Count == 0)
        {
            return new([], null, found.IsComplete);
        }

        List<string> bests = [.. page.Select(trace => trace.Best)];
        var best = await rows.ReadAsync(
            ask.Among("spanID", bests),
            $"\"traceID\" in ({Listed(page.Select(trace => trace.TraceId))}) and \"spanID\" in ({Listed(bests)})",
            10 * limit,
            cancellationToken
        );
        var byId = best.Spans.ToLookup(span => (span.TraceId, span.SpanId));
        var spans = page.Select(trace => byId[(trace.TraceId, trace.Best)].FirstOrDefault()).OfType<Domain.Spans.Span>().ToList();
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

    /// <summary>
    /// The first traces by the newest logs alone: what begins later than the oldest of these is a trace of theirs. So a page seldom has to know when each of a
    /// million traces begins.
    /// </summary>
    /// <returns>Null when the newest logs do not tell.</returns>
    private async Task<FoundTraces?> NewestTracesAsync(SpanAsk ask, PageCursor? after, int limit, CancellationToken cancellationToken)
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
        var areAll = result.Rows.Sum(row => Number(row, "logs")) < NewestLogs;
        var oldest = areAll ? long.MinValue : Number(result.Rows[^1], "earliest");
        var begun = await HoldingsAsync(ask, [.. result.Rows.Take(limit + SpareTraces).Select(row => row["trace_id"])], cancellationToken);
        var first = begun
            .Traces.Where(trace => trace.Earliest > oldest && after?.IsBefore(trace.Earliest, trace.TraceId) != false)
            .Take(limit + 1)
            .ToList();
        return first.Count > limit || (areAll && result.Rows.Count <= limit + SpareTraces) ? new(first, result.IsComplete && begun.IsComplete) : null;
    }

    private async Task<FoundTraces> AllTracesAsync(SpanAsk ask, PageCursor? after, int limit, CancellationToken cancellationToken)
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
            from log {ask.Where($"\"traceID\" in ({Listed(traceIds)})")} group by "traceID" order by earliest desc, trace_id limit {traceIds.Count}
            """,
            cancellationToken
        );
        return new(
            [.. result.Rows.Select(row => new FoundTrace(row["trace_id"], Number(row, "earliest"), (int)Number(row, "spans"), row["best"]))],
            result.IsComplete
        );
    }

    /// <summary>Which of some traces stand on pages of <see cref="TracesAsync"/> before the one that begins at a cursor.</summary>
    public async Task<IReadOnlySet<string>> TracesBeforeAsync(
        SpanQuery query,
        string cursor,
        IReadOnlyCollection<string> traceIds,
        CancellationToken cancellationToken
    )
    {
        var ask = SpanAsk.Of(query);
        var result = await rows.RunAsync(
            ask,
            $"""
            select trace_id
            from (select "traceID" as trace_id, min("start") as earliest
                  from log {ask.Where($"\"traceID\" in ({Listed(traceIds)})")} group by "traceID") as traces
            where not {PageCursor.Decode(cursor)!.After("earliest", "trace_id", null)} limit 10000
            """,
            cancellationToken
        );
        return result.Rows.Select(row => row["trace_id"]).ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>Matching spans over time, in at most 60 buckets of a round width.</summary>
    public async Task<IReadOnlyList<HistogramBucket>> HistogramAsync(SpanQuery query, CancellationToken cancellationToken)
    {
        var ask = SpanAsk.Of(query);
        var grid = HistogramGrid.Of(ask.From, ask.To);
        var result = await rows.RunAsync(
            ask,
            SpanCount.Select(
                "log",
                ask.Where(),
                [($"__time__ - __time__ % {grid.Width}", "bucket")],
                $"__time__ - __time__ % {grid.Width}",
                ("true", "spans"),
                ("\"status\" = 'error'", "errors")
            ) + " limit 1000",
            cancellationToken
        );
        return grid.Fill(result.Rows.ToDictionary(row => Number(row, "bucket"), row => (Number(row, "spans"), Number(row, "errors"))));
    }

    /// <summary>The commonest values of a field among the matches.</summary>
    /// <param name="containing">Only values that hold this text, in any case; null for all.</param>
    /// <exception cref="ArgumentOutOfRangeException">No field of <see cref="SpanField.All"/> that can be grouped by.</exception>
    public async Task<IReadOnlyList<FacetValue>> FacetAsync(
        SpanQuery query,
        string field,
        int limit,
        CancellationToken cancellationToken,
        string? containing = null
    )
    {
        var (column, each) = SpanField.Groupable(field).Source;
        var like = string.IsNullOrEmpty(containing) ? "" : $" and strpos(lower({column}), {SlsSql.Text(containing.ToLowerInvariant())}) > 0";
        var ask = SpanAsk.Of(query);
        var result = await rows.RunAsync(
            ask,
            SpanCount.Select(
                $"log {each}",
                ask.Where($"{column} is not null and {column} <> ''{like}"),
                [(column, "facet")],
                column,
                ("true", "spans")
            ) + $" order by spans desc, facet limit {limit}",
            cancellationToken
        );
        return [.. result.Rows.Select(row => new FacetValue(row["facet"], Number(row, "spans")))];
    }

    /// <summary>The commonest values of several fields, the commonest first, in one question: SLS looks for the matches once.</summary>
    /// <exception cref="ArgumentOutOfRangeException">As <see cref="FacetAsync"/>.</exception>
    public async Task<ILookup<string, FacetValue>> FacetsAsync(
        SpanQuery query,
        IReadOnlyCollection<string> fields,
        int limit,
        CancellationToken cancellationToken
    )
    {
        var ofLogs = fields.Where(field => !SpanField.Groupable(field).HasRowsOfItsOwn).ToList();
        var apart = fields
            .Except(ofLogs)
            .Select(async field => (Field: field, Values: await FacetAsync(query, field, limit, cancellationToken)))
            .ToList();
        var counted = ofLogs.Count == 0 ? [] : await FacetsOfLogsAsync(query, ofLogs, limit, cancellationToken);
        foreach (var (field, values) in await Task.WhenAll(apart))
        {
            counted.AddRange(values.Select(value => (field, value)));
        }

        return counted.ToLookup(pair => pair.Field, pair => pair.Value, StringComparer.Ordinal);
    }

    // In each grouping set one column is left, so that it tells which field a row is of.
    private async Task<List<(string Field, FacetValue Value)>> FacetsOfLogsAsync(
        SpanQuery query,
        List<string> fields,
        int limit,
        CancellationToken cancellationToken
    )
    {
        var ask = SpanAsk.Of(query);
        var columns = fields.ConvertAll(field => SpanField.Groupable(field).Source.Column);
        var counted = SpanCount.Select(
            "log",
            ask.Where(),
            [
                (
                    $"case {string.Join(' ', fields.Zip(columns, (field, column) => $"when {column} is not null then {SlsSql.Text(field)}"))} end",
                    "field"
                ),
                ($"coalesce({string.Join(", ", columns)}, '')", "facet"),
            ],
            $"grouping sets (({string.Join("), (", columns)}))",
            ("true", "spans")
        );
        var result = await rows.RunAsync(
            ask,
            $"""
            select field, facet, spans
            from (select field, facet, spans, row_number() over (partition by field order by spans desc, facet) as place
                  from ({counted}) as counted_values where facet <> '') as placed
            where place <= {limit} order by spans desc, facet limit {fields.Count * limit}
            """,
            cancellationToken
        );
        return [.. result.Rows.Select(row => (row["field"], new FacetValue(row["facet"], Number(row, "spans"))))];
    }

    public async Task<long> SpanCountAsync(SpanQuery query, CancellationToken cancellationToken)
    {
        var ask = SpanAsk.Of(query);
        var result = await rows.RunAsync(ask, SpanCount.Select("log", ask.Where(), [], "", ("true", "spans")), cancellationToken);
        return result.Rows is [var row, ..] ? Number(row, "spans") : 0;
    }

    /// <summary>Matching traces; more than <paramref name="upTo"/> are not counted to the end, which takes long where there are millions.</summary>
    public async Task<BoundedCount> TraceCountAsync(SpanQuery query, int upTo, CancellationToken cancellationToken)
    {
        var ask = SpanAsk.Of(query);
        var result = await rows.RunAsync(
            ask,
            $"select count(*) as traces from (select distinct \"traceID\" from log {ask.Where()} limit {upTo + 1}) as first",
            cancellationToken
        );
        var traces = result.Rows is [var row, ..] ? Number(row, "traces") : 0;
        return new(Math.Min(traces, upTo), traces > upTo || !result.IsComplete);
    }

    /// <summary>Matching traces, in no order.</summary>
    public async Task<IReadOnlyList<string>> TraceIdsAsync(SpanQuery query, int upTo, CancellationToken cancellationToken)
    {
        var ask = SpanAsk.Of(query);
        var result = await rows.RunAsync(ask, $"select distinct \"traceID\" as trace_id from log {ask.Where()} limit {upTo}", cancellationToken);
        return [.. result.Rows.Select(row => row["trace_id"])];
    }

    private static string Listed(IEnumerable<string> ids) => string.Join(", ", ids.Select(SlsSql.Text));

    private static long Number(IReadOnlyDictionary<string, string> row, string column) =>
        long.TryParse(row.GetValueOrDefault(column), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) ? value : 0;

    private sealed record FoundTrace(string TraceId, long Earliest, int Spans, string Best);

    /// <param name="Traces">Newest first; one more than a page takes when there is a next one.</param>
    private sealed record FoundTraces(IReadOnlyList<FoundTrace> Traces, bool IsComplete);
}
