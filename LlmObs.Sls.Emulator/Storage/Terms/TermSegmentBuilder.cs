using System.Runtime.InteropServices;
using LlmObs.Sls.Emulator.Search;

namespace LlmObs.Sls.Emulator.Storage.Terms;

/// <summary>Collects the terms of up to <see cref="MaxRows"/> rows, in order of their sequence, and writes them as a <see cref="TermSegment"/>.</summary>
public sealed class TermSegmentBuilder
{
    public const int MaxRows = 16384;

    private readonly Dictionary<ulong, int> ids = [];
    private readonly List<int> lastRow = [];
    private readonly List<int> counts = [];
    private readonly List<(int Id, ushort Row)> postings = [];
    private readonly List<RowTime> rows = [];

    public int Rows => rows.Count;

    /// <summary>Begins a row; <see cref="AddTerms"/> then speaks of it.</summary>
    public void AddRow(RowTime row)
    {
        if (rows.Count == MaxRows)
        {
            throw new InvalidOperationException($"a segment takes {MaxRows} rows");
        }
        rows.Add(row);
    }

    /// <param name="terms">As <see cref="Tokenizer.Append"/> wrote them.</param>
    public void AddTerms(int field, ReadOnlySpan<char> terms)
    {
        ReadOnlySpan<char> previous = default;
        foreach (var range in terms.Split(Tokenizer.Separator))
        {
            var term = terms[range];
            if (term.IsEmpty || term[0] == Tokenizer.PathMark)
            {
                previous = default;
                continue;
            }
            Add(TermKey.Of(field, term));
            if (TermKey.IsCharacter(term))
            {
                if (!previous.IsEmpty)
                {
                    Add(TermKey.Of(field, previous, term));
                }
                previous = term;
            }
            else
            {
                previous = default;
            }
        }
    }

    /// <summary>Durable and whole under its name, or not there: written aside, synced, renamed.</summary>
    /// <param name="covers">The first and the last sequence that <see cref="AddRow"/> was told all rows of.</param>
    public void Write(string path, (long First, long Last) covers)
    {
        var aside = path + ".tmp";
        using (var file = new FileStream(aside, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 20))
        {
            TermSegment.Write(file, covers, rows, Lists());
            file.Flush(flushToDisk: true);
        }
        File.Move(aside, path, overwrite: true);
    }

    private void Add(ulong key)
    {
        ref var id = ref CollectionsMarshal.GetValueRefOrAddDefault(ids, key, out var exists);
        if (!exists)
        {
            id = lastRow.Count;
            lastRow.Add(-1);
            counts.Add(0);
        }
        var row = rows.Count - 1;
        if (lastRow[id] != row)
        {
            lastRow[id] = row;
            counts[id]++;
            postings.Add((id, (ushort)row));
        }
    }

    // Counting sort: the postings came in order of rows and stay so within each term.
    private List<(ulong Key, ReadOnlyMemory<ushort> Rows)> Lists()
    {
        var starts = new int[counts.Count];
        for (var i = 1; i < starts.Length; i++)
        {
            starts[i] = starts[i - 1] + counts[i - 1];
        }
        var sorted = new ushort[postings.Count];
        var next = (int[])starts.Clone();
        foreach (var (id, row) in postings)
        {
            sorted[next[id]++] = row;
        }
        var lists = new List<(ulong Key, ReadOnlyMemory<ushort> Rows)>(ids.Count);
        foreach (var (key, id) in ids)
        {
            lists.Add((key, sorted.AsMemory(starts[id], counts[id])));
        }
        lists.Sort((left, right) => left.Key.CompareTo(right.Key));
        return lists;
    }
}

/// <summary>What of a row is kept beside its terms: enough to order and count matches without the table.</summary>
/// <param name="Time">Unix seconds.</param>
public readonly record struct RowTime(long Sequence, long Time, int Nanos);
