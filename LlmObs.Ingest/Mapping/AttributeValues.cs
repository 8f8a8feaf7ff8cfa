using System.Globalization;
using System.Text.Json;
using LlmObs.Ingest.Otlp.Protos;
using static LlmObs.Ingest.Otlp.Protos.AnyValue;

namespace LlmObs.Ingest.Mapping;

/// <summary>Reads a value as what a field needs, whatever type its sender chose: 37 may come as int, double or text.</summary>
internal static class AttributeValues
{
    /// <summary>False for what stands for nothing: no value, empty text or structure, and <c>null</c> as text.</summary>
    public static bool HasMeaning(this AnyValue value) =>
        value.ValueCase switch
        {
            ValueOneofCase.None => false,
            ValueOneofCase.StringValue => value.StringValue is not ("" or "null" or "[]" or "{}"),
            ValueOneofCase.ArrayValue => value.ArrayValue.Values.Count > 0,
            ValueOneofCase.KvlistValue => value.KvlistValue.Values.Count > 0,
            ValueOneofCase.BytesValue => value.BytesValue.Length > 0,
            _ => true,
        };

    /// <summary>As text. One that was quoted as JSON, as some senders do with every value, loses its quotes.</summary>
    public static string Text(this AnyValue value) =>
        value.ValueCase switch
        {
            ValueOneofCase.StringValue => JsonInText.Unquote(value.StringValue),
            ValueOneofCase.BoolValue => value.BoolValue ? "true" : "false",
            ValueOneofCase.IntValue => value.IntValue.ToString(CultureInfo.InvariantCulture),
            ValueOneofCase.DoubleValue => value.DoubleValue.ToString("R", CultureInfo.InvariantCulture),
            ValueOneofCase.BytesValue => value.BytesValue.ToBase64(),
            _ => AttributeJson.Write(value),
        };

    public static long? Long(this AnyValue value) =>
        value.ValueCase switch
        {
            ValueOneofCase.IntValue => value.IntValue,
            _ => value.Double() is { } number and >= -9e18 and <= 9e18 ? (long)Math.Round(number) : null,
        };

    public static double? Double(this AnyValue value) =>
        value.ValueCase switch
        {
            ValueOneofCase.IntValue => value.IntValue,
            ValueOneofCase.DoubleValue when double.IsFinite(value.DoubleValue) => value.DoubleValue,
            ValueOneofCase.StringValue
                when double.TryParse(value.StringValue, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
                    && double.IsFinite(number) => number,
            _ => null,
        };

    public static bool? Bool(this AnyValue value) =>
        value.ValueCase switch
        {
            ValueOneofCase.BoolValue => value.BoolValue,
            ValueOneofCase.StringValue => bool.TryParse(value.StringValue, out var flag) ? flag : null,
            ValueOneofCase.IntValue => value.IntValue != 0,
            _ => null,
        };

    /// <summary>A list in any of its four clothes: an array, a JSON array in text, text with commas, one plain text.</summary>
    public static IReadOnlyList<string> List(this AnyValue value)
    {
        if (value.ValueCase == ValueOneofCase.ArrayValue)
        {
            return [.. value.ArrayValue.Values.Where(HasMeaning).Select(Text)];
        }

        if (value.Json() is { ValueKind: JsonValueKind.Array } array)
        {
            return [.. array.EnumerateArray().Select(item => item.Text()).Where(text => text.Length > 0)];
        }

        return value.Text().Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }

    /// <summary>The value as a JSON document, or null when it is not JSON.</summary>
    /// <remarks>A document inside a JSON string is unwrapped, as tool results and metadata often are.</remarks>
    public static JsonElement? Json(this AnyValue value) =>
        value.ValueCase switch
        {
            ValueOneofCase.StringValue => JsonInText.Parse(value.StringValue),
            ValueOneofCase.ArrayValue or ValueOneofCase.KvlistValue => JsonInText.Parse(AttributeJson.Write(value)),
            _ => null,
        };
}
