using System.Buffers;
using System.Text;
using System.Text.Unicode;
using Google.Protobuf.Reflection;
using LlmObs.Ingest.Mapping;

namespace LlmObs.Ingest.Otlp.Reading;

/// <summary>Finds texts in an encoded message that are no UTF-8, by the message's descriptor, and makes them ones of the same length.</summary>
internal static class InvalidText
{
    private const int MaxDepth = 100;

    /// <summary>Replaces every bad byte by <see cref="Cleaning.Substitute"/>. False when there is none, or when the bytes are no message at all.</summary>
    public static bool Replace(Span<byte> message, MessageDescriptor descriptor) => Walk(message, descriptor, 0) is Outcome.Replaced;

    private enum Outcome
    {
        Clean,
        Replaced,
        Malformed,
    }

    private static Outcome Walk(Span<byte> message, MessageDescriptor descriptor, int depth)
    {
        if (depth > MaxDepth)
        {
            return Outcome.Malformed;
        }

        var outcome = Outcome.Clean;
        while (!message.IsEmpty)
        {
            if (!TryVarint(ref message, out var tag) || !TryField(ref message, (int)(tag & 7), out var value))
            {
                return Outcome.Malformed;
            }

            if ((tag & 7) != 2)
            {
                continue;
            }

            var inner = descriptor.FindFieldByNumber((int)Math.Min(tag >> 3, int.MaxValue)) switch
            {
                { FieldType: FieldType.String } => Text(value),
                { FieldType: FieldType.Message } field => Walk(value, field.MessageType, depth + 1),
                _ => Outcome.Clean,
            };
            if (inner == Outcome.Malformed)
            {
                return inner;
            }

            outcome = inner == Outcome.Replaced ? inner : outcome;
        }

        return outcome;
    }

    private static Outcome Text(Span<byte> text)
    {
        if (Utf8.IsValid(text))
        {
            return Outcome.Clean;
        }

        while (!text.IsEmpty)
        {
            var isGood = Rune.DecodeFromUtf8(text, out _, out var length) == OperationStatus.Done;
            if (!isGood)
            {
                text[..length].Fill((byte)Cleaning.Substitute);
            }

            text = text[length..];
        }

        return Outcome.Replaced;
    }

    private static bool TryField(ref Span<byte> rest, int wireType, out Span<byte> value)
    {
        value = default;
        ulong length;
        switch (wireType)
        {
            case 0:
                return TryVarint(ref rest, out _);
            case 1:
                length = 8;
                break;
            case 2 when TryVarint(ref rest, out length):
                break;
            case 5:
                length = 4;
                break;
            default:
                return false;
        }

        if (length > (ulong)rest.Length)
        {
            return false;
        }

        value = rest[..(int)length];
        rest = rest[(int)length..];
        return true;
    }

    private static bool TryVarint(ref Span<byte> rest, out ulong value)
    {
        value = 0;
        for (var i = 0; i < rest.Length && i < 10; i++)
        {
            value |= (ulong)(rest[i] & 0x7F) << (7 * i);
            if (rest[i] < 0x80)
            {
                rest = rest[(i + 1)..];
                return true;
            }
        }

        return false;
    }
}
