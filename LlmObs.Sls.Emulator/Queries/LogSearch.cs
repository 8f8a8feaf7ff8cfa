using System.Globalization;
using LlmObs.Sls.Emulator.Search;
using LlmObs.Sls.Emulator.Storage;
using LlmObs.Sls.Emulator.Storage.Terms;

namespace LlmObs.Sls.Emulator.Queries;

/// <summary>The logs that a search finds in a time range, answered by the term index; the table is not asked.</summary>
/// <param name="search">Without the time range, with the topic.</param>
internal sealed class LogSearch(Logstore logstore, LogSnapshot snapshot, TermQuery search, LogQuery query, CancellationToken cancellationToken)
{
    private readonly List<ITermSource> sources =
    [
        .. snapshot.Sources.Where(source =>
            source.Newest >= query.From
            && source.Oldest <= query.Last
            && source.Newest >= snapshot.Kept.From
            && source.Covers.Last >= snapshot.Kept.FirstSequence
        ),
    ];
    private IReadOnlyDictionary<WildTerm, IReadOnlyList<string>>? wildWords;

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
        foreach (var source in query.Reverse ? sources.OrderByDescending(source => source.Newest) : sources.OrderBy(source => source.Oldest))
        {
            if (page.Count == wanted && (query.Reverse ? source.Newest < page.Peek().Time : source.Oldest > page.Peek().Time))
            {
                break;
            }
            foreach (var log in Matches(source))
            {
                if (page.Count < wanted)
                {
                    page.Enqueue(log, log);
                }
                else if (page.Comparer.Compare(log, page.Peek()) > 0)
                {
                    page.EnqueueDequeue(log, log);
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
    }

    /// <summary>Counts the matches in parts of equal width, from the query's begin on.</summary>
    public long[] CountBy(long width)
    {
        var counts = new long[(query.Last - query.From) / width + 1];
        foreach (var source in sources)
        {
            var part = (source.Oldest - query.From) / width;
            if (IsWithin(source) && (source.Newest - query.From) / width == part)
            {
                counts[part] += Rows(source).Count;
                continue;
            }
            foreach (var log in Matches(source))
            {
                counts[(log.Time - query.From) / width]++;
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

    /// <summary>All matches, in order of their sequence.</summary>
    public IEnumerable<IndexedLog> Matches() => sources.SelectMany(Matches);

    /// <summary>Some matches, in order of their sequence, with what they say.</summary>
    public IEnumerable<(IndexedLog At, LogRow Row)> Read(IReadOnlyList<IndexedLog> matches) =>
        sources.SelectMany(source =>
        {
            var own = matches.Where(log => log.Sequence >= source.Covers.First && log.Sequence <= source.Covers.Last).ToList();
            return own.Zip(logstore.Read(source, own));
        });

    private IEnumerable<IndexedLog> Matches(ITermSource source)
    {
        var isWithin = IsWithin(source);
        foreach (var row in Rows(source).Members())
        {
            var log = source[row];
            if (isWithin || IsVisible(log))
            {
                yield return log;
            }
        }
    }

    private RowSet Rows(ITermSource source)
    {
        cancellationToken.ThrowIfCancellationRequested();
        wildWords ??= WildWords.Of(search, sources, cancellationToken);
        return new SegmentSearch(source, search, wildWords).Find(IsVisible, logs => logstore.Read(source, logs), cancellationToken);
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
