using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace LlmObs.Sls.Emulator.Storage.Terms;

/// <summary>Which rows of the table hold which terms; immutable, made from the table and made again from it when damaged.</summary>
/// <remarks>
/// File: magic (8 bytes), rows (4), terms (4), CRC-32C of all that follows (8); the first and the last sequence spoken for (8 each); rows as
/// sequence, time (8 each), nanos (4); sorted term keys (8 each); where each list ends (4 each); lists. A list is the row numbers as varint differences, or a bitmap where that is shorter;
/// a bitmap is known by its length. Rows stay in memory; keys and lists are read on demand.
/// </remarks>
public sealed class TermSegment : IDisposable
{
    private const ulong Magic = 0x32_534D_5245_5453;
    private const int HeaderBytes = 24;
    private const int RowsAt = HeaderBytes + 16;
    private const int RowBytes = 20;
    private readonly SafeFileHandle file;
    private readonly int terms;

    private TermSegment(string path, SafeFileHandle file, (long First, long Last) covers, RowTime[] rows, int terms)
    {
        this.file = file;
        this.terms = terms;
        Path = path;
        Covers = covers;
        Rows = rows;
        (Oldest, Newest) = rows.Length == 0 ? (long.MaxValue, long.MinValue) : (rows.Min(row => row.Time), rows.Max(row => row.Time));
    }

    public string Path { get; }

    /// <summary>The sequences spoken for: there is no other row of the table between them.</summary>
    public (long First, long Last) Covers { get; }

    /// <summary>In order of their sequence.</summary>
    public IReadOnlyList<RowTime> Rows { get; }

    /// <summary>Unix seconds, as <see cref="Newest"/>.</summary>
    public long Oldest { get; }

    public long Newest { get; }

    private int BitmapBytes => (Rows.Count + 7) / 8;

    private long KeysAt => RowsAt + (long)Rows.Count * RowBytes;

    private long EndsAt => KeysAt + (long)terms * 8;

    private long ListsAt => EndsAt + (long)terms * 4;

    /// <summary>Null when the file is not a whole segment of this format.</summary>
    public static TermSegment? Open(string path)
    {
        var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, FileOptions.RandomAccess);
        if (Load(path, file) is { } segment)
        {
            return segment;
        }
        file.Dispose();
        return null;
    }

    /// <summary>The numbers of the rows, from 0, that hold a term; ascending.</summary>
    public int[] Find(ulong key)
    {
        var (low, high) = (0, terms - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            var found = BinaryPrimitives.ReadUInt64LittleEndian(Read(KeysAt + middle * 8L, 8));
            if (found == key)
            {
                return ReadList(middle);
            }
            (low, high) = found < key ? (middle + 1, high) : (low, middle - 1);
        }
        return [];
    }

    public void Dispose() => file.Dispose();

    internal static void Write(
        Stream target,
        (long First, long Last) covers,
        List<RowTime> rows,
        List<(ulong Key, ReadOnlyMemory<ushort> Rows)> lists
    )
    {
        using var body = new MemoryStream();
        using (var writer = new BinaryWriter(body, System.Text.Encoding.UTF8, leaveOpen: true))
        {
            writer.Write(covers.First);
            writer.Write(covers.Last);
            foreach (var row in rows)
            {
                writer.Write(row.Sequence);
                writer.Write(row.Time);
                writer.Write(row.Nanos);
            }
            foreach (var (key, _) in lists)
            {
                writer.Write(key);
            }
            using var encoded = new MemoryStream();
            foreach (var (_, list) in lists)
            {
                Encode(encoded, list.Span, (rows.Count + 7) / 8);
                writer.Write((int)encoded.Length);
            }
            writer.Write(encoded.GetBuffer().AsSpan(0, (int)encoded.Length));
        }
        var bytes = body.GetBuffer().AsSpan(0, (int)body.Length);
        Span<byte> header = stackalloc byte[HeaderBytes];
        BinaryPrimitives.WriteUInt64LittleEndian(header, Magic);
        BinaryPrimitives.WriteInt32LittleEndian(header[8..], rows.Count);
        BinaryPrimitives.WriteInt32LittleEndian(header[12..], lists.Count);
        BinaryPrimitives.WriteUInt64LittleEndian(header[16..], Checksum(uint.MaxValue, bytes));
        target.Write(header);
        target.Write(bytes);
    }

    private static void Encode(MemoryStream target, ReadOnlySpan<ushort> rows, int bitmapBytes)
    {
        var start = target.Length;
        var previous = -1;
        foreach (var row in rows)
        {
            // Rows are below 2^14, so a difference has at most two bytes.
            var difference = row - previous - 1;
            if (difference >= 0x80)
            {
                target.WriteByte((byte)(difference | 0x80));
            }
            target.WriteByte((byte)(difference >= 0x80 ? difference >> 7 : difference));
            previous = row;
        }
        if (target.Length - start < bitmapBytes)
        {
            return;
        }
        var bitmap = new byte[bitmapBytes];
        foreach (var row in rows)
        {
            bitmap[row / 8] |= (byte)(1 << (row % 8));
        }
        target.SetLength(start);
        target.Write(bitmap);
    }

    private static TermSegment? Load(string path, SafeFileHandle file)
    {
        var length = RandomAccess.GetLength(file);
        Span<byte> header = stackalloc byte[HeaderBytes];
        if (length < RowsAt || RandomAccess.Read(file, header, 0) != HeaderBytes || BinaryPrimitives.ReadUInt64LittleEndian(header) != Magic)
        {
            return null;
        }
        var (rows, terms) = (BinaryPrimitives.ReadInt32LittleEndian(header[8..]), BinaryPrimitives.ReadInt32LittleEndian(header[12..]));
        if (rows is < 0 or > TermSegmentBuilder.MaxRows || terms < 0 || RowsAt + (long)rows * RowBytes + terms * 12L > length)
        {
            return null;
        }
        var checksum = uint.MaxValue;
        var buffer = new byte[1 << 20];
        var at = (long)HeaderBytes;
        while (at < length && RandomAccess.Read(file, buffer, at) is > 0 and var read)
        {
            checksum = Checksum(checksum, buffer.AsSpan(0, read));
            at += read;
        }
        if (checksum != BinaryPrimitives.ReadUInt64LittleEndian(header[16..]))
        {
            return null;
        }
        var bytes = new byte[rows * RowBytes];
        RandomAccess.Read(file, bytes, RowsAt);
        var times = new RowTime[rows];
        for (var i = 0; i < rows; i++)
        {
            var row = bytes.AsSpan(i * RowBytes, RowBytes);
            times[i] = new RowTime(
                BinaryPrimitives.ReadInt64LittleEndian(row),
                BinaryPrimitives.ReadInt64LittleEndian(row[8..]),
                BinaryPrimitives.ReadInt32LittleEndian(row[16..])
            );
        }
        Span<byte> covers = stackalloc byte[16];
        RandomAccess.Read(file, covers, HeaderBytes);
        return new TermSegment(
            path,
            file,
            (BinaryPrimitives.ReadInt64LittleEndian(covers), BinaryPrimitives.ReadInt64LittleEndian(covers[8..])),
            times,
            terms
        );
    }

    private int[] ReadList(int term)
    {
        var start = term == 0 ? 0 : BinaryPrimitives.ReadInt32LittleEndian(Read(EndsAt + (term - 1) * 4L, 4));
        var end = BinaryPrimitives.ReadInt32LittleEndian(Read(EndsAt + term * 4L, 4));
        var list = Read(ListsAt + start, end - start);
        var rows = new List<int>(list.Length);
        if (list.Length == BitmapBytes)
        {
            for (var row = 0; row < Rows.Count; row++)
            {
                if ((list[row / 8] & (1 << (row % 8))) != 0)
                {
                    rows.Add(row);
                }
            }
            return [.. rows];
        }
        var previous = -1;
        for (var at = 0; at < list.Length; at++)
        {
            var difference = list[at] < 0x80 ? list[at] : (list[at] & 0x7F) | (list[++at] << 7);
            previous += difference + 1;
            rows.Add(previous);
        }
        return [.. rows];
    }

    private byte[] Read(long offset, int count)
    {
        var bytes = new byte[count];
        return RandomAccess.Read(file, bytes, offset) == count ? bytes : throw new IOException("a term segment became shorter while it was open");
    }

    private static uint Checksum(uint crc, ReadOnlySpan<byte> bytes)
    {
        foreach (var word in MemoryMarshal.Cast<byte, ulong>(bytes))
        {
            crc = BitOperations.Crc32C(crc, word);
        }
        foreach (var rest in bytes[(bytes.Length & ~7)..])
        {
            crc = BitOperations.Crc32C(crc, rest);
        }
        return crc;
    }
}
