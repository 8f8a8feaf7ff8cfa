using System.Runtime.InteropServices;

namespace LlmObs.Sls.Emulator.Storage.Terms;

/// <summary>
/// Character keys of logs in memory, as they came. There are hundreds in a log, and looking each up when it comes would cost more than all
/// else; looking through all of them takes a millisecond, and sorting them at the end less than a hundred.
/// </summary>
internal sealed class LiveCharacters
{
    private readonly List<ulong> keys = [];
    private readonly List<int> ends = [];

    /// <summary>Adds a key to the row that <see cref="EndRow"/> will end.</summary>
    public void Add(ulong key) => keys.Add(key);

    public void EndRow() => ends.Add(keys.Count);

    /// <summary>Which of the first rows hold a key from one to another.</summary>
    public RowSet Find(ulong first, ulong last, int count)
    {
        var rows = RowSet.None(count);
        var all = CollectionsMarshal.AsSpan(keys);
        for (var (row, start) = (0, 0); row < count; start = ends[row++])
        {
            if (all[start..ends[row]].ContainsAnyInRange(first, last))
            {
                rows.Add(row);
            }
        }
        return rows;
    }

    /// <summary>The keys in order, each with its rows in order.</summary>
    public IEnumerable<(ulong Key, ReadOnlyMemory<ushort> Rows)> Lists()
    {
        var (sorted, rows) = Sorted();
        for (var start = 0; start < sorted.Length; )
        {
            // A log that holds a key twice counts once.
            var (end, length) = (start + 1, 1);
            for (; end < sorted.Length && sorted[end] == sorted[start]; end++)
            {
                if (rows[end] != rows[start + length - 1])
                {
                    rows[start + length++] = rows[end];
                }
            }
            yield return (sorted[start], rows.AsMemory(start, length));
            start = end;
        }
    }

    // Byte by byte from the lowest: what has one key stays in the order of its rows.
    private (ulong[] Keys, ushort[] Rows) Sorted()
    {
        var count = keys.Count;
        var from = (Keys: keys.ToArray(), Rows: new ushort[count]);
        for (var (row, start) = (0, 0); row < ends.Count; start = ends[row++])
        {
            from.Rows.AsSpan(start..ends[row]).Fill((ushort)row);
        }
        var to = (Keys: new ulong[count], Rows: new ushort[count]);
        Span<int> next = stackalloc int[256];
        for (var shift = 0; shift < 64; shift += 8)
        {
            next.Clear();
            foreach (var key in from.Keys)
            {
                next[(byte)(key >> shift)]++;
            }
            if (next.Contains(count))
            {
                continue;
            }
            var sum = 0;
            foreach (ref var place in next)
            {
                (place, sum) = (sum, sum + place);
            }
            for (var i = 0; i < count; i++)
            {
                var place = next[(byte)(from.Keys[i] >> shift)]++;
                to.Keys[place] = from.Keys[i];
                to.Rows[place] = from.Rows[i];
            }
            (from, to) = (to, from);
        }
        return from;
    }
}
