using LlmObs.Domain.Spans;

namespace LlmObs.TraceLog;

/// <summary>What is asked: a query line in SLS search syntax with the product's field names, and a window.</summary>
public sealed record SpanQuery(string Project, string Text, DateTimeOffset From, DateTimeOffset To);

/// <summary>A row of a span list.</summary>
/// <param name="Snippet">Where a word of the query stands in the content, at most 200 characters; null when no word asks for it.</param>
public sealed record SpanHit(Span Span, string? Snippet);

public sealed record SpanPage(IReadOnlyList<SpanHit> Hits, string? NextCursor, bool IsComplete);

/// <summary>Traces that hold matching spans, newest first.</summary>
/// <param name="Best">The matching span to show for each trace: failed before others, then the earliest.</param>
public sealed record TraceHit(string TraceId, long LatestStartUnixNano, int MatchingSpans, SpanHit Best);

public sealed record TracePage(IReadOnlyList<TraceHit> Hits, string? NextCursor, bool IsComplete);

public sealed record FacetValue(string Value, long Count);

public sealed record HistogramBucket(DateTimeOffset From, DateTimeOffset To, long Count, long Errors);

/// <summary>The query line cannot be understood.</summary>
/// <param name="Position">Zero-based character in the query line.</param>
public sealed class QueryException(string message, int position) : Exception(message)
{
    public int Position => position;
}

/// <summary>The questions people ask of the spans logstore. Every answer comes from SLS.</summary>
/// <remarks>Throws <see cref="QueryException"/> for what the user typed and <see cref="Sls.SlsException"/> when SLS is away.</remarks>
public sealed class SpanSearch
{
    public Task<SpanPage> SpansAsync(SpanQuery query, string? cursor, int limit, CancellationToken cancellationToken) => throw new NotImplementedException();
    public Task<TracePage> TracesAsync(SpanQuery query, string? cursor, int limit, CancellationToken cancellationToken) => throw new NotImplementedException();
    public Task<IReadOnlyList<HistogramBucket>> HistogramAsync(SpanQuery query, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>The commonest values of a field among the matches. Fields: service, kind, model, status, session, user, environment, release, provider, name.</summary>
    public Task<IReadOnlyList<FacetValue>> FacetAsync(SpanQuery query, string field, int limit, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Matching spans and traces.</summary>
    public Task<(long Spans, long Traces)> CountAsync(SpanQuery query, CancellationToken cancellationToken) => throw new NotImplementedException();
}
