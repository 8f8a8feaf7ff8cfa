using System.Globalization;
using LlmObs.Domain.Scores;
using LlmObs.Sls;

namespace LlmObs.TraceLog;

/// <summary>In SQL: what a query line asks of scores, by the ids of what was so judged. Each id is written once, however often a statement asks.</summary>
/// <param name="With">What a statement begins with: the ids.</param>
/// <param name="Condition">Of a log.</param>
internal sealed record ScoreSql(string With, string Condition)
{
    // In no id that a client would make; one that has it nevertheless is not found.
    private const char Separator = '\u001f';

    /// <summary>Null when the line asks nothing of scores.</summary>
    /// <exception cref="QueryException">Nobody has looked up what the scores were given to.</exception>
    public static ScoreSql? Of(QueryLine line, IReadOnlyDictionary<ScoreCondition, ScoredSpans> scored)
    {
        if (line.ScoreLogic is null)
        {
            return null;
        }

        var found = line
            .Scores.Select(condition =>
                scored.GetValueOrDefault(condition)
                ?? throw new QueryException($"Scores cannot be asked for here, only where requests are searched.", 0)
            )
            .ToList();
        var lists = found.Select((spans, i) => List(Name(i), spans)).OfType<string>();
        return new(
            string.Join(", ", lists) is { Length: > 0 } all ? $"with {all} " : "",
            string.Format(null, line.ScoreLogic, [.. found.Select((spans, i) => Test(Name(i), spans))])
        );
    }

    private static string Name(int place) => string.Create(CultureInfo.InvariantCulture, $"scored_{place}");

    private static string? List(string name, ScoredSpans scored)
    {
        var ids = string.Join(Separator, scored.TraceIds.Concat(scored.Spans.Select(span => $"{span.TraceId}/{span.SpanId}")));
        return ids.Length == 0 ? null : $"{name} as (select id from unnest(split({SlsSql.Text(ids)}, chr({(int)Separator}))) as ids(id))";
    }

    private static string Test(string name, ScoredSpans scored)
    {
        var ofTrace = scored.TraceIds.Count == 0 ? null : $"\"traceID\" in (select id from {name})";
        var ofSpan = scored.Spans.Count == 0 ? null : $"concat(\"traceID\", '/', \"spanID\") in (select id from {name})";
        return (ofTrace, ofSpan) switch
        {
            (null, null) => "false",
            (not null, not null) => $"({ofTrace} or {ofSpan})",
            _ => ofTrace ?? ofSpan!,
        };
    }
}
