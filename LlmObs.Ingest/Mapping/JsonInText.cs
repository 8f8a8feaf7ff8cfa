using System.Text;
using System.Text.Json;
using LlmObs.Domain;

namespace LlmObs.Ingest.Mapping;

/// <summary>JSON inside attribute texts: perhaps cut by the sender's limits, perhaps wrapped twice, perhaps not JSON at all.</summary>
internal static class JsonInText
{
    /// <summary>Parses a text that begins like a structure or a string; null when it is plain text.</summary>
    public static JsonElement? Parse(string text)
    {
        var document = ParseOnce(text);
        return document is { ValueKind: JsonValueKind.String } wrapped ? ParseOnce(wrapped.Text()) ?? wrapped : document;
    }

    /// <summary>The text without the quotes of a JSON string around it: <c>"\"CREATE TABLE…\""</c>.</summary>
    public static string Unquote(string text)
    {
        if (text is not ['"', .., '"'])
        {
            return text;
        }

        return ParseOnce(text) is { ValueKind: JsonValueKind.String } inner ? inner.Text() : text;
    }

    /// <summary>The text of a JSON string, raw JSON of anything else, and nothing for null. Never throws on half a surrogate pair.</summary>
    public static string Text(this JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Null or JsonValueKind.Undefined:
                return "";
            case JsonValueKind.String:
                try
                {
                    return Cleaning.Clean(element.GetString()!);
                }
                catch (InvalidOperationException)
                {
                    return Cleaning.Clean(JsonEscapes.Decode(Encoding.UTF8.GetBytes(element.GetRawText()).AsSpan()[1..^1]));
                }
            default:
                return element.Raw().ToString();
        }
    }

    /// <summary>The element as a document of its own, fit for storage: escapes that stand for NUL or half a surrogate pair are replaced.</summary>
    public static JsonText Raw(this JsonElement element)
    {
        var text = element.GetRawText();
        var suspicious = text.Contains("\\u0000", StringComparison.Ordinal) || text.Contains("\\ud", StringComparison.OrdinalIgnoreCase);
        return new JsonText(suspicious ? Rewrite(element) : text);
    }

    private static string Rewrite(JsonElement element) => AttributeJson.WriteText(writer => Rewrite(writer, element));

    private static void Rewrite(Utf8JsonWriter writer, JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var member in element.EnumerateObject())
                {
                    writer.WritePropertyName(member.SafeName());
                    Rewrite(writer, member.Value);
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in element.EnumerateArray())
                {
                    Rewrite(writer, item);
                }

                writer.WriteEndArray();
                break;
            case JsonValueKind.String:
                writer.WriteStringValue(element.Text());
                break;
            default:
                element.WriteTo(writer);
                break;
        }
    }

    /// <summary>A member's name. Never throws on half a surrogate pair.</summary>
    public static string SafeName(this JsonProperty member)
    {
        try
        {
            return Cleaning.Clean(member.Name);
        }
        catch (InvalidOperationException)
        {
            return Cleaning.Replacement.ToString();
        }
    }

    private static JsonElement? ParseOnce(string text)
    {
        var start = text.AsSpan().TrimStart();
        if (start.IsEmpty || start[0] is not ('{' or '[' or '"'))
        {
            return null;
        }

        try
        {
            return JsonElement.Parse(text);
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            // Cut by the sender's length limit, or never JSON: it stays text. Half a surrogate pair in the text itself is an ArgumentException.
            return null;
        }
    }
}
