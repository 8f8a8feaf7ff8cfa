using System.Numerics;
using System.Runtime.InteropServices;

namespace LlmObs.Sls.Emulator.Storage.Terms;

/// <summary>A set of the rows of one <see cref="ITermSource"/>. Grows only while it is made.</summary>
public sealed class RowSet
{
    private readonly ulong[] words;

    private RowSet(int rows, ulong[] words)
    {
        Rows = rows;
        this.words = words;
    }

    /// <summary>How many rows there are to choose from.</summary>
    public int Rows { get; }

    public int Count => words.Sum(BitOperations.PopCount);

    public bool IsEmpty => !words.AsSpan().ContainsAnyExcept(0UL);

    public static RowSet None(int rows) => new(rows, new ulong[(rows + 63) / 64]);

    public static RowSet All(int rows) => ~None(rows);

    /// <summary>A bit a row, the lowest of each byte first; behind the last row there are zeros.</summary>
    public ReadOnlySpan<byte> Bitmap => MemoryMarshal.AsBytes(words.AsSpan())[..((Rows + 7) / 8)];

    /// <param name="bitmap">As <see cref="Bitmap"/>.</param>
    public void AddBitmap(ReadOnlySpan<byte> bitmap)
    {
        var bytes = MemoryMarshal.AsBytes(words.AsSpan());
        for (var i = 0; i < bitmap.Length; i++)
        {
            bytes[i] |= bitmap[i];
        }
    }

    public void Add(int row) => words[row / 64] |= 1UL << (row % 64);

    public bool Contains(int row) => (words[row / 64] & (1UL << (row % 64))) != 0;

    public static RowSet operator &(RowSet left, RowSet right) => left.Combine(right, (a, b) => a & b);

    public static RowSet operator |(RowSet left, RowSet right) => left.Combine(right, (a, b) => a | b);

    public static RowSet operator ~(RowSet set)
    {
        var words = Array.ConvertAll(set.words, word => ~word);
        if (set.Rows % 64 != 0)
        {
            words[^1] &= (1UL << (set.Rows % 64)) - 1;
        }
        return new RowSet(set.Rows, words);
    }

    /// <summary>Ascending.</summary>
    public IEnumerable<int> Members()
    {
        for (var i = 0; i < words.Length; i++)
        {
            for (var rest = words[i]; rest != 0; rest &= rest - 1)
            {
                yield return i * 64 + BitOperations.TrailingZeroCount(rest);
            }
        }
    }

    private RowSet Combine(RowSet other, Func<ulong, ulong, ulong> combine)
    {
        var combined = new ulong[words.Length];
        for (var i = 0; i < combined.Length; i++)
        {
            combined[i] = combine(words[i], other.words[i]);
        }
        return new RowSet(Rows, combined);
    }
}

/// <summary>Rows that match for sure, and those that may: no other row does.</summary>
public readonly record struct RowBounds(RowSet Sure, RowSet Possible)
{
    public static RowBounds Exactly(RowSet rows) => new(rows, rows);
}
