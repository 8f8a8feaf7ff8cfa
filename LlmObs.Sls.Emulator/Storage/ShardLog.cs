using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using LlmObs.Sls.Emulator.Catalog;
using Microsoft.Win32.SafeHandles;

namespace LlmObs.Sls.Emulator.Storage;

/// <summary>A place in the shard log: the next byte to read.</summary>
public readonly record struct LogPosition(long Segment, long Offset);

/// <summary>One step of the shard log: a log group as it was written, a change of the index, or a deletion.</summary>
/// <param name="Shard">
/// Where the group was written; <see cref="ShardLog.IndexChange"/> for a change of the index, whose payload is the JSON of the new one
/// (<c>null</c>: none); <see cref="ShardLog.Deletion"/> for a deletion, whose payload is the <see cref="SequenceSet"/> of the logs that are gone.
/// </param>
/// <param name="FirstSequence">The sequence number of the group's first log.</param>
public readonly record struct ShardLogEntry(int Shard, long FirstSequence, long ReceivedUnixMs, byte[] Payload, LogPosition Start, LogPosition Next)
{
    public bool IsGroup => Shard is not (ShardLog.IndexChange or ShardLog.Deletion);
}

/// <summary>Told of bytes that cannot be read: file, offset of the first, how many.</summary>
public delegate void DamageReport(string path, long offset, long bytes);

/// <summary>
/// The append-only file of a logstore: every acknowledged log group of all its shards, in order, as written, and every change of the
/// index and every deletion between them. The table is made from it, what the table lacks after a crash is read from here, and so is a table that was lost.
/// One writer at a time; the caller sees to that. Readers may read what is acknowledged meanwhile.
/// </summary>
/// <remarks>
/// Entry: payload length (4 bytes), CRC-32C of all that follows (4), first sequence (8), received at, Unix ms (6), shard (2), payload (the
/// protobuf LogGroup as <see cref="PackedGroup"/> packs it). A crash can leave a torn entry only at the end of the last segment: it was never acknowledged and is cut. What
/// cannot be read in front of entries that can is damage: it is reported and stepped over.
/// </remarks>
public sealed class ShardLog : IDisposable
{
    /// <summary>Stands for the shard in an entry that changes the index.</summary>
    public const int IndexChange = 0xFFFF;

    /// <summary>Stands for the shard in an entry that deletes logs.</summary>
    public const int Deletion = 0xFFFE;

    internal const int HeaderBytes = 24;

    private const long MostLogsBetween = 100_000_000;
    private const long SegmentBytes = 64 * 1024 * 1024;
    private readonly string directory;
    private readonly DamageReport damaged;
    private SafeFileHandle file;
    private LogPosition end;

    public ShardLog(string directory, DamageReport damaged)
    {
        this.directory = directory;
        this.damaged = damaged;
        Directory.CreateDirectory(directory);
        var last = Segments().DefaultIfEmpty(1).Max();
        file = Open(last);
        end = new LogPosition(last, CutTornTail(last));
    }

    public LogPosition End => end;

    /// <summary>Where reading may begin: what was before is aged out.</summary>
    public LogPosition Begin => new(Segments().DefaultIfEmpty(1).Min(), 0);

    /// <summary>Time for <see cref="StartSegment"/>.</summary>
    public bool IsSegmentFull => end.Offset >= SegmentBytes;

    public long SizeBytes => Segments().Sum(segment => new FileInfo(PathOf(segment)).Length);

    /// <summary>Appends without making durable; <see cref="Flush"/> does that for all entries before it.</summary>
    public void Append(int shard, long firstSequence, long receivedUnixMs, ReadOnlySpan<byte> content) =>
        AppendPacked(shard, firstSequence, receivedUnixMs, PackedGroup.Whole(content));

    /// <summary>As <see cref="Append"/>, an index that holds for what comes after it.</summary>
    public void AppendIndex(IndexDefinition? index, long nextSequence, DateTimeOffset at) =>
        Append(IndexChange, nextSequence, at.ToUnixTimeMilliseconds(), Encoding.UTF8.GetBytes(index?.JsonText ?? "null"));

    /// <summary>As <see cref="Append"/>, that logs before it are gone.</summary>
    public void AppendDeletion(SequenceSet logs, long nextSequence, DateTimeOffset at) =>
        Append(Deletion, nextSequence, at.ToUnixTimeMilliseconds(), logs.ToBytes());

    /// <summary>As <see cref="Append"/>, of what <see cref="PackedGroup"/> packed.</summary>
    internal void AppendPacked(int shard, long firstSequence, long receivedUnixMs, ReadOnlySpan<byte> payload)
    {
        var entry = new byte[HeaderBytes + payload.Length];
        BinaryPrimitives.WriteInt32LittleEndian(entry, payload.Length);
        BinaryPrimitives.WriteInt64LittleEndian(entry.AsSpan(8), firstSequence);
        BinaryPrimitives.WriteInt64LittleEndian(entry.AsSpan(16), receivedUnixMs | ((long)shard << 48));
        payload.CopyTo(entry.AsSpan(HeaderBytes));
        BinaryPrimitives.WriteUInt32LittleEndian(entry.AsSpan(4), Crc32C.Of(entry.AsSpan(8)));
        RandomAccess.Write(file, entry, end.Offset);
        end = end with { Offset = end.Offset + entry.Length };
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

    /// <summary>The entries from one position to another. A position past the end (a file was lost) yields nothing.</summary>
    /// <param name="report">Told of damage that is stepped over.</param>
    public IEnumerable<ShardLogEntry> Read(LogPosition from, LogPosition until, DamageReport? report = null)
    {
        foreach (var segment in Segments().Where(segment => segment >= from.Segment && segment <= until.Segment).Order().ToList())
        {
            using var reader = File.OpenHandle(PathOf(segment), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var length = segment == until.Segment ? until.Offset : RandomAccess.GetLength(reader);
            var offset = segment == from.Segment ? from.Offset : 0;
            long lastSequence = 0;
            while (offset < length)
            {
                if (ReadEntry(reader, segment, offset, length) is { } entry)
                {
                    offset = entry.Next.Offset;
                    lastSequence = entry.FirstSequence;
                    yield return entry;
                    continue;
                }
                var next = NextWhole(reader, offset + 1, length, lastSequence) ?? length;
                report?.Invoke(PathOf(segment), offset, next - offset);
                offset = next;
            }
        }
    }

    /// <summary>Opens a segment to read groups at positions that <see cref="Read"/> or <see cref="Append"/> told of.</summary>
    /// <exception cref="FileNotFoundException">It has aged out.</exception>
    internal SafeFileHandle OpenSegment(long segment) =>
        File.OpenHandle(PathOf(segment), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, FileOptions.RandomAccess);

    /// <summary>The sequence of the first log that <see cref="DropBefore"/> would leave; null when none is left.</summary>
    public long? FirstSequenceKept(DateTimeOffset olderThan)
    {
        var first = Segments().Except(Old(olderThan)).DefaultIfEmpty(end.Segment).Min();
        return Read(new LogPosition(first, 0), end).Where(entry => entry.IsGroup).Select(entry => (long?)entry.FirstSequence).FirstOrDefault();
    }

    /// <summary>Deletes closed segments that were last written before a time.</summary>
    public void DropBefore(DateTimeOffset olderThan)
    {
        foreach (var segment in Old(olderThan))
        {
            File.Delete(PathOf(segment));
        }
    }

    public void Dispose() => file.Dispose();

    // Only from the beginning on: between segments that are read there is no gap.
    private List<long> Old(DateTimeOffset olderThan) =>
        [.. Segments().Order().TakeWhile(segment => segment < end.Segment && File.GetLastWriteTimeUtc(PathOf(segment)) < olderThan.UtcDateTime)];

    private long CutTornTail(long segment)
    {
        var length = RandomAccess.GetLength(file);
        long offset = 0;
        long lastSequence = 0;
        while (offset < length)
        {
            if (ReadEntry(file, segment, offset, length) is { } entry)
            {
                offset = entry.Next.Offset;
                lastSequence = entry.FirstSequence;
            }
            else if (NextWhole(file, offset + 1, length, lastSequence) is { } next)
            {
                damaged(PathOf(segment), offset, next - offset);
                offset = next;
            }
            else
            {
                break;
            }
        }
        if (offset < length)
        {
            RandomAccess.SetLength(file, offset);
            RandomAccess.FlushToDisk(file);
        }
        return offset;
    }

    /// <summary>The first offset at or after one where a whole entry stands; null when there is none.</summary>
    private static long? NextWhole(SafeFileHandle file, long from, long length, long lastSequence)
    {
        if (length - from < HeaderBytes)
        {
            return null;
        }
        var rest = new byte[length - from];
        var read = RandomAccess.Read(file, rest, from);
        for (var at = 0; at + HeaderBytes <= read; at++)
        {
            var size = BinaryPrimitives.ReadInt32LittleEndian(rest.AsSpan(at));
            var sequence = BinaryPrimitives.ReadInt64LittleEndian(rest.AsSpan(at + 8));
            // The sequence is a cheap sieve: a checksum at every byte would take minutes.
            if (
                size > 0
                && size <= read - at - HeaderBytes
                && sequence >= lastSequence
                && sequence - lastSequence < MostLogsBetween
                && Crc32C.Of(rest.AsSpan(at + 8, HeaderBytes - 8 + size)) == BinaryPrimitives.ReadUInt32LittleEndian(rest.AsSpan(at + 4))
            )
            {
                return from + at;
            }
        }
        return null;
    }

    internal static ShardLogEntry? ReadEntry(SafeFileHandle file, long segment, long offset, long length)
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
        if (RandomAccess.Read(file, entry, offset + 8) != entry.Length || Crc32C.Of(entry) != BinaryPrimitives.ReadUInt32LittleEndian(header[4..]))
        {
            return null;
        }
        var received = BinaryPrimitives.ReadUInt64LittleEndian(entry.AsSpan(8));
        return new ShardLogEntry(
            (int)(received >> 48),
            BinaryPrimitives.ReadInt64LittleEndian(entry),
            (long)(received & 0xFFFF_FFFF_FFFF),
            PackedGroup.Unpack(entry.AsSpan(16)),
            new LogPosition(segment, offset),
            new LogPosition(segment, offset + HeaderBytes + size)
        );
    }

    private IEnumerable<long> Segments() =>
        Directory.EnumerateFiles(directory, "*.log").Select(path => long.Parse(Path.GetFileNameWithoutExtension(path), CultureInfo.InvariantCulture));

    private string PathOf(long segment) => Path.Combine(directory, segment.ToString("D10", CultureInfo.InvariantCulture) + ".log");

    private SafeFileHandle Open(long segment) => File.OpenHandle(PathOf(segment), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite);
}
