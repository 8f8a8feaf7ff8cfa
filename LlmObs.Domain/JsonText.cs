using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace LlmObs.Domain;

/// <summary>A JSON document kept as the text it is: stored, shipped and shown, but hardly ever taken apart.</summary>
/// <remarks>Serialises as the document itself, not as a string. The text must be well-formed JSON; <c>default</c> is <c>null</c>.</remarks>
[JsonConverter(typeof(JsonTextConverter))]
public readonly record struct JsonText(string? Text)
{
    public static JsonText Null => default;
    public static JsonText EmptyObject => new("{}");

    public bool IsNull => Text is null or "null";

    /// <summary>Parses the text. The caller disposes the document.</summary>
    public JsonDocument Parse() => JsonDocument.Parse(Text ?? "null");

    public override string ToString() => Text ?? "null";
}

/// <summary>Public for the source generators of other assemblies.</summary>
public sealed class JsonTextConverter : JsonConverter<JsonText>
{
    public override bool HandleNull => true;

    public override JsonText Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        using var document = JsonDocument.ParseValue(ref reader);
        return document.RootElement.ValueKind == JsonValueKind.Null ? default : new JsonText(document.RootElement.GetRawText());
    }

    public override void Write(Utf8JsonWriter writer, JsonText value, JsonSerializerOptions options)
    {
        // By way of bytes: the writer's own transcoding throws on half a surrogate pair, this one puts U+FFFD there.
        var text = value.ToString();
        var utf8 = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(text.Length));
        var length = Encoding.UTF8.GetBytes(text, utf8);
        writer.WriteRawValue(utf8.AsSpan(0, length), skipInputValidation: true);
        ArrayPool<byte>.Shared.Return(utf8);
    }
}
