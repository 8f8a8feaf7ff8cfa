using System.Buffers.Binary;
using System.Runtime.InteropServices;
using LlmObs.Sls.Emulator.Catalog;
using Microsoft.Win32.SafeHandles;

namespace LlmObs.Sls.Emulator.Storage.Terms;

/// <summary>
/// A file of terms, immutable; <see cref="TermSegmentWriter"/> tells its form. Logs and the beginnings of blocks stay in memory, blocks are read on demand and
/// checked then: damage found so is a <see cref="DamagedTermsException"/>.
/// </summary>
public sealed class TermSegment : ITermSource, IDisposable
{
    internal const int TailBytes = 24;
    internal const int BlockHeaderBytes = 8;

    // A block is full with the entry that passes its size: a word or a key, and a list.
    private const int MostOverBlock = 1024;

    private readonly SafeFileHandle file;
    private readonly long fileLength;
    private readonly IndexedLog[] logs;
    private readonly List<string> firstWords = [];
    private readonly List<long> wordBlocks = [];
    private readonly List<ulong> firstCharacters = [];
    private readonly List<long> characterBlocks = [];
    private readonly Dictionary<int, long> numberBlocks = [];

    private TermSegment(string path, SafeFileHandle file, BinaryReader head, IndexDefinition? index)
    {
        this.file = file;
        fileLength = RandomAccess.GetLength(file);
        Path = path;
        logs = new IndexedLog[head.ReadInt32()];
        for (var row = 0; row < logs.Length; row++)
        {
            logs[row] = new IndexedLog(
                head.ReadInt64(),
                head.ReadInt64(),
                head.ReadInt32(),
                new LogPlace(head.ReadInt32(), head.ReadInt32(), head.ReadInt32())
            );
        }
        Index = IndexDefinition.Stored(head.ReadString(), index);
        while (head.ReadBoolean())
        {
            firstWords.Add(ReadText(head));
            wordBlocks.Add(head.ReadInt64());
        }
        while (head.ReadBoolean())
        {
            firstCharacters.Add(head.ReadUInt64());
            characterBlocks.Add(head.ReadInt64());
        }
        for (var fields = head.ReadInt32(); fields > 0; fields--)
        {
            numberBlocks.Add(head.ReadInt32(), head.ReadInt64());
        }
        (Oldest, Newest) = (logs.Min(log => log.Time), logs.Max(log => log.Time));
    }

    public string Path { get; }

    public int Count => logs.Length;

    public (long First, long Last) Covers => (logs[0].Sequence, logs[^1].Sequence);

    public long Oldest { get; }

    public long Newest { get; }

    public IndexDefinition? Index { get; }

    public IndexedLog this[int row] => logs[row];

    /// <summary>Null when the file is not a whole segment of this format.</summary>
    /// <param name="index">The index it probably has: many segments then share one.</param>
    public static TermSegment? Open(string path, IndexDefinition? index = null)
    {
        var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, FileOptions.RandomAccess);
        if (Head(file) is { } head)
        {
            return new TermSegment(path, file, new BinaryReader(new MemoryStream(head)), index);
        }
        file.Dispose();
        return null;
    }

    public RowSet Find(string word)
    {
        var rows = RowSet.None(Count);
        var block = LastAtOrBelow(firstWords, word, string.CompareOrdinal);
        if (block >= 0 && WordBlock.TryFind(ReadBlock(wordBlocks[block]), word, out var list))
        {
            AddList(list, rows);
        }
        return rows;
    }

    public RowSet Find(ulong first, ulong last)
    {
        var rows = RowSet.None(Count);
        var block = Math.Max(LastAtOrBelow(firstCharacters, first, (left, right) => left.CompareTo(right)), 0);
        for (; block < firstCharacters.Count && firstCharacters[block] <= last; block++)
        {
            var bytes = ReadBlock(characterBlocks[block]);
            var key = firstCharacters[block];
            for (var at = 0; at < bytes.Length; )
            {
                key += (ulong)Varint.Read(bytes, ref at);
                var length = (int)Varint.Read(bytes, ref at);
                if (key > last)
                {
                    return rows;
                }
                if (key >= first)
                {
                    AddList(bytes.Slice(at, length), rows);
                }
                at += length;
            }
        }
        return rows;
    }

    public RowSet Numbers(int field, Predicate<long> isWanted)
    {
        var rows = RowSet.None(Count);
        if (numberBlocks.TryGetValue(field, out var place))
        {
            var block = ReadBlock(place);
            for (var at = 0; at < block.Length; at += sizeof(ushort) + sizeof(long))
            {
                if (isWanted(BinaryPrimitives.ReadInt64LittleEndian(block[(at + sizeof(ushort))..])))
                {
                    rows.Add(BinaryPrimitives.ReadUInt16LittleEndian(block[at..]));
                }
            }
        }
        return rows;
    }

    public IEnumerable<string> Words(string prefix)
    {
        var words = new List<string>();
        var goesOn = true;
        for (var block = Math.Max(LastAtOrBelow(firstWords, prefix, string.CompareOrdinal), 0); goesOn && block < firstWords.Count; block++)
        {
            words.Clear();
            goesOn = WordBlock.Collect(ReadBlock(wordBlocks[block]), prefix, words);
            foreach (var word in words)
            {
                yield return word;
            }
        }
    }

    public void Dispose() => file.Dispose();

    private static byte[]? Head(SafeFileHandle file)
    {
        var length = RandomAccess.GetLength(file);
        Span<byte> tail = stackalloc byte[TailBytes];
        if (length < TailBytes || RandomAccess.Read(file, tail, length - TailBytes) != TailBytes)
        {
            return null;
        }
        var at = BinaryPrimitives.ReadInt64LittleEndian(tail);
        if (BinaryPrimitives.ReadUInt64LittleEndian(tail[16..]) != TermSegmentWriter.Magic || at < 0 || at >= length - TailBytes)
        {
            return null;
        }
        var head = new byte[length - TailBytes - at];
        return RandomAccess.Read(file, head, at) == head.Length && Crc32C.Of(head) == BinaryPrimitives.ReadUInt64LittleEndian(tail[8..])
            ? head
            : null;
    }

    private void AddList(ReadOnlySpan<byte> list, RowSet rows)
    {
        if (list.Length == (Count + 7) / 8)
        {
            rows.AddBitmap(list);
            return;
        }
        var previous = -1;
        for (var at = 0; at < list.Length; )
        {
            previous += (int)Varint.Read(list, ref at) + 1;
            rows.Add(previous);
        }
    }

    private ReadOnlySpan<byte> ReadBlock(long place)
    {
        // Most blocks come whole at once.
        var bytes = new byte[BlockHeaderBytes + TermSegmentWriter.BlockBytes + MostOverBlock];
        var read = RandomAccess.Read(file, bytes, place);
        if (read >= BlockHeaderBytes && BinaryPrimitives.ReadInt32LittleEndian(bytes) is >= 0 and var length && place + length <= fileLength)
        {
            if (length > read - BlockHeaderBytes)
            {
                Array.Resize(ref bytes, BlockHeaderBytes + length);
                read += RandomAccess.Read(file, bytes.AsSpan(read), place + read);
            }
            if (length <= read - BlockHeaderBytes)
            {
                var block = bytes.AsSpan(BlockHeaderBytes, length);
                if (Crc32C.Of(block) == BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(4)))
                {
                    return block;
                }
            }
        }
        throw new DamagedTermsException(this, place);
    }

    private static int LastAtOrBelow<T>(List<T> sorted, T wanted, Comparison<T> compare)
    {
        var (low, high) = (0, sorted.Count - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            (low, high) = compare(sorted[middle], wanted) <= 0 ? (middle + 1, high) : (low, middle - 1);
        }
        return high;
    }

    private static string ReadText(BinaryReader reader)
    {
        var chars = new char[reader.Read7BitEncodedInt()];
        reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(chars.AsSpan()));
        return new string(chars);
    }
}

/// <summary>A block of a segment is not what was written. The segment can be made again.</summary>
public sealed class DamagedTermsException(TermSegment segment, long offset) : Exception($"{segment.Path} is damaged at offset {offset}")
{
    public TermSegment Segment => segment;
}
