using System.Buffers.Binary;
using System.Runtime.InteropServices;
using LlmObs.Sls.Emulator.Catalog;

namespace LlmObs.Sls.Emulator.Storage.Terms;

/// <summary>Writes the file of a <see cref="TermSegment"/>.</summary>
/// <remarks>
/// Blocks of about 4 KB (length, CRC-32C, bytes): words, each cut by what it shares with the one before it, and character keys as
/// differences, both sorted and each followed by its list of rows; the numbers of a field as one block. Then the head: the logs, the index,
/// where each block stands and what it begins with. Then where the head stands, its CRC-32C, and a magic number.
/// A list is the row numbers as varint differences, or a bitmap where that is shorter; a bitmap is known by its length.
/// </remarks>
internal static class TermSegmentWriter
{
    public const ulong Magic = 0x34_534D_5245_5453;
    internal const int BlockBytes = 4096;

    /// <summary>Durable and whole under its name, or not there: written aside, synced, renamed.</summary>
    /// <param name="words">In ordinal order, as are the characters by their keys.</param>
    public static void Write(
        string path,
        IndexDefinition? index,
        List<IndexedLog> logs,
        IEnumerable<(string Word, ReadOnlyMemory<ushort> Rows)> words,
        IEnumerable<(ulong Key, ReadOnlyMemory<ushort> Rows)> characters,
        Dictionary<int, List<(int Row, long Bits)>> numbers
    )
    {
        var aside = path + ".tmp";
        using (var file = new FileStream(aside, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 20))
        {
            using var headBytes = new MemoryStream();
            using var head = new BinaryWriter(headBytes);
            WriteLogs(head, logs);
            head.Write(index?.JsonText ?? "");
            WriteWords(file, head, words, logs.Count);
            WriteCharacters(file, head, characters, logs.Count);
            WriteNumbers(file, head, numbers);
            var at = file.Position;
            var bytes = headBytes.GetBuffer().AsSpan(0, (int)headBytes.Length);
            file.Write(bytes);
            Span<byte> tail = stackalloc byte[TermSegment.TailBytes];
            BinaryPrimitives.WriteInt64LittleEndian(tail, at);
            BinaryPrimitives.WriteUInt64LittleEndian(tail[8..], Crc32C.Of(bytes));
            BinaryPrimitives.WriteUInt64LittleEndian(tail[16..], Magic);
            file.Write(tail);
            file.Flush(flushToDisk: true);
        }
        File.Move(aside, path, overwrite: true);
    }

    private static void WriteLogs(BinaryWriter head, List<IndexedLog> logs)
    {
        head.Write(logs.Count);
        foreach (var log in logs)
        {
            head.Write(log.Sequence);
            head.Write(log.Time);
            head.Write(log.Nanos);
            head.Write(log.Place.Segment);
            head.Write(log.Place.Offset);
            head.Write(log.Place.Index);
        }
    }

    private static void WriteWords(FileStream file, BinaryWriter head, IEnumerable<(string Word, ReadOnlyMemory<ushort> Rows)> words, int rows)
    {
        using var blocks = new BlockWriter(file);
        var previous = "";
        foreach (var (word, list) in words)
        {
            if (blocks.IsFull(BlockBytes))
            {
                blocks.End();
            }
            if (blocks.IsEmpty)
            {
                head.Write(true);
                WriteText(head, word);
                head.Write(file.Position);
                previous = "";
            }
            var shared = word.AsSpan().CommonPrefixLength(previous);
            blocks.Writer.Write7BitEncodedInt(shared);
            WriteText(blocks.Writer, word.AsSpan(shared));
            WriteList(blocks.Writer, list.Span, rows);
            previous = word;
        }
        blocks.End();
        head.Write(false);
    }

    private static void WriteCharacters(
        FileStream file,
        BinaryWriter head,
        IEnumerable<(ulong Key, ReadOnlyMemory<ushort> Rows)> characters,
        int rows
    )
    {
        using var blocks = new BlockWriter(file);
        var previous = 0UL;
        foreach (var (key, list) in characters)
        {
            if (blocks.IsFull(BlockBytes))
            {
                blocks.End();
            }
            if (blocks.IsEmpty)
            {
                head.Write(true);
                head.Write(key);
                head.Write(file.Position);
                previous = key;
            }
            blocks.Writer.Write7BitEncodedInt64((long)(key - previous));
            WriteList(blocks.Writer, list.Span, rows);
            previous = key;
        }
        blocks.End();
        head.Write(false);
    }

    private static void WriteNumbers(FileStream file, BinaryWriter head, Dictionary<int, List<(int Row, long Bits)>> numbers)
    {
        head.Write(numbers.Count);
        using var blocks = new BlockWriter(file);
        foreach (var (field, values) in numbers)
        {
            head.Write(field);
            head.Write(file.Position);
            foreach (var (row, bits) in values)
            {
                blocks.Writer.Write((ushort)row);
                blocks.Writer.Write(bits);
            }
            blocks.End();
        }
    }

    private static void WriteText(BinaryWriter writer, ReadOnlySpan<char> text)
    {
        writer.Write7BitEncodedInt(text.Length);
        writer.Write(MemoryMarshal.AsBytes(text));
    }

    private static void WriteList(BinaryWriter writer, ReadOnlySpan<ushort> rows, int count)
    {
        var bitmapBytes = (count + 7) / 8;
        Span<byte> encoded = stackalloc byte[LiveTerms.MaxLogs / 8 + 2];
        var length = 0;
        var previous = -1;
        foreach (var row in rows)
        {
            // Rows are below 2^14, so a difference has at most two bytes.
            var difference = row - previous - 1;
            if (difference >= 0x80)
            {
                encoded[length++] = (byte)(difference | 0x80);
                difference >>= 7;
            }
            encoded[length++] = (byte)difference;
            previous = row;
            if (length >= bitmapBytes)
            {
                WriteBitmap(writer, rows, encoded[..bitmapBytes]);
                return;
            }
        }
        writer.Write7BitEncodedInt(length);
        writer.Write(encoded[..length]);
    }

    private static void WriteBitmap(BinaryWriter writer, ReadOnlySpan<ushort> rows, Span<byte> bitmap)
    {
        bitmap.Clear();
        foreach (var row in rows)
        {
            bitmap[row / 8] |= (byte)(1 << (row % 8));
        }
        writer.Write7BitEncodedInt(bitmap.Length);
        writer.Write(bitmap);
    }

    /// <summary>Collects a block and writes it with its length and checksum.</summary>
    private sealed class BlockWriter : IDisposable
    {
        private readonly FileStream file;
        private readonly MemoryStream bytes;

        public BlockWriter(FileStream file)
        {
            this.file = file;
            bytes = new MemoryStream();
            Writer = new BinaryWriter(bytes);
        }

        public BinaryWriter Writer { get; }

        public bool IsEmpty => bytes.Length == 0;

        public bool IsFull(int limit) => bytes.Length >= limit;

        public void Dispose() => Writer.Dispose();

        public void End()
        {
            var block = bytes.GetBuffer().AsSpan(0, (int)bytes.Length);
            Span<byte> header = stackalloc byte[TermSegment.BlockHeaderBytes];
            BinaryPrimitives.WriteInt32LittleEndian(header, block.Length);
            BinaryPrimitives.WriteUInt32LittleEndian(header[4..], Crc32C.Of(block));
            file.Write(header);
            file.Write(block);
            bytes.SetLength(0);
        }
    }
}
