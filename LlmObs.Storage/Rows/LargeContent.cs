using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using K4os.Compression.LZ4;
using LlmObs.Domain.Spans;

namespace LlmObs.Storage.Rows;

/// <summary>
/// How contents with long texts lie in PostgreSQL: a head of everything else, then each long text in parts that are compressed by themselves, so that a page reads
/// the head and the part it shows. Four bytes of magic, the head's compressed and plain length, the head, the parts.
/// </summary>
internal static class LargeContent
{
    private const int Prefix = 12;

    /// <summary>No LZ4 block begins so: a match at distance 0.</summary>
    private static ReadOnlySpan<byte> Magic => [0, 0, 0, 1];

    public static bool Is(ReadOnlySpan<byte> body) => body.StartsWith(Magic);

    public static EncodedContent Encode(SpanContent rest, IReadOnlyList<(string Field, string Text)> texts)
    {
        var blocks = new ArrayBufferWriter<byte>();
        var index = new List<LongText>();
        var bytes = 0;
        foreach (var (field, text) in texts)
        {
            var parts = new List<TextBlock>();
            for (var part = 1; part <= TextParts.Count(text.Length); part++)
            {
                var (start, end) = TextParts.Of(text, part);
                var utf8 = Encoding.UTF8.GetBytes(text[start..end]);
                var packed = Pack(utf8);
                parts.Add(new(start, blocks.WrittenCount, packed.Length, utf8.Length));
                blocks.Write(packed);
                bytes += utf8.Length;
            }

            index.Add(new(field, text.Length, parts));
        }

        var head = ContentCodec.HeadBytes(new(rest, index));
        var packedHead = Pack(head);
        var body = new byte[Prefix + packedHead.Length + blocks.WrittenCount];
        Magic.CopyTo(body);
        BinaryPrimitives.WriteInt32LittleEndian(body.AsSpan(4), packedHead.Length);
        BinaryPrimitives.WriteInt32LittleEndian(body.AsSpan(8), head.Length);
        packedHead.CopyTo(body.AsSpan(Prefix));
        blocks.WrittenSpan.CopyTo(body.AsSpan(Prefix + packedHead.Length));
        return new(body, head.Length + bytes);
    }

    /// <summary>The content whole.</summary>
    /// <exception cref="InvalidDataException">The body is damaged.</exception>
    public static SpanContent Decode(ReadOnlySpan<byte> body)
    {
        var head = Head(body) ?? throw new InvalidDataException("it is shorter than its head");
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var text in head.Content.Texts)
        {
            var whole = new StringBuilder(text.Chars);
            foreach (var block in text.Parts)
            {
                whole.Append(Part(body.Slice(head.BlocksAt + block.Offset, block.Length), block));
            }

            texts[text.Field] = whole.ToString();
        }

        return LongTexts.Put(head.Content.Rest, texts);
    }

    /// <summary>Reads the head from the beginning of a body; null when that is not all of the head.</summary>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public static StoredHead? Head(ReadOnlySpan<byte> beginning)
    {
        if (beginning.Length < Prefix)
        {
            return null;
        }

        var length = BinaryPrimitives.ReadInt32LittleEndian(beginning[4..]);
        var jsonBytes = BinaryPrimitives.ReadInt32LittleEndian(beginning[8..]);
        if (length < 0 || beginning.Length - Prefix < length)
        {
            return null;
        }

        return new(ContentCodec.DecodeHead(Unpack(beginning.Slice(Prefix, length), jsonBytes)), Prefix + length);
    }

    public static string Part(ReadOnlySpan<byte> packed, TextBlock block) => Encoding.UTF8.GetString(Unpack(packed, block.Bytes));

    private static byte[] Pack(ReadOnlySpan<byte> bytes)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(LZ4Codec.MaximumOutputSize(bytes.Length));
        try
        {
            return buffer.AsSpan(0, LZ4Codec.Encode(bytes, buffer)).ToArray();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static byte[] Unpack(ReadOnlySpan<byte> packed, int length)
    {
        var bytes = new byte[length];
        return LZ4Codec.Decode(packed, bytes) == length ? bytes : throw new InvalidDataException("a compressed block is damaged");
    }
}

/// <summary>A content without its long texts, and where those are.</summary>
internal sealed record ContentHead(SpanContent Rest, IReadOnlyList<LongText> Texts);

/// <param name="Field">A name of <see cref="LongTexts"/>.</param>
/// <param name="Parts">By <see cref="TextParts"/>, in order.</param>
internal sealed record LongText(string Field, int Chars, IReadOnlyList<TextBlock> Parts);

/// <summary>One compressed part of a text.</summary>
/// <param name="Start">Its first character's place in the text.</param>
/// <param name="Offset">Bytes behind the head.</param>
/// <param name="Length">Compressed bytes.</param>
/// <param name="Bytes">Bytes of UTF-8.</param>
internal sealed record TextBlock(int Start, int Offset, int Length, int Bytes);

/// <param name="BlocksAt">Bytes of the body before the first part.</param>
internal sealed record StoredHead(ContentHead Content, int BlocksAt);
