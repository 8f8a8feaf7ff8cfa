using System.Buffers.Binary;
using System.Numerics;

namespace LlmObs.Ingest.Spooling;

/// <summary>
/// One record in a segment: four bytes of mark, the payload's length and CRC-32C (both little-endian, 32 bits; the CRC covers length and
/// payload), then the payload. The mark lets a reader find the next record behind a damaged one.
/// </summary>
internal static class SpoolFrame
{
    public const int HeaderBytes = 12;

    private static ReadOnlySpan<byte> Mark => "LlS1"u8;

    public static byte[] Of(ReadOnlySpan<byte> payload)
    {
        var frame = new byte[HeaderBytes + payload.Length];
        Mark.CopyTo(frame);
        BinaryPrimitives.WriteInt32LittleEndian(frame.AsSpan(4), payload.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(frame.AsSpan(8), Crc(payload));
        payload.CopyTo(frame.AsSpan(HeaderBytes));
        return frame;
    }

    /// <summary>The first whole record at or behind <paramref name="from"/>.</summary>
    /// <returns>Null when there is none. <c>End</c> is where to look for the next; <c>Skipped</c> counts bytes before it that are no record.</returns>
    public static (Range Payload, int End, int Skipped)? Next(ReadOnlySpan<byte> segment, int from)
    {
        for (var at = from; ; at++)
        {
            var found = segment[at..].IndexOf(Mark);
            if (found < 0)
            {
                return null;
            }

            at += found;
            if (TryRead(segment[at..], out var length))
            {
                var start = at + HeaderBytes;
                return (start..(start + length), start + length, at - from);
            }
        }
    }

    private static bool TryRead(ReadOnlySpan<byte> bytes, out int length)
    {
        length = 0;
        if (bytes.Length < HeaderBytes)
        {
            return false;
        }

        length = BinaryPrimitives.ReadInt32LittleEndian(bytes[4..]);
        return length >= 0
            && length <= bytes.Length - HeaderBytes
            && BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]) == Crc(bytes.Slice(HeaderBytes, length));
    }

    // The length counts too: a header of zeros, as a power cut leaves behind, is no empty record.
    private static uint Crc(ReadOnlySpan<byte> payload)
    {
        var crc = BitOperations.Crc32C(uint.MaxValue, (uint)payload.Length);
        while (payload.Length >= sizeof(ulong))
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(payload));
            payload = payload[sizeof(ulong)..];
        }

        foreach (var one in payload)
        {
            crc = BitOperations.Crc32C(crc, one);
        }

        return ~crc;
    }
}
