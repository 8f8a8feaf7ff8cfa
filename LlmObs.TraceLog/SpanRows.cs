using LlmObs.Domain.Spans;
using LlmObs.Sls;

namespace LlmObs.TraceLog;

/// <summary>A query ready to be sent: the search part with the number of its conditions, its window in Unix seconds, and the words to show in snippets.</summary>
internal sealed record SpanAsk(string Search, int Conditions, long From, long To, IReadOnlyList<string> Words)
{
    /// <summary>What the line asks of scores; null when it asks nothing.</summary>
    public ScoreSql? Scores { get; private init; }

    // SLS takes 128; a word of the query line may stand for two fields.
    private const int MostConditions = 100;
    private const int LongestId = 128;

    /// <exception cref="QueryException">The query line cannot be understood.</exception>
    public static SpanAsk Of(SpanQuery query)
    {
        var line = QueryLine.Parse(query.Text);
        var from = query.From.ToUnixTimeSeconds();
        // Half a second asked for is a second read; an empty window is one second, since SLS refuses it.
        var to = (query.To.ToUnixTimeMilliseconds() + 999) / 1000;
        var ask = new SpanAsk(SearchOf(query.Project, line), line.Conditions, from, Math.Max(to, from + 1), line.Words)
        {
            Scores = ScoreSql.Of(line, query.Scored),
        };
        // Of few that were judged a search need not look at all others.
        return line.OnlyScore is { } only && query.Scored[only] is var scored
            ? ask.Among("traceID", [.. scored.TraceIds.Concat(scored.Spans.Select(span => span.TraceId)).Distinct(StringComparer.Ordinal)])
            : ask;
    }

    /// <summary>The part before <c>|</c>.</summary>
    public static string SearchOf(string project, QueryLine line)
    {
        var ofProject = new SlsQueryBuilder().Field("project", project).Search();
        return line.Search == "*" ? ofProject : $"{ofProject} and ({line.Search})";
    }

    /// <summary>In SQL: WHERE with a further condition, and with what is asked of scores. Empty where nothing is asked.</summary>
    public string Where(string? further = null) =>
        (further, Scores) switch
        {
            (null, null) => "",
            (_, null) => $"where {further}",
            (null, _) => $"where {Scores.Condition}",
            _ => $"where {further} and {Scores.Condition}",
        };

    /// <summary>The same among the spans of some ids, as far as SLS takes so many conditions: then it need not look at all other matches. A statement has to ask for the ids itself.</summary>
    /// <param name="field">An id: traceID, sessionId.</param>
    public SpanAsk Among(string field, IReadOnlyCollection<string> ids) =>
        (2 * Conditions) + ids.Count <= MostConditions && ids.All(IsPlain)
            ? this with
            {
                Search = $"{Search} and {new SlsQueryBuilder().AnyOf(field, ids).Search()}",
                Conditions = Conditions + ids.Count,
            }
            : this;

    // Of others it is not certain that a search finds them as they are: a session is named by its sender.
    private static bool IsPlain(string id) => id.Length <= LongestId && id.All(character => character is > ' ' and < '\x7f' and not ('"' or '\\'));
}

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
            $"""select "traceID" as trace_id, "spanID" as span_id, {Snippet(ask.Words)} as snippet from log {ask.Where($"\"spanID\" in ({string.Join(", ", ids.Select(SlsSql.Text))})")} order by "version" desc limit {10 * spans.Count}""",
            cancellationToken
        );
        var snippets = new Dictionary<(string, string), string>();
        foreach (var row in result.Rows)
        {
            if (row.GetValueOrDefault("snippet") is { Length: > 0 } snippet && snippet != "null")
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
