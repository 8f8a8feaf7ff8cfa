using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
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
    private readonly SafeFileHandle file;
    private readonly IndexedLog[] logs;
    private readonly List<string> firstWords = [];
    private readonly List<long> wordBlocks = [];
    private readonly List<ulong> firstCharacters = [];
    private readonly List<long> characterBlocks = [];
    private readonly Dictionary<int, long> numberBlocks = [];

    private TermSegment(string path, SafeFileHandle file, BinaryReader head)
    {
        this.file = file;
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
        Index = head.ReadString() is { Length: > 0 } json ? IndexDefinition.Parse((JsonObject)JsonNode.Parse(json)!) : null;
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
    public static TermSegment? Open(string path)
    {
        var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, FileOptions.RandomAccess);
        if (Head(file) is { } head)
        {
            return new TermSegment(path, file, new BinaryReader(new MemoryStream(head)));
        }
        file.Dispose();
        return null;
    }

    public RowSet Find(string word)
    {
        var block = LastAtOrBelow(firstWords, word, string.CompareOrdinal);
        if (block < 0)
        {
            return RowSet.None(Count);
        }
        foreach (var (found, list) in WordsOf(block))
        {
            if (string.CompareOrdinal(found, word) is >= 0 and var order)
            {
                return order == 0 ? ReadList(list) : RowSet.None(Count);
            }
        }
        return RowSet.None(Count);
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
                key += (ulong)ReadLong(bytes, ref at);
                var length = (int)ReadLong(bytes, ref at);
                if (key > last)
                {
                    return rows;
                }
                if (key >= first)
                {
                    rows |= ReadList(bytes.AsMemory(at, length));
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
                if (isWanted(BinaryPrimitives.ReadInt64LittleEndian(block.AsSpan(at + sizeof(ushort)))))
                {
                    rows.Add(BinaryPrimitives.ReadUInt16LittleEndian(block.AsSpan(at)));
                }
            }
        }
        return rows;
    }

    public IEnumerable<string> Words(string prefix)
    {
        for (var block = Math.Max(LastAtOrBelow(firstWords, prefix, string.CompareOrdinal), 0); block < firstWords.Count; block++)
        {
            foreach (var (word, _) in WordsOf(block))
            {
                if (word.StartsWith(prefix, StringComparison.Ordinal))
                {
                    yield return word;
                }
                else if (string.CompareOrdinal(word, prefix) > 0)
                {
                    yield break;
                }
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

    /// <summary>The words of a block in order, each with its list.</summary>
    private IEnumerable<(string Word, ReadOnlyMemory<byte> List)> WordsOf(int block)
    {
        var bytes = ReadBlock(wordBlocks[block]);
        var word = "";
        for (var at = 0; at < bytes.Length; )
        {
            var shared = (int)ReadLong(bytes, ref at);
            var added = (int)ReadLong(bytes, ref at) * sizeof(char);
            word = string.Concat(word.AsSpan(0, shared), MemoryMarshal.Cast<byte, char>(bytes.AsSpan(at, added)));
            at += added;
            var length = (int)ReadLong(bytes, ref at);
            yield return (word, bytes.AsMemory(at, length));
            at += length;
        }
    }

    private RowSet ReadList(ReadOnlyMemory<byte> list)
    {
        if (list.Length == (Count + 7) / 8)
        {
            return RowSet.OfBitmap(Count, list.Span);
        }
        var rows = RowSet.None(Count);
        var previous = -1;
        for (var at = 0; at < list.Length; )
        {
            previous += (int)ReadLong(list.Span, ref at) + 1;
            rows.Add(previous);
        }
        return rows;
    }

    private byte[] ReadBlock(long place)
    {
        Span<byte> header = stackalloc byte[BlockHeaderBytes];
        if (RandomAccess.Read(file, header, place) == BlockHeaderBytes && BinaryPrimitives.ReadInt32LittleEndian(header) is >= 0 and var length)
        {
            if (place + length <= RandomAccess.GetLength(file))
            {
                var block = new byte[length];
                if (
                    RandomAccess.Read(file, block, place + BlockHeaderBytes) == length
                    && Crc32C.Of(block) == BinaryPrimitives.ReadUInt32LittleEndian(header[4..])
                )
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

    private static long ReadLong(ReadOnlySpan<byte> bytes, ref int at)
    {
        var value = 0L;
        for (var shift = 0; ; shift += 7)
        {
            var next = bytes[at++];
            value |= (long)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }
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
