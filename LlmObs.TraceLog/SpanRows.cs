using LlmObs.Domain.Spans;
using LlmObs.Sls;

namespace LlmObs.TraceLog;

/// <param name="Spans">Each span once, in its newest version.</param>
/// <param name="RowCount">Rows read, older versions included.</param>
internal sealed record SpanRowPage(IReadOnlyList<Span> Spans, int RowCount, bool IsComplete);

/// <summary>Reads rows and snippets of matching spans.</summary>
internal sealed class SpanRows(SlsClient client)
{
    private const int SnippetCharacters = 200;
    private const int SnippetLead = 60;

    // A line of a list shows the beginning; the whole is on the span's own page.
    private static readonly string Columns = string.Join(
        ", ",
        SpanLog.RowFields.Select(field => field == "statusMessage" ? "substr(\"statusMessage\", 1, 500) as statusmessage" : SlsSql.Column(field))
    );
    private static readonly string[] SnippetFields = ["prompt", "output", "input", "documents"];

    public async Task<SlsResult> RunAsync(SpanAsk ask, string sql, CancellationToken cancellationToken)
    {
        try
        {
            var result = await client.GetLogsAsync(
                SpanLogSchema.Logstore,
                new SlsQuery($"{ask.Search} | {ask.Scores?.With}{sql}", ask.From, ask.To),
                cancellationToken
            );
            return result with { IsComplete = result.IsComplete && result.IsAccurate };
        }
        catch (SlsException exception) when (exception.Code is "ProjectNotExist" or "LogStoreNotExist" or "IndexConfigNotExist")
        {
            // Nothing has been shipped yet.
            return new([], true, true, [], 0, 0);
        }
    }

    /// <summary>Rows newest first.</summary>
    /// <param name="where">A further condition in SQL, of safe parts.</param>
    public async Task<SpanRowPage> ReadAsync(SpanAsk ask, string? where, int limit, CancellationToken cancellationToken)
    {
        // Two versions of a span are neighbours, the newer first: the client drops the other, which costs less than grouping all matches.
        var result = await RunAsync(
            ask,
            $"""select {Columns} from log {ask.Where(where)} order by "start" desc, "traceID", "spanID", "version" desc limit {limit}""",
            cancellationToken
        );
        var spans = result.Rows.Select(SpanLog.FromLog).DistinctBy(span => (span.TraceId, span.SpanId)).ToList();
        return new(spans, result.Rows.Count, result.IsComplete);
    }

    /// <summary>Adds to each span the place where a word of the query stands. One more query, and only when words were asked for: cut out in SLS, since a prompt may be a megabyte.</summary>
    public async Task<IReadOnlyList<SpanHit>> WithSnippetsAsync(SpanAsk ask, IReadOnlyList<Span> spans, CancellationToken cancellationToken)
    {
        if (ask.Words.Count == 0 || spans.Count == 0)
        {
            return [.. spans.Select(span => new SpanHit(span, null))];
        }

        var ids = spans.Select(span => span.SpanId).Distinct().ToList();
        var result = await RunAsync(
            ask.Among("spanID", ids),
            $"""select "traceID" as trace_id, "spanID" as span_id, {Snippet(ask.Words)} as snippet from log {ask.Where(SpanAsk.IsAmong("spanID", ids))} order by "version" desc limit {10 * spans.Count}""",
            cancellationToken
        );
        var snippets = new Dictionary<(string, string), string>();
        foreach (var row in result.Rows)
        {
            if (row.Text("snippet") is { } snippet)
            {
                snippets.TryAdd((row["trace_id"], row["span_id"]), snippet);
            }
        }

        return
        [
            .. spans.Select(span => new SpanHit(
                span,
                snippets.TryGetValue((span.TraceId, span.SpanId), out var snippet) ? SpanMerge.OneLine(snippet, SnippetCharacters) : null
            )),
        ];
    }

    // The first word wins: it is the whole of what was quoted. SQL sees the first max_text_len bytes of a text; a hit beyond shows no snippet.
    private static string Snippet(IReadOnlyList<string> words)
    {
        var cases =
            from word in words
            from field in SnippetFields
            let column = SlsSql.Column(field)
            let place = $"strpos(lower({column}), {SlsSql.Text(word.ToLowerInvariant())})"
            select $"when {place} > 0 then substr({column}, (case when {place} > {SnippetLead} then {place} - {SnippetLead} else 1 end), {SnippetCharacters})";
        return $"case {string.Join(' ', cases)} end";
    }
}
