using System.Buffers.Binary;
using System.IO.Compression;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using LlmObs.Domain;
using LlmObs.Domain.Dify;
using LlmObs.Domain.Scores;
using LlmObs.Domain.Spans;
using LlmObs.Domain.Traces;
using LlmObs.Domain.Updates;

namespace LlmObs.Ingest.Spooling;

/// <summary>All that one request wants committed. Another kind of data is another list here, and a line in <see cref="DurableWriter"/>.</summary>
/// <param name="Updates">What Langfuse's events say of spans that come in pieces.</param>
public sealed record SpooledBatch(Project Project)
{
    public IReadOnlyList<SpanRecord> Spans { get; init; } = [];
    public IReadOnlyList<LateContent> LateContents { get; init; } = [];
    public IReadOnlyList<UpdatedFields> Updates { get; init; } = [];
    public IReadOnlyList<Score> Scores { get; init; } = [];
    public IReadOnlyList<TraceJoin> Joins { get; init; } = [];
    public IReadOnlyList<ToldRecord> Told { get; init; } = [];
}

/// <summary>A batch as bytes: one of version, eight of the time it was received (Unix milliseconds), then JSON through Brotli.</summary>
internal static class SpoolCodec
{
    private const byte Version = 1;
    private const int HeaderBytes = 9;

    // Values that a constructor would replace by its own default must be written: only null is left out.
    private static readonly SpoolJson Json = new(
        new JsonSerializerOptions
        {
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
            IgnoreReadOnlyProperties = true,
        }
    );

    public static byte[] Encode(SpooledBatch batch, DateTimeOffset receivedAt)
    {
        using var bytes = new MemoryStream();
        Span<byte> header = [Version, 0, 0, 0, 0, 0, 0, 0, 0];
        BinaryPrimitives.WriteInt64LittleEndian(header[1..], receivedAt.ToUnixTimeMilliseconds());
        bytes.Write(header);
        using (var packed = new BrotliStream(bytes, CompressionLevel.Fastest, leaveOpen: true))
        {
            JsonSerializer.Serialize(packed, batch, Json.SpooledBatch);
        }

        return bytes.ToArray();
    }

    public static DateTimeOffset ReceivedAt(ReadOnlySpan<byte> record) =>
        record.Length < HeaderBytes ? default : DateTimeOffset.FromUnixTimeMilliseconds(BinaryPrimitives.ReadInt64LittleEndian(record[1..]));

    /// <exception cref="InvalidDataException">Written by a later version, or no batch at all.</exception>
    public static SpooledBatch Decode(byte[] record)
    {
        if (record.Length < HeaderBytes || record[0] != Version)
        {
            throw new InvalidDataException($"The spooled record has version {(record.Length > 0 ? record[0] : -1)}; this program reads {Version}.");
        }

        try
        {
            using var packed = new BrotliStream(new MemoryStream(record, HeaderBytes, record.Length - HeaderBytes), CompressionMode.Decompress);
            return JsonSerializer.Deserialize(packed, Json.SpooledBatch) ?? throw new InvalidDataException("The spooled record is null.");
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw new InvalidDataException($"The spooled record cannot be read: {exception.Message}", exception);
        }
    }
}

[JsonSerializable(typeof(SpooledBatch))]
internal sealed partial class SpoolJson : JsonSerializerContext;
