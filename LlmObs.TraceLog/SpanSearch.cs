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
    private readonly SpanRows rows = new(client);
    private readonly TraceRows traces = new(client);

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
            {ask.Where(SpanAsk.IsAmong("spanID", spanIds))} group by "traceID", "spanID" limit 10000
            """,
            cancellationToken
        );
        return result.IsComplete
            ? result.Rows.Select(row => (row["trace_id"], row["span_id"])).ToHashSet()
            : throw new SlsException(0, SlsException.Incomplete, "SLS read only a part of the spans.", null);
    }

    /// <summary>Traces with matching spans, newest first by their first matching span: with an empty query that is when the trace began.</summary>
    public Task<TracePage> TracesAsync(SpanQuery query, string? cursor, int limit, CancellationToken cancellationToken) =>
        traces.ReadAsync(SpanAsk.Of(query), PageCursor.Decode(cursor), limit, cancellationToken);

    /// <summary>Which of some traces stand on pages of <see cref="TracesAsync"/> before the one that begins at a cursor.</summary>
    public Task<IReadOnlySet<string>> TracesBeforeAsync(
        SpanQuery query,
        string cursor,
        IReadOnlyCollection<string> traceIds,
        CancellationToken cancellationToken
    ) => traces.BeforeAsync(SpanAsk.Of(query), PageCursor.Decode(cursor)!, traceIds, cancellationToken);

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
        return grid.Fill(result.Rows.ToDictionary(row => row.Long("bucket"), row => (row.Long("spans"), row.Long("errors"))));
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
        return [.. result.Rows.Select(row => new FacetValue(row["facet"], row.Long("spans")))];
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
        return [.. result.Rows.Select(row => (row["field"], new FacetValue(row["facet"], row.Long("spans"))))];
    }

    public async Task<long> SpanCountAsync(SpanQuery query, CancellationToken cancellationToken)
    {
        var ask = SpanAsk.Of(query);
        var result = await rows.RunAsync(ask, SpanCount.Select("log", ask.Where(), [], "", ("true", "spans")), cancellationToken);
        return result.Rows is [var row, ..] ? row.Long("spans") : 0;
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
        var traces = result.Rows is [var row, ..] ? row.Long("traces") : 0;
        return new(Math.Min(traces, upTo), traces > upTo || !result.IsComplete);
    }

    /// <summary>Matching traces, in no order.</summary>
    public async Task<IReadOnlyList<string>> TraceIdsAsync(SpanQuery query, int upTo, CancellationToken cancellationToken)
    {
        var ask = SpanAsk.Of(query);
        var result = await rows.RunAsync(ask, $"select distinct \"traceID\" as trace_id from log {ask.Where()} limit {upTo}", cancellationToken);
        return [.. result.Rows.Select(row => row["trace_id"])];
    }
}
