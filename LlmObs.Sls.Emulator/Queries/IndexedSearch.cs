using DuckDB.NET.Data;
using LlmObs.Sls.Emulator.Search;
using LlmObs.Sls.Emulator.Storage;
using LlmObs.Sls.Emulator.Storage.Terms;

namespace LlmObs.Sls.Emulator.Queries;

/// <summary>
/// The logs a search finds, by the term index as far as it knows and by the table for the rest: logs of which the index only knows that
/// they may match, and those in no segment yet. So it finds what the table alone would find.
/// </summary>
internal sealed class IndexedSearch
{
    private const int VerifiedAtOnce = 1024;
    private const int AlwaysVerified = 256;
    private readonly List<(TermSegment Segment, RowBounds Rows)> found = [];
    private readonly List<RowTime> others = [];
    private readonly LogQuery query;

    private IndexedSearch(LogQuery query) => this.query = query;

    /// <summary>Null when the index is of no use: the table is to be scanned.</summary>
    /// <param name="condition">Of the whole query, with its time and topic.</param>
    public static IndexedSearch? Run(
        DuckDBConnection connection,
        Logstore logstore,
        SearchCondition condition,
        LogQuery query,
        CancellationToken cancellationToken
    )
    {
        var segments = logstore.Terms.Segments;
        if (segments.Count == 0)
        {
            return null;
        }
        var search = new IndexedSearch(query);
        if (!search.AskSegments(segments, condition.Terms, out var unsure, cancellationToken))
        {
            return null;
        }
        foreach (var batch in unsure.Chunk(VerifiedAtOnce))
        {
            search.Verify(connection, logstore, condition.Sql, batch, cancellationToken);
        }
        foreach (var (first, last) in TermIndex.Gaps(segments, long.MaxValue))
        {
            search.Add(
                connection,
                $"SELECT seq, time, nanos FROM {logstore.TableName} WHERE seq BETWEEN {first} AND {last} AND {condition.Sql}",
                cancellationToken
            );
        }
        return search;
    }

    /// <summary>In no order.</summary>
    public IEnumerable<RowTime> Matches()
    {
        foreach (var row in others)
        {
            yield return row;
        }
        foreach (var (segment, rows) in query.Reverse ? found.AsEnumerable().Reverse() : found)
        {
            foreach (var row in InWindow(segment, rows.Sure))
            {
                yield return row;
            }
        }
    }

    /// <summary>The sequences of the page asked for, in its order.</summary>
    public IReadOnlyList<long> Page()
    {
        var wanted = (int)Math.Min(query.Offset + query.Line, int.MaxValue);
        if (query.Line == 0)
        {
            return [];
        }
        var order = query.Reverse ? InOrder : Comparer<RowTime>.Create((left, right) => InOrder.Compare(right, left));
        // The last of the page so far is on top.
        var page = new PriorityQueue<RowTime, RowTime>(order);
        foreach (var row in Matches())
        {
            if (page.Count < wanted)
            {
                page.Enqueue(row, row);
            }
            else if (order.Compare(row, page.Peek()) > 0)
            {
                page.EnqueueDequeue(row, row);
            }
        }
        var sequences = new List<long>();
        while (page.Count > query.Offset)
        {
            sequences.Add(page.Dequeue().Sequence);
        }
        sequences.Reverse();
        return sequences;
    }

    /// <summary>Counts the matches in parts of equal width, from the query's begin on.</summary>
    public Dictionary<long, long> CountBy(long width)
    {
        var counts = new Dictionary<long, long>();
        foreach (var row in Matches())
        {
            var part = (row.Time - query.From) / width;
            counts[part] = counts.GetValueOrDefault(part) + 1;
        }
        return counts;
    }

    private static readonly Comparer<RowTime> InOrder = Comparer<RowTime>.Create(
        (left, right) =>
            left.Time != right.Time ? left.Time.CompareTo(right.Time)
            : left.Nanos != right.Nanos ? left.Nanos.CompareTo(right.Nanos)
            : left.Sequence.CompareTo(right.Sequence)
    );

    // False when so many rows are unsure that a scan is quicker than to fetch them one by one.
    private bool AskSegments(IReadOnlyList<TermSegment> segments, TermQuery terms, out List<long> unsure, CancellationToken cancellationToken)
    {
        unsure = [];
        long rows = 0;
        foreach (var segment in segments.Where(segment => segment.Newest >= query.From && segment.Oldest < query.To))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var bounds = segment.Find(terms);
            found.Add((segment, bounds));
            unsure.AddRange(InWindow(segment, bounds.Possible & ~bounds.Sure).Select(row => row.Sequence));
            rows += segment.Rows.Count;
            if (unsure.Count > AlwaysVerified && unsure.Count > rows / 4)
            {
                return false;
            }
        }
        return unsure.Count <= AlwaysVerified || unsure.Count <= rows / 20;
    }

    private IEnumerable<RowTime> InWindow(TermSegment segment, RowSet rows)
    {
        var isWithin = segment.Oldest >= query.From && segment.Newest < query.To;
        foreach (var member in rows.Members())
        {
            var row = segment.Rows[member];
            if (isWithin || (row.Time >= query.From && row.Time < query.To))
            {
                yield return row;
            }
        }
    }

    private void Verify(DuckDBConnection connection, Logstore logstore, string condition, long[] sequences, CancellationToken cancellationToken)
    {
        // In two steps: in one, the engine would ask every log of the table the dear question first.
        Engine.Execute(connection, $"CREATE OR REPLACE TEMP TABLE unsure AS SELECT * FROM {logstore.TableName} WHERE {SequenceSql.Among(sequences)}");
        Add(connection, $"SELECT seq, time, nanos FROM unsure WHERE {condition}", cancellationToken);
    }

    private void Add(DuckDBConnection connection, string sql, CancellationToken cancellationToken)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Text enters SQL only through Literal.
        command.CommandText = sql;
#pragma warning restore CA2100
        using var interrupt = cancellationToken.Register(command.Cancel);
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            others.Add(new RowTime(reader.GetInt64(0), reader.GetInt64(1), reader.GetInt32(2)));
        }
    }
}

internal static class SequenceSql
{
    /// <summary>A condition for some rows of the table; the bounds let the engine leave out row groups.</summary>
    public static string Among(IReadOnlyCollection<long> sequences) =>
        sequences.Count == 0 ? "false" : $"seq BETWEEN {sequences.Min()} AND {sequences.Max()} AND seq IN ({string.Join(", ", sequences)})";
}
