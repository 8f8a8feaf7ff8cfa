using LlmObs.Domain.Traces;
using LlmObs.Storage.Writing;
using LlmObs.TraceLog;

namespace LlmObs.Web.Search;

/// <summary>What a search came to: one of the four states of the list, or a line that could not be read.</summary>
public abstract record SearchOutcome
{
    private SearchOutcome() { }

    /// <param name="Requests">Rows of the requests view; empty in the other.</param>
    /// <param name="SpanHits">Rows of the spans view; empty in the other.</param>
    /// <param name="IsComplete">False when SLS gave up before it had read everything.</param>
    public sealed record Found(
        SearchWindow Window,
        long Spans,
        long Traces,
        IReadOnlyList<HistogramBucket> Histogram,
        IReadOnlyList<Facet> Facets,
        IReadOnlyList<RequestRow> Requests,
        IReadOnlyList<SpanHit> SpanHits,
        string? NextCursor,
        bool IsComplete,
        TimeSpan Elapsed
    ) : SearchOutcome;

    /// <summary>The project has no span at all.</summary>
    public sealed record NothingYet : SearchOutcome;

    /// <param name="OldestAt">How far back the project's data goes.</param>
    public sealed record NothingMatches(IReadOnlyList<Loosened> Suggestions, DateTimeOffset? OldestAt) : SearchOutcome;

    /// <param name="Position">Zero-based character in the query line.</param>
    public sealed record Misread(string Message, int Position) : SearchOutcome;

    /// <param name="Backlog">What waits for SLS in PostgreSQL; null when that is away too.</param>
    public sealed record Away(string Reason, OutboxStatus? Backlog) : SearchOutcome;
}

/// <summary>The moments a range stood for when the search ran.</summary>
public sealed record SearchWindow(DateTimeOffset From, DateTimeOffset To);

/// <summary>A trace of the list.</summary>
/// <param name="Summary">Null when PostgreSQL has no longer what SLS still finds.</param>
public sealed record RequestRow(TraceHit Hit, TraceSummary? Summary)
{
    public long StartUnixNano => Summary?.StartUnixNano ?? Hit.Best.Span.StartUnixNano;
    public long DurationNano => Summary?.DurationNano ?? Hit.Best.Span.DurationNano;
    public string Title => Summary?.Question ?? Summary?.Name ?? Hit.Best.Span.Question ?? Hit.Best.Span.Name;
}

/// <summary>The commonest values of a field, the chosen ones always among them.</summary>
public sealed record Facet(string Field, IReadOnlyList<FacetOption> Options);

public sealed record FacetOption(string Value, long Count, bool IsOn);

/// <summary>The same search with one thing less, and what it would find.</summary>
/// <param name="Removed">The condition left out; null when the range was widened instead.</param>
public sealed record Loosened(QueryPart? Removed, SearchAddress Address, long Traces);
