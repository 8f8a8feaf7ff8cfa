using LlmObs.Domain.Traces;
using LlmObs.Storage.Reading;
using LlmObs.Storage.Writing;
using LlmObs.TraceLog;

namespace LlmObs.Web.Search;

/// <summary>What a search came to: one of the four states of the list, or a line that could not be read.</summary>
public abstract record SearchOutcome
{
    private SearchOutcome() { }

    /// <param name="Spans">Matching spans, all of them counted.</param>
    /// <param name="IsComplete">False when SLS gave up before it had read everything.</param>
    public sealed record Found(
        SearchWindow Window,
        long Spans,
        BoundedCount Requests,
        IReadOnlyList<HistogramBucket> Histogram,
        IReadOnlyList<Facet> Facets,
        SearchRows Rows,
        TimeSpan Elapsed
    ) : SearchOutcome
    {
        public bool IsComplete => Rows.IsComplete;

        /// <summary>The scores of which only the newest were looked at.</summary>
        public IReadOnlyList<string> Cut { get; init; } = [];
    }

    /// <summary>The project has no span at all.</summary>
    public sealed record NothingYet : SearchOutcome;

    /// <param name="OldestAt">How far back the project's data goes.</param>
    public sealed record NothingMatches(IReadOnlyList<Loosened> Suggestions, DateTimeOffset? OldestAt) : SearchOutcome;

    /// <param name="Reason">In English; its format is the key of its translation in <see cref="QueryFaults"/>.</param>
    /// <param name="Position">Zero-based character in the query line.</param>
    public sealed record Misread(FormattableString Reason, int Position) : SearchOutcome;

    /// <param name="Backlog">What waits for SLS in PostgreSQL; null when that is away too.</param>
    public sealed record Away(string Reason, OutboxStatus? Backlog) : SearchOutcome;
}

/// <summary>The moments a range stood for when the search ran.</summary>
public sealed record SearchWindow(DateTimeOffset From, DateTimeOffset To);

/// <summary>A page of the list, of whatever its rows are.</summary>
public abstract record SearchRows(int Count, string? NextCursor, bool IsComplete)
{
    public sealed record Requests(IReadOnlyList<RequestRow> Rows, string? Next, bool IsWhole) : SearchRows(Rows.Count, Next, IsWhole);

    public sealed record Spans(IReadOnlyList<SpanHit> Hits, string? Next, bool IsWhole) : SearchRows(Hits.Count, Next, IsWhole);

    /// <param name="Opinions">What users thought, by session; without an entry nobody said.</param>
    public sealed record Sessions(SessionPage Page, IReadOnlyDictionary<string, Opinion> Opinions)
        : SearchRows(Page.Hits.Count, Page.NextCursor, Page.IsComplete);

    /// <param name="Opinions">What they thought, by user; without an entry they did not say.</param>
    public sealed record Users(UserPage Page, IReadOnlyDictionary<string, Opinion> Opinions)
        : SearchRows(Page.Hits.Count, Page.NextCursor, Page.IsComplete);

    public sealed record Groups(SpanGroupPage Page) : SearchRows(Page.Groups.Count, null, Page.IsComplete);
}

/// <summary>A request of the list.</summary>
/// <param name="Hit">By its first trace; the span to show may be of one that hangs in it.</param>
/// <param name="Summary">Null when PostgreSQL has no longer what SLS still finds.</param>
public sealed record RequestRow(TraceHit Hit, TraceSummary? Summary)
{
    /// <summary>Other traces hang in it.</summary>
    public bool IsJoined { get; init; }

    public long StartUnixNano => Summary?.StartUnixNano ?? Hit.Best.Span.StartUnixNano;
    public long DurationNano => Summary?.DurationNano ?? Hit.Best.Span.DurationNano;
    public string Title => Summary?.Question ?? Summary?.Name ?? Hit.Best.Span.Question ?? Hit.Best.Span.Name;
}

/// <summary>The commonest values of a field, the chosen and the excluded ones always among them.</summary>
/// <param name="Options">Null while nobody has opened it: its values were not asked for.</param>
/// <param name="HasMore">There are values beyond these.</param>
public sealed record Facet(string Field, IReadOnlyList<FacetOption>? Options, bool HasMore = false);

/// <param name="IsOn">The query asks for it.</param>
/// <param name="IsOff">The query leaves it out.</param>
public sealed record FacetOption(string Value, long Count, bool IsOn, bool IsOff);

/// <summary>The same search with one thing less, and what it would find.</summary>
/// <param name="Removed">The condition left out; null when the range was widened instead.</param>
public sealed record Loosened(QueryPart? Removed, SearchAddress Address, BoundedCount Requests);
