using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using K4os.Compression.LZ4;
using Microsoft.Win32.SafeHandles;

namespace LlmObs.Sls.Emulator.Storage;

/// <summary>A place in the shard log: the next byte to read.</summary>
public readonly record struct LogPosition(long Segment, long Offset);

/// <summary>A log group as it was written.</summary>
/// <param name="FirstSequence">The sequence number of its first log.</param>
public readonly record struct ShardLogEntry(long FirstSequence, long ReceivedUnixMs, byte[] LogGroup, LogPosition Next);

/// <summary>
/// The append-only file of a shard: every acknowledged log group, in order, as written. The table is made from it, and what the
/// table lacks after a crash is read from here. One writer at a time; the caller sees to that.
/// </summary>
/// <remarks>
/// Entry: payload length (4 bytes), CRC-32C of all that follows (4), first sequence (8), received at, Unix ms (8), payload (LZ4 of the protobuf
/// LogGroup). A crash can leave a torn entry only at the end of the last segment: it was never acknowledged and is cut.
/// </remarks>
public sealed class ShardLog : IDisposable
{
    private const int HeaderBytes = 24;
    private const long SegmentBytes = 64 * 1024 * 1024;
    private readonly string directory;
    private SafeFileHandle file;
    private LogPosition end;

    public ShardLog(string directory)
    {
        this.directory = directory;
        Directory.CreateDirectory(directory);
        var last = Segments().DefaultIfEmpty(1).Max();
        file = Open(last);
        end = new LogPosition(last, CutTornTail(last));
    }

    public LogPosition End => end;

    public long SizeBytes => Segments().Sum(segment => new FileInfo(PathOf(segment)).Length);

    /// <summary>Appends without making durable; <see cref="Flush"/> does that for all entries before it.</summary>
    public LogPosition Append(long firstSequence, long receivedUnixMs, ReadOnlySpan<byte> logGroup)
    {
        if (end.Offset >= SegmentBytes)
        {
            StartSegment(end.Segment + 1);
        }
        var payload = LZ4Pickler.Pickle(logGroup);
        var entry = new byte[HeaderBytes + payload.Length];
        BinaryPrimitives.WriteInt32LittleEndian(entry, payload.Length);
        BinaryPrimitives.WriteInt64LittleEndian(entry.AsSpan(8), firstSequence);
        BinaryPrimitives.WriteInt64LittleEndian(entry.AsSpan(16), receivedUnixMs);
        payload.CopyTo(entry.AsSpan(HeaderBytes));
        BinaryPrimitives.WriteUInt32LittleEndian(entry.AsSpan(4), Checksum(entry.AsSpan(8)));
        RandomAccess.Write(file, entry, end.Offset);
        end = end with { Offset = end.Offset + entry.Length };
        return end;
    }

    public void StartSegment(long segment)
    {
        RandomAccess.FlushToDisk(file);
        file.Dispose();
        file = Open(segment);
        end = new LogPosition(segment, 0);
    }

    public void Flush() => RandomAccess.FlushToDisk(file);

    /// <summary>Takes back what was appended after a position and not acknowledged.</summary>
    public void CutTo(LogPosition position)
    {
        foreach (var later in Segments().Where(segment => segment > position.Segment))
        {
            file.Dispose();
            File.Delete(PathOf(later));
            file = Open(position.Segment);
        }
        RandomAccess.SetLength(file, position.Offset);
        end = position;
    }

    /// <summary>The entries from a position to the end. A position past the end (a file was lost) yields nothing.</summary>
    public IEnumerable<ShardLogEntry> Read(LogPosition from)
    {
        foreach (var segment in Segments().Where(segment => segment >= from.Segment).Order().ToList())
        {
            using var reader = File.OpenHandle(PathOf(segment), FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            var length = segment == end.Segment ? end.Offset : RandomAccess.GetLength(reader);
            var offset = segment == from.Segment ? from.Offset : 0;
            while (ReadEntry(reader, segment, offset, length) is { } entry)
            {
                yield return entry;
                offset = entry.Next.Offset;
            }
        }
    }

    /// <summary>Deletes closed segments that end before a position and were last written before a time.</summary>
    public void DropBefore(LogPosition position, DateTimeOffset olderThan)
    {
        foreach (var segment in Segments().Where(segment => segment < position.Segment && segment < end.Segment && File.GetLastWriteTimeUtc(PathOf(segment)) < olderThan.UtcDateTime))
        {
            File.Delete(PathOf(segment));
        }
    }

    public void Dispose() => file.Dispose();

    private long CutTornTail(long segment)
    {
        var length = RandomAccess.GetLength(file);
        long offset = 0;
        while (ReadEntry(file, segment, offset, length) is { } entry)
        {
            offset = entry.Next.Offset;
        }
        if (offset < length)
        {
            RandomAccess.SetLength(file, offset);
            RandomAccess.FlushToDisk(file);
        }
        return offset;
    }

    private static ShardLogEntry? ReadEntry(SafeFileHandle file, long segment, long offset, long length)
    {
        Span<byte> header = stackalloc byte[HeaderBytes];
        if (offset + HeaderBytes > length || RandomAccess.Read(file, header, offset) != HeaderBytes)
        {
            return null;
        }
        var size = BinaryPrimitives.ReadInt32LittleEndian(header);
        if (size < 0 || offset + HeaderBytes + size > length)
        {
            return null;
        }
        var entry = new byte[HeaderBytes - 8 + size];
        if (RandomAccess.Read(file, entry, offset + 8) != entry.Length || Checksum(entry) != BinaryPrimitives.ReadUInt32LittleEndian(header[4..]))
        {
            return null;
        }
        return new ShardLogEntry(
            BinaryPrimitives.ReadInt64LittleEndian(entry),
            BinaryPrimitives.ReadInt64LittleEndian(entry.AsSpan(8)),
            LZ4Pickler.Unpickle(entry.AsSpan(16)),
            new LogPosition(segment, offset + HeaderBytes + size));
    }

    private static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var word in MemoryMarshal.Cast<byte, ulong>(bytes))
        {
            crc = BitOperations.Crc32C(crc, word);
        }
        foreach (var rest in bytes[(bytes.Length & ~7)..])
        {
            crc = BitOperations.Crc32C(crc, rest);
        }
        return ~crc;
    }

    private IEnumerable<long> Segments() =>
        Directory.EnumerateFiles(directory, "*.log").Select(path => long.Parse(Path.GetFileNameWithoutExtension(path), CultureInfo.InvariantCulture));

    private string PathOf(long segment) => Path.Combine(directory, segment.ToString("D10", CultureInfo.InvariantCulture) + ".log");

    private SafeFileHandle Open(long segment) => File.OpenHandle(PathOf(segment), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite);
}
