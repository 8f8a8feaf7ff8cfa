using System.Buffers.Binary;
using Google.Protobuf;
using K4os.Compression.LZ4;
using LlmObs.Sls.Emulator.Wire;
using Microsoft.Win32.SafeHandles;

namespace LlmObs.Sls.Emulator.Storage;

/// <summary>A log group of the shard log of which only the chunks asked for are read.</summary>
internal sealed class StoredGroup
{
    private readonly SafeFileHandle file;
    private readonly LogPosition at;
    private readonly List<GroupChunk> chunks;
    private readonly List<(int Start, int Length)> logs = [];
    private byte[] unpacked = [];
    private int firstLog = -1;

    private StoredGroup(SafeFileHandle file, LogPosition at, List<GroupChunk> chunks)
    {
        this.file = file;
        this.at = at;
        this.chunks = chunks;
        Origin = ReadOrigin(chunks.Where(chunk => chunk.HasOthers).Select(Unpack));
    }

    // All of it at once: it is small.
    private StoredGroup(SafeFileHandle file, LogPosition at, byte[] group)
    {
        this.file = file;
        this.at = at;
        chunks = [];
        Origin = ReadOrigin([group]);
        Use(group, 0);
    }

    public LogOrigin Origin { get; }

    /// <exception cref="InvalidDataException">It cannot be read any more.</exception>
    public static StoredGroup Read(SafeFileHandle file, LogPosition at)
    {
        Span<byte> head = stackalloc byte[PackedGroup.HeadBytes];
        var payload = at.Offset + ShardLog.HeaderBytes;
        if (RandomAccess.Read(file, head, payload) == head.Length && head[0] == PackedGroup.InChunks)
        {
            var count = BinaryPrimitives.ReadInt32LittleEndian(head[1..]);
            if (count > 0 && (long)count * PackedGroup.RowBytes < RandomAccess.GetLength(file))
            {
                var table = new byte[count * PackedGroup.RowBytes];
                RandomAccess.Read(file, table, payload + PackedGroup.HeadBytes);
                if (Crc32C.Of(table) == BinaryPrimitives.ReadUInt32LittleEndian(head[5..]))
                {
                    return new StoredGroup(file, at, PackedGroup.Chunks(table, count));
                }
            }
        }
        else if (ShardLog.ReadEntry(file, at.Segment, at.Offset, RandomAccess.GetLength(file)) is { } entry)
        {
            return new StoredGroup(file, at, entry.Payload);
        }
        throw Damaged(at);
    }

    /// <exception cref="InvalidDataException">It cannot be read any more.</exception>
    public Log Log(int index)
    {
        if (index < firstLog || index >= firstLog + logs.Count)
        {
            var chunk = chunks.Find(chunk => index >= chunk.FirstLog && index < chunk.FirstLog + chunk.Logs);
            Use(Unpack(chunk), chunk.FirstLog);
        }
        var (start, length) = logs[index - firstLog];
        using var input = new CodedInputStream(unpacked, start, length);
        var log = new Log();
        input.ReadMessage(log);
        return log;
    }

    private void Use(byte[] bytes, int first)
    {
        (unpacked, firstLog) = (bytes, first);
        logs.Clear();
        using var input = new CodedInputStream(bytes);
        while (input.ReadTag() is > 0 and var tag)
        {
            var start = (int)input.Position;
            input.SkipLastField();
            if (WireFormat.GetTagFieldNumber(tag) == LogGroup.LogsFieldNumber)
            {
                logs.Add((start, (int)input.Position - start));
            }
        }
    }

    private byte[] Unpack(GroupChunk chunk)
    {
        var packed = new byte[chunk.Bytes];
        return
            packed.Length > 0
            && RandomAccess.Read(file, packed, at.Offset + ShardLog.HeaderBytes + chunk.Offset) == packed.Length
            && Crc32C.Of(packed) == chunk.Checksum
            ? LZ4Pickler.Unpickle(packed)
            : throw Damaged(at);
    }

    private static LogOrigin ReadOrigin(IEnumerable<byte[]> parts)
    {
        var group = new LogGroup();
        foreach (var part in parts)
        {
            using var input = new CodedInputStream(part);
            while (input.ReadTag() is > 0 and var tag)
            {
                switch (WireFormat.GetTagFieldNumber(tag))
                {
                    case LogGroup.TopicFieldNumber:
                        group.Topic = input.ReadString();
                        break;
                    case LogGroup.SourceFieldNumber:
                        group.Source = input.ReadString();
                        break;
                    case LogGroup.LogTagsFieldNumber:
                        group.LogTags.Add(LogTag.Parser.ParseFrom(input.ReadBytes()));
                        break;
                    default:
                        input.SkipLastField();
                        break;
                }
            }
        }
        return RawLog.Origin(group);
    }

    private static InvalidDataException Damaged(LogPosition at) => new($"segment {at.Segment} of the shard log is damaged at offset {at.Offset}");
}
