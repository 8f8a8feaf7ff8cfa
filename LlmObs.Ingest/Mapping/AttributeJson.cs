using System.Text.Json;
using LlmObs.Domain;
using LlmObs.Ingest.Otlp.Protos;
using static LlmObs.Ingest.Otlp.Protos.AnyValue;

namespace LlmObs.Ingest.Mapping;

/// <summary>Attributes as JSON text: 64-bit integers as numbers, bytes as base64, what JSON has no number for as text.</summary>
internal static class AttributeJson
{
    /// <summary>One flat object of every attribute.</summary>
    public static JsonText Write(AttributeMap attributes) =>
        new(Utf8JsonBuffer.Text(attributes, static (writer, map) => WriteObject(writer, map.All)));

    /// <summary>A structured value as JSON.</summary>
    public static string Write(AnyValue value) => Utf8JsonBuffer.Text(value, static (writer, whole) => WriteValue(writer, whole));

    public static string WriteText(Action<Utf8JsonWriter> write) => Utf8JsonBuffer.Text(write);

    public static void WriteValue(Utf8JsonWriter writer, AnyValue? value)
    {
        switch (value?.ValueCase)
        {
            case ValueOneofCase.StringValue:
                writer.WriteStringValue(value.StringValue);
                break;
            case ValueOneofCase.BoolValue:
                writer.WriteBooleanValue(value.BoolValue);
                break;
            case ValueOneofCase.IntValue:
                writer.WriteNumberValue(value.IntValue);
                break;
            case ValueOneofCase.DoubleValue when double.IsFinite(value.DoubleValue):
                writer.WriteNumberValue(value.DoubleValue);
                break;
            case ValueOneofCase.DoubleValue:
                writer.WriteStringValue(value.Text());
                break;
            case ValueOneofCase.BytesValue:
                writer.WriteBase64StringValue(value.BytesValue.Span);
                break;
            case ValueOneofCase.ArrayValue:
                writer.WriteStartArray();
                foreach (var item in value.ArrayValue.Values)
                {
                    WriteValue(writer, item);
                }

                writer.WriteEndArray();
                break;
            case ValueOneofCase.KvlistValue:
                WriteObject(writer, new AttributeMap(value.KvlistValue.Values).All);
                break;
            default:
                writer.WriteNullValue();
                break;
        }
    }

    private static void WriteObject(Utf8JsonWriter writer, IEnumerable<KeyValuePair<string, AnyValue>> members)
    {
        writer.WriteStartObject();
        foreach (var (key, value) in members)
        {
            writer.WritePropertyName(key);
            WriteValue(writer, value);
        }

        writer.WriteEndObject();
    }
}
