using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Google.Protobuf;
using K4os.Compression.LZ4;
using LlmObs.Sls.Emulator.Wire;

namespace LlmObs.Sls.Emulator.Storage;

/// <summary>
/// How a log group is packed in the shard log. A large one is cut between its fields into chunks that are packed each by itself, so that a
/// log is read without unpacking the thousands beside it.
/// </summary>
/// <remarks>
/// Whole: as <see cref="LZ4Pickler"/> writes it, the first byte even. In chunks: the byte 1, the number of chunks (4 bytes), CRC-32C of the
/// table (4), the table, the chunks. The table has for each chunk its packed bytes (4), its logs (4; negative, less one, where other fields
/// stand among them) and the CRC-32C of its packed bytes (4). Unpacked and put together the chunks are the group as it was written.
/// </remarks>
internal static class PackedGroup
{
    public const byte InChunks = 1;
    public const int HeadBytes = 9;
    public const int RowBytes = 12;

    // A log is some KB, and LZ4 looks back 64 KB: larger chunks pack little better.
    private const int ChunkBytes = 32 * 1024;

    // What follows the logs (topic, source, tags) stands alone where that costs nothing, so that reading it unpacks no logs.
    private const int LeastBytes = 1024;

    public static byte[] Whole(ReadOnlySpan<byte> content) => LZ4Pickler.Pickle(content);

    public static byte[] Pack(ReadOnlyMemory<byte> group)
    {
        if (group.Length <= ChunkBytes)
        {
            return Whole(group.Span);
        }
        var chunks = new List<byte[]>();
        var table = new MemoryStream();
        var row = new byte[RowBytes];
        foreach (var (start, end, logs) in Cuts(group))
        {
            var packed = LZ4Pickler.Pickle(group.Span[start..end]);
            BinaryPrimitives.WriteInt32LittleEndian(row, packed.Length);
            BinaryPrimitives.WriteInt32LittleEndian(row.AsSpan(4), logs);
            BinaryPrimitives.WriteUInt32LittleEndian(row.AsSpan(8), Crc32C.Of(packed));
            table.Write(row);
            chunks.Add(packed);
        }
        var rows = table.GetBuffer().AsSpan(0, (int)table.Length);
        var payload = new byte[HeadBytes + rows.Length + chunks.Sum(chunk => chunk.Length)];
        payload[0] = InChunks;
        BinaryPrimitives.WriteInt32LittleEndian(payload.AsSpan(1), chunks.Count);
        BinaryPrimitives.WriteUInt32LittleEndian(payload.AsSpan(5), Crc32C.Of(rows));
        rows.CopyTo(payload.AsSpan(HeadBytes));
        var at = HeadBytes + rows.Length;
        foreach (var chunk in chunks)
        {
            chunk.CopyTo(payload, at);
            at += chunk.Length;
        }
        return payload;
    }

    /// <summary>The group as it was written, from a payload that is whole.</summary>
    public static byte[] Unpack(ReadOnlySpan<byte> payload)
    {
        if (payload.IsEmpty || payload[0] != InChunks)
        {
            return LZ4Pickler.Unpickle(payload);
        }
        using var group = new MemoryStream();
        foreach (var chunk in Chunks(payload[HeadBytes..], BinaryPrimitives.ReadInt32LittleEndian(payload[1..])))
        {
            group.Write(LZ4Pickler.Unpickle(payload.Slice(chunk.Offset, chunk.Bytes)));
        }
        return group.ToArray();
    }

    /// <summary>The chunks of a table.</summary>
    public static List<GroupChunk> Chunks(ReadOnlySpan<byte> table, int count)
    {
        var chunks = new List<GroupChunk>(count);
        var (offset, firstLog) = (HeadBytes + count * RowBytes, 0);
        for (var i = 0; i < count; i++)
        {
            var row = table.Slice(i * RowBytes, RowBytes);
            var bytes = BinaryPrimitives.ReadInt32LittleEndian(row);
            var logs = BinaryPrimitives.ReadInt32LittleEndian(row[4..]);
            var chunk = new GroupChunk(offset, bytes, firstLog, logs < 0 ? ~logs : logs, logs < 0, BinaryPrimitives.ReadUInt32LittleEndian(row[8..]));
            chunks.Add(chunk);
            (offset, firstLog) = (offset + bytes, firstLog + chunk.Logs);
        }
        return chunks;
    }

    private static List<(int Start, int End, int Logs)> Cuts(ReadOnlyMemory<byte> group)
    {
        var bytes = MemoryMarshal.TryGetArray(group, out var array) ? array : new ArraySegment<byte>(group.ToArray());
        using var input = new CodedInputStream(bytes.Array, bytes.Offset, bytes.Count);
        var cuts = new List<(int, int, int)>();
        var (start, end, logs, hasOthers) = (0, 0, 0, false);
        while (input.ReadTag() is > 0 and var tag)
        {
            var isLog = WireFormat.GetTagFieldNumber(tag) == LogGroup.LogsFieldNumber;
            input.SkipLastField();
            var next = (int)input.Position - bytes.Offset;
            if ((next - start > ChunkBytes && end > start) || (isLog == hasOthers && end - start > LeastBytes))
            {
                cuts.Add((start, end, hasOthers ? ~logs : logs));
                (start, logs, hasOthers) = (end, 0, false);
            }
            logs += isLog ? 1 : 0;
            hasOthers |= !isLog;
            end = next;
        }
        cuts.Add((start, end, hasOthers ? ~logs : logs));
        return cuts;
    }
}

/// <summary>A part of a packed group.</summary>
/// <param name="Offset">From the begin of the payload.</param>
/// <param name="FirstLog">Which of the group's logs it begins with, from 0.</param>
/// <param name="HasOthers">Fields of the group itself stand in it.</param>
internal readonly record struct GroupChunk(int Offset, int Bytes, int FirstLog, int Logs, bool HasOthers, uint Checksum);
