using System.Collections.Frozen;
using System.Text.Json;
using LlmObs.Domain;
using LlmObs.Domain.GenAi;
using LlmObs.Ingest.Mapping.Content;
using LlmObs.Ingest.Otlp.Protos;

namespace LlmObs.Ingest.Mapping.Fields;

/// <summary>The parameters of a model call: what the caller set, under OpenAI's short names; unknown ones under the last part of theirs.</summary>
internal static class Parameters
{
    private static readonly FrozenDictionary<string, string> Renamed = (
        (IEnumerable<(string Key, string Parameter)>)
            [.. OpenTelemetryKeys.Parameters, .. TraceloopKeys.Parameters, .. VercelAiKeys.Parameters, .. LangSmithKeys.Parameters]
    ).ToFrozenDictionary(row => row.Key, row => row.Parameter, StringComparer.Ordinal);

    // They hold parameters among other members of the request.
    private static readonly Precedence Documents = Precedence.Of(
        OpenInferenceKeys.ParameterDocument,
        LangfuseKeys.ParameterDocument,
        GenkitKeys.ParameterDocument,
        LangSmithKeys.ParameterDocument
    );

    private static readonly FrozenDictionary<string, string> RenamedMembers = new Dictionary<string, string>
    {
        ["max_completion_tokens"] = "max_tokens",
        ["max_output_tokens"] = "max_tokens",
        ["maxOutputTokens"] = "max_tokens",
        ["topP"] = "top_p",
        ["topK"] = "top_k",
        ["stop_sequences"] = "stop",
        ["stopSequences"] = "stop",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenSet<string> NoParameters = FrozenSet.ToFrozenSet(
        [
            "model",
            "model_name",
            "messages",
            "input",
            "prompt",
            "contents",
            "system",
            "instructions",
            "tools",
            "functions",
            "_type",
            "apiKey",
            "api_key",
        ],
        StringComparer.Ordinal
    );

    // Fields of their own.
    private static readonly FrozenSet<string> Elsewhere = FrozenSet.ToFrozenSet(
        [GenAiNames.RequestModel, "gen_ai.request.model_name", "gen_ai.request.id", GenAiNames.RequestToolDefinitions],
        StringComparer.Ordinal
    );

    private static readonly FrozenSet<string> Lists = FrozenSet.ToFrozenSet(["stop", "encoding_formats"], StringComparer.Ordinal);

    public static JsonText Read(AttributeMap attributes)
    {
        SortedDictionary<string, Setting>? found = null;
        foreach (var (key, value) in attributes.All)
        {
            if (Name(key) is { } name && value.HasMeaning())
            {
                // The convention's own name is met before or after an older one: it wins either way.
                found ??= new(StringComparer.Ordinal);
                if (!found.ContainsKey(name) || key.StartsWith(GenAiNames.RequestPrefix, StringComparison.Ordinal))
                {
                    found[name] = new(value, default);
                }
            }
        }

        foreach (var document in Documents.Sources)
        {
            if (document.DocumentIn(attributes) is { ValueKind: JsonValueKind.Object } parameters)
            {
                AddMembers(found ??= new(StringComparer.Ordinal), parameters);
            }
        }

        return found is not { Count: > 0 } ? JsonText.EmptyObject : new(AttributeJson.WriteText(writer => Write(writer, found)));
    }

    // What was left open comes as null or as empty text.
    private static void AddMembers(SortedDictionary<string, Setting> found, JsonElement parameters)
    {
        foreach (var member in parameters.EnumerateObject())
        {
            var name = member.SafeName();
            if (!NoParameters.Contains(name) && member.Value.Text().Length > 0)
            {
                found.TryAdd(RenamedMembers.GetValueOrDefault(name, name), new(null, member.Value));
            }
        }
    }

    private static string? Name(string key)
    {
        if (Renamed.TryGetValue(key, out var name))
        {
            return name;
        }

        return key.StartsWith(GenAiNames.RequestPrefix, StringComparison.Ordinal) && !Elsewhere.Contains(key)
            ? key[GenAiNames.RequestPrefix.Length..]
            : null;
    }

    private static void Write(Utf8JsonWriter writer, SortedDictionary<string, Setting> parameters)
    {
        writer.WriteStartObject();
        foreach (var (name, (value, member)) in parameters)
        {
            writer.WritePropertyName(name);
            if (value is null)
            {
                writer.WriteRawValue(member.Raw().ToString(), skipInputValidation: true);
            }
            else if (Lists.Contains(name))
            {
                JsonSerializer.Serialize(writer, value.List());
            }
            else if (value.ValueCase == AnyValue.ValueOneofCase.DoubleValue && double.IsFinite(value.DoubleValue))
            {
                writer.WriteNumberValue(SevenDigits(value.DoubleValue));
            }
            else
            {
                AttributeJson.WriteValue(writer, value);
            }
        }

        writer.WriteEndObject();
    }

    // .NET widens float32: 0.10000000149011612 was 0.1 when the caller wrote it.
    private static double SevenDigits(double value) =>
        double.Parse(value.ToString("G7", System.Globalization.CultureInfo.InvariantCulture), System.Globalization.CultureInfo.InvariantCulture);

    // As an attribute, or as a member of a document.
    private readonly record struct Setting(AnyValue? Value, JsonElement Member);
}
