using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using K4os.Compression.LZ4;
using LlmObs.Domain;
using LlmObs.Domain.Spans;
using LlmObs.Domain.Updates;

namespace LlmObs.Storage.Rows;

/// <summary>
/// Contents as they lie in PostgreSQL: JSON in UTF-8 as one LZ4 block; the column beside it has the length of the JSON. With texts too long for a page:
/// <see cref="LargeContent"/>.
/// </summary>
internal static class ContentCodec
{
    // Chinese stays three bytes a character instead of six; this JSON is never put into a page as it is.
    private static readonly ContentJson Json = new(
        new JsonSerializerOptions
        {
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
        }
    );

    // Values that a constructor would replace by its own default must be written: only null is left out.
    private static readonly ContentJson WholeJson = new(
        new JsonSerializerOptions
        {
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
            IgnoreReadOnlyProperties = true,
        }
    );

    public static EncodedContent Encode(SpanContent content) =>
        LongTexts.Take(content) is (var rest, { Count: > 0 } texts) ? LargeContent.Encode(rest, texts) : Encode(content, Json.SpanContent);

    public static EncodedContent Encode(LateContent content) => Encode(content, Json.LateContent);

    public static EncodedContent Encode(UpdatedFields fields) => Encode(fields, Json.UpdatedFields);

    public static EncodedContent Encode(SpanRecord record) => Encode(record, WholeJson.SpanRecord);

    /// <summary>What a message says, to compare two: records compare their lists by reference.</summary>
    public static string Text(Message message) => JsonSerializer.Serialize(message, Json.Message);

    /// <summary>Never throws: a content that cannot be read shows that it cannot, and its trace still opens.</summary>
    public static SpanContent DecodeContent(byte[] body, int jsonBytes)
    {
        try
        {
            return LargeContent.Is(body) ? LargeContent.Decode(body) : Decode(body, jsonBytes, Json.SpanContent);
        }
        catch (Exception exception) when (IsDamage(exception))
        {
            return Unreadable(exception);
        }
    }

    /// <summary>What is shown in the place of a content that cannot be read.</summary>
    public static SpanContent Unreadable(Exception exception) =>
        new() { Notes = [$"The stored content of this span cannot be read: {exception.Message}"] };

    public static bool IsDamage(Exception exception) => exception is JsonException or InvalidDataException or ArgumentOutOfRangeException;

    public static byte[] HeadBytes(ContentHead head) => JsonSerializer.SerializeToUtf8Bytes(head, Json.ContentHead);

    public static ContentHead DecodeHead(ReadOnlySpan<byte> json) =>
        JsonSerializer.Deserialize(json, Json.ContentHead) ?? throw new InvalidDataException("its head is null");

    /// <summary>Whether any string in a stored content holds one of the words. Nothing is made of it but one string at a time.</summary>
    public static bool AnyText(byte[] body, int jsonBytes, SearchValues<string> words)
    {
        try
        {
            if (LargeContent.Is(body))
            {
                return AnyText(JsonSerializer.SerializeToUtf8Bytes(LargeContent.Decode(body), Json.SpanContent), words);
            }

            var json = ArrayPool<byte>.Shared.Rent(jsonBytes);
            try
            {
                return LZ4Codec.Decode(body, json.AsSpan(0, jsonBytes)) == jsonBytes && AnyText(json.AsSpan(0, jsonBytes), words);
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(json);
            }
        }
        catch (Exception exception) when (IsDamage(exception))
        {
            return false;
        }
    }

    private static bool AnyText(ReadOnlySpan<byte> json, SearchValues<string> words)
    {
        var text = ArrayPool<char>.Shared.Rent(json.Length);
        try
        {
            var reader = new Utf8JsonReader(json);
            while (reader.Read())
            {
                if (reader.TokenType == JsonTokenType.String && text.AsSpan(0, reader.CopyString(text)).ContainsAny(words))
                {
                    return true;
                }
            }

            return false;
        }
        finally
        {
            ArrayPool<char>.Shared.Return(text);
        }
    }

    public static LateContent DecodeLate(byte[] body, int jsonBytes) => Decode(body, jsonBytes, Json.LateContent);

    public static UpdatedFields DecodeFields(byte[] body, int jsonBytes) => Decode(body, jsonBytes, Json.UpdatedFields);

    public static SpanRecord DecodeRecord(byte[] body, int jsonBytes) => Decode(body, jsonBytes, WholeJson.SpanRecord);

    private static EncodedContent Encode<T>(T value, JsonTypeInfo<T> type)
    {
        var json = Utf8JsonBuffer.Rent();
        try
        {
            JsonSerializer.Serialize(json.Writer, value, type);
            return Compress(json.Written);
        }
        finally
        {
            json.Return();
        }
    }

    private static EncodedContent Compress(ReadOnlySpan<byte> json)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(LZ4Codec.MaximumOutputSize(json.Length));
        try
        {
            var length = LZ4Codec.Encode(json, buffer);
            return new(buffer.AsSpan(0, length).ToArray(), json.Length);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static T Decode<T>(byte[] body, int jsonBytes, JsonTypeInfo<T> type)
    {
        var json = ArrayPool<byte>.Shared.Rent(jsonBytes);
        try
        {
            return LZ4Codec.Decode(body, json.AsSpan(0, jsonBytes)) == jsonBytes
                ? JsonSerializer.Deserialize(json.AsSpan(0, jsonBytes), type) ?? throw new InvalidDataException("it is null")
                : throw new InvalidDataException("the compressed block is damaged");
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(json);
        }
    }
}

/// <param name="Body">The LZ4 block.</param>
/// <param name="JsonBytes">Bytes before compression.</param>
internal readonly record struct EncodedContent(byte[] Body, int JsonBytes);

[JsonSerializable(typeof(SpanContent))]
[JsonSerializable(typeof(SpanRecord))]
[JsonSerializable(typeof(ContentHead))]
[JsonSerializable(typeof(LateContent))]
[JsonSerializable(typeof(Message))]
[JsonSerializable(typeof(UpdatedFields))]
internal sealed partial class ContentJson : JsonSerializerContext;
