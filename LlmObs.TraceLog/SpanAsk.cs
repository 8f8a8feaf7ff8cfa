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

    /// <summary>The same among the spans of some ids, as far as SLS takes so many conditions: then it need not look at all other matches. A statement has to ask for the ids itself: <see cref="IsAmong"/>.</summary>
    /// <param name="field">An id: traceID, sessionId.</param>
    public SpanAsk Among(string field, IReadOnlyCollection<string> ids) =>
        (2 * Conditions) + ids.Count <= MostConditions && ids.All(IsPlain)
            ? this with
            {
                Search = $"{Search} and {new SlsQueryBuilder().AnyOf(field, ids).Search()}",
                Conditions = Conditions + ids.Count,
            }
            : this;

    /// <summary>In SQL: a field is one of some values.</summary>
    public static string IsAmong(string field, IEnumerable<string> values) =>
        $"{SlsSql.Column(field)} in ({string.Join(", ", values.Select(SlsSql.Text))})";

    // Of others it is not certain that a search finds them as they are: a session is named by its sender.
    private static bool IsPlain(string id) => id.Length <= LongestId && id.All(character => character is > ' ' and < '\x7f' and not ('"' or '\\'));
}
