using LlmObs.Domain.Scores;
using LlmObs.Domain.Spans;

namespace LlmObs.TraceLog;

/// <summary>What is asked: a query line in SLS search syntax with the product's field names, and a window.</summary>
/// <param name="From">Inclusive. The window cuts on the span's start; a span that came more than a week late is found at the time it came.</param>
/// <param name="To">Exclusive.</param>
public sealed record SpanQuery(string Project, string Text, DateTimeOffset From, DateTimeOffset To)
{
    /// <summary>What the scores were given to that the line asks for. Without an entry for each, a search refuses the line.</summary>
    public IReadOnlyDictionary<ScoreCondition, ScoredSpans> Scored { get; init; } = NoScores;

    private static readonly Dictionary<ScoreCondition, ScoredSpans> NoScores = [];

    /// <summary>The scores of which only the newest were looked at.</summary>
    public IReadOnlyList<string> Cut => [.. Scored.Where(pair => pair.Value.IsCut).Select(pair => pair.Key.Name).Distinct(StringComparer.Ordinal)];

    /// <summary>What SLS is asked: the part of a query before <c>|</c>, as its console takes it too. What is asked of scores is not in it.</summary>
    /// <exception cref="QueryException">The query line cannot be understood.</exception>
    public string ForSls() => SpanAsk.SearchOf(Project, QueryLine.Parse(Text));
}

/// <summary>A row of a span list.</summary>
/// <param name="Snippet">Where a word of the query stands in the content, at most 200 characters; null when no word asks for it.</param>
public sealed record SpanHit(Span Span, string? Snippet);

/// <param name="NextCursor">For the next page; null on the last.</param>
/// <param name="IsComplete">False when SLS could not read everything in its time: there may be more.</param>
public sealed record SpanPage(IReadOnlyList<SpanHit> Hits, string? NextCursor, bool IsComplete);

/// <summary>Traces that hold matching spans, newest first.</summary>
/// <param name="Best">The matching span to show for each trace: failed before others, then the earliest.</param>
public sealed record TraceHit(string TraceId, long FirstStartUnixNano, int MatchingSpans, SpanHit Best);

public sealed record TracePage(IReadOnlyList<TraceHit> Hits, string? NextCursor, bool IsComplete);

public sealed record FacetValue(string Value, long Count);

/// <param name="IsCut">There are more: counting stopped.</param>
public sealed record BoundedCount(long Count, bool IsCut);

public sealed record HistogramBucket(DateTimeOffset From, DateTimeOffset To, long Count, long Errors);

/// <summary>The query line cannot be understood.</summary>
/// <param name="reason">In English; its format is the key of its translations.</param>
/// <param name="position">Zero-based character in the query line.</param>
public sealed class QueryException(FormattableString reason, int position) : Exception(FormattableString.Invariant(reason))
{
    public FormattableString Reason => reason;

    public int Position => position;
}
