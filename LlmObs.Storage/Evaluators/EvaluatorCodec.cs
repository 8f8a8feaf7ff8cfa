using System.Text.Encodings.Web;
using System.Text.Json;

namespace LlmObs.Storage.Evaluators;

/// <summary>Definitions and results as JSON in PostgreSQL.</summary>
internal static class EvaluatorCodec
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Encode<T>(T value) => JsonSerializer.Serialize(value, Json);

    public static T Decode<T>(string text) =>
        JsonSerializer.Deserialize<T>(text, Json) ?? throw new InvalidDataException($"A stored {typeof(T).Name} is null.");
}
