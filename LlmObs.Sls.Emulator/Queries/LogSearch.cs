using System.Globalization;
using LlmObs.Sls.Emulator.Search;
using LlmObs.Sls.Emulator.Storage;
using LlmObs.Sls.Emulator.Storage.Terms;

namespace LlmObs.Sls.Emulator.Queries;

/// <summary>The logs that a search finds in a time range, answered by the term index; the table is not asked.</summary>
/// <param name="search">Without the time range, with the topic.</param>
/// <param name="key">Stands for <paramref name="search"/> among what is remembered.</param>
internal sealed class LogSearch(
    Logstore logstore,
    LogSnapshot snapshot,
    TermQuery search,
    SearchKey key,
    RememberedRows remembered,
    LogQuery query,
    CancellationToken cancellationToken
)
{
    private const int MostAtOnce = 32;
    private readonly List<ITermSource> sources =
    [
        .. snapshot.Sources.Where(source =>
            source.Newest >= query.From
            && source.Oldest <= query.Last
            && source.Newest >= snapshot.Kept.From
            && source.Covers.Last >= snapshot.Kept.FirstSequence
        ),
    ];
    private PreparedSearch? prepared;

    private PreparedSearch Prepared => prepared ??= new PreparedSearch(search, WildWords.Of(search, new SourceQueries(sources, cancellationToken)));

    /// <summary>The page asked for, in its order.</summary>
    public IReadOnlyList<IndexedLog> Page()
    {
        var wanted = (int)Math.Min(query.Offset + query.Line, int.MaxValue);
        if (query.Line == 0)
        {
            return [];
        }
        // The last of the page so far is on top.
        var page = new PriorityQueue<IndexedLog, IndexedLog>(query.Reverse ? InTime : InReverse);
        IReadOnlyList<ITermSource> ordered =
        [
            .. query.Reverse ? sources.OrderByDescending(source => source.Newest) : sources.OrderBy(source => source.Oldest),
        ];
        // What is common is found in the first, what is rare needs all: so more and more at once.
        for (var (at, count) = (0, 1); at < ordered.Count && !IsBehind(ordered[at]); at += count, count = Math.Min(count * 2, MostAtOnce))
        {
            foreach (var found in new SourceQueries([.. ordered.Skip(at).Take(count)], cancellationToken).Ask(Begin))
            {
                using (found)
                {
                    if (!IsBehind(found.Source))
                    {
                        AddTo(page, wanted, found);
                    }
                }
            }
        }
        var logs = new List<IndexedLog>();
        while (page.Count > query.Offset)
        {
            logs.Add(page.Dequeue());
        }
        logs.Reverse();
        return logs;

        bool IsBehind(ITermSource source) =>
            page.Count == wanted && (query.Reverse ? source.Newest < page.Peek().Time : source.Oldest > page.Peek().Time);
    }

    /// <summary>Counts the matches in parts of equal width, from the query's begin on.</summary>
    public long[] CountBy(long width)
    {
        var counts = new long[(query.Last - query.From) / width + 1];
        foreach (var (first, some) in new SourceQueries(sources, cancellationToken).Ask(source => CountBy(width, source)))
        {
            for (var i = 0; i < some.Length; i++)
            {
                counts[first + i] += some[i];
            }
        }
        return counts;
    }

    /// <summary>Every log of the time range is found.</summary>
    public bool IsEverything => search is AllTerms { Parts: [] };

    /// <summary>The time range as a condition on the table.</summary>
    public string Window =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"""
            time >= {Math.Max(
                query.From,
                snapshot.Kept.From
            )} AND time <= {query.Last} AND seq >= {snapshot.Kept.FirstSequence} AND seq < {snapshot.NextSequence}
            {(
                query is { FromNs: 0, ToNs: 0 }
                    ? ""
                    : $"AND (time > {query.From} OR nanos >= {query.FromNs}) AND (time < {query.To} OR nanos < {query.ToNs})"
            )}
            """
        );

    /// <summary>All matches, source by source in order of their sequence.</summary>
    public IReadOnlyList<FoundRows> Matches() =>
        new SourceQueries(sources, cancellationToken).Ask(source => new FoundRows(source, IsWithin(source) ? Rows(source) : VisibleRows(source)));

    /// <summary>Some matches, in order of their sequence, with what they say.</summary>
    public IEnumerable<(IndexedLog At, LogRow Row)> Read(IReadOnlyList<IndexedLog> matches) =>
        sources.SelectMany(source =>
        {
            var builder = logstore.BuilderOf(source.Index);
            return logstore
                .Read(matches.Where(log => log.Sequence >= source.Covers.First && log.Sequence <= source.Covers.Last))
                .Select(read => (read.At, builder.Build(read.Log, read.Origin)));
        });

    // In the order of the page, and no further than it reaches: what is not sure is read one after the other.
    private void AddTo(PriorityQueue<IndexedLog, IndexedLog> page, int wanted, SegmentSearch found)
    {
        var logs = found.Possible.Members().Select(row => (Row: row, Log: found.Source[row])).Where(at => IsVisible(at.Log) && IsBetter(at.Log));
        foreach (var (row, log) in logs.OrderByDescending(at => at.Log, page.Comparer))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!IsBetter(log))
            {
                return;
            }
            if (found.Holds(row))
            {
                page.Enqueue(log, log);
                if (page.Count > wanted)
                {
                    page.Dequeue();
                }
            }
        }

        bool IsBetter(IndexedLog log) => page.Count < wanted || page.Comparer.Compare(log, page.Peek()) > 0;
    }

    // Of the parts from the first on that the source's logs can be in.
    private (long First, long[] Counts) CountBy(long width, ITermSource source)
    {
        var first = (Math.Max(source.Oldest, query.From) - query.From) / width;
        var last = (Math.Min(source.Newest, query.Last) - query.From) / width;
        var counts = new long[last - first + 1];
        if (first == last && IsWithin(source))
        {
            counts[0] = Rows(source).Count;
            return (first, counts);
        }
        foreach (var row in (IsWithin(source) ? Rows(source) : VisibleRows(source)).Members())
        {
            counts[(source[row].Time - query.From) / width - first]++;
        }
        return (first, counts);
    }

    private RowSet VisibleRows(ITermSource source)
    {
        var visible = RowSet.None(source.Count);
        foreach (var row in Rows(source).Members().Where(row => IsVisible(source[row])))
        {
            visible.Add(row);
        }
        return visible;
    }

    // What wildcards stand for depends on the other segments, too.
    private RowSet Rows(ITermSource source) =>
        source is TermSegment segment && IsWithin(source) && Prepared.WildWords.Count == 0
            ? remembered.Of(segment, key, () => Find(source))
            : Find(source);

    private RowSet Find(ITermSource source)
    {
        using var found = Begin(source);
        return found.Find(IsVisible, cancellationToken);
    }

    private SegmentSearch Begin(ITermSource source)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new SegmentSearch(logstore, source, Prepared);
    }

    private bool IsWithin(ITermSource source) => query.HoldsAll(source.Oldest, source.Newest) && snapshot.IsKept(source);

    private bool IsVisible(IndexedLog log) => query.Holds(log.Time, log.Nanos) && snapshot.IsKept(log);

    private static readonly Comparer<IndexedLog> InTime = Comparer<IndexedLog>.Create(
        (left, right) =>
            left.Time != right.Time ? left.Time.CompareTo(right.Time)
            : left.Nanos != right.Nanos ? left.Nanos.CompareTo(right.Nanos)
            : left.Sequence.CompareTo(right.Sequence)
    );

    private static readonly Comparer<IndexedLog> InReverse = Comparer<IndexedLog>.Create((left, right) => InTime.Compare(right, left));
}

/// <summary>The logs of a source that a search found.</summary>
internal readonly record struct FoundRows(ITermSource Source, RowSet Rows)
{
    public IEnumerable<IndexedLog> Logs
    {
        get
        {
            var source = Source;
            return Rows.Members().Select(row => source[row]);
        }
    }
}
