using System.Buffers;
using Google.Protobuf;

namespace LlmObs.Ingest.Otlp.Reading;

/// <summary>Protobuf bytes → request. Never throws on bytes.</summary>
internal static class OtlpProtobufReader
{
    /// <summary>
    /// The parser throws a whole batch away for one bad byte in one text. Then the bad bytes are replaced, in place and by as many,
    /// and the rest is kept; the mapper sees the replacements and notes them on the span.
    /// </summary>
    public static ReadResult<T> Read<T>(in ReadOnlySequence<byte> body, MessageParser<T> parser)
        where T : class, IMessage<T>, new()
    {
        try
        {
            return new(parser.ParseFrom(body), null);
        }
        catch (Exception e) when (IsBadBytes(e))
        {
            var copy = body.ToArray();
            if (!InvalidText.Replace(copy, new T().Descriptor))
            {
                return new(null, Explain(e));
            }

            return ReadRepaired(copy, parser);
        }
    }

    private static ReadResult<T> ReadRepaired<T>(byte[] body, MessageParser<T> parser)
        where T : class, IMessage<T>, new()
    {
        try
        {
            return new(parser.ParseFrom(body), null);
        }
        catch (Exception e) when (IsBadBytes(e))
        {
            return new(null, Explain(e));
        }
    }

    // The parser reports bad UTF-8 as the encoding's own exception in some versions.
    private static bool IsBadBytes(Exception e) => e is InvalidProtocolBufferException or ArgumentException;

    private static string Explain(Exception e) => $"The body is not a protobuf message of this call: {e.Message}";
}
