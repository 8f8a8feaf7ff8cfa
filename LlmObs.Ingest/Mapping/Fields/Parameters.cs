using System.Collections.Frozen;
using System.Text.Json;
using LlmObs.Domain;
using LlmObs.Domain.GenAi;
using LlmObs.Ingest.Otlp.Protos;

namespace LlmObs.Ingest.Mapping.Fields;

/// <summary>The parameters of a model call: what the caller set, under OpenAI's short names; unknown ones under the last part of theirs.</summary>
internal static class Parameters
{
    private static readonly FrozenDictionary<string, string> Renamed = new Dictionary<string, string>
    {
        [GenAiNames.RequestStopSequences] = "stop",
        [GenAiNames.RequestChoiceCount] = "n",
        ["gen_ai.request.is_stream"] = "stream",
        ["gen_ai.is_streaming"] = "stream",
        ["llm.is_streaming"] = "stream",
        [GenAiNames.OutputType] = "response_format",
        [GenAiNames.OpenAiRequestResponseFormat] = "response_format",
        [GenAiNames.OpenAiRequestSeed] = "seed",
        ["gen_ai.request.max_completion_tokens"] = "max_tokens",
        ["gen_ai.request.reasoning.level"] = "reasoning_effort",
        ["llm.top_k"] = "top_k",
        ["llm.frequency_penalty"] = "frequency_penalty",
        ["llm.presence_penalty"] = "presence_penalty",
        ["llm.chat.stop_sequences"] = "stop",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    // Fields of their own.
    private static readonly FrozenSet<string> Elsewhere = FrozenSet.ToFrozenSet(
        [GenAiNames.RequestModel, "gen_ai.request.model_name", "gen_ai.request.id", GenAiNames.RequestToolDefinitions], StringComparer.Ordinal);

    private static readonly FrozenSet<string> Lists = FrozenSet.ToFrozenSet(["stop", "encoding_formats"], StringComparer.Ordinal);

    public static JsonText Read(AttributeMap attributes)
    {
        SortedDictionary<string, AnyValue>? found = null;
        foreach (var (key, value) in attributes.All)
        {
            if (Name(key) is { } name && value.HasMeaning())
            {
                // The convention's own name is met before or after an older one: it wins either way.
                found ??= new(StringComparer.Ordinal);
                if (!found.ContainsKey(name) || key.StartsWith(GenAiNames.RequestPrefix, StringComparison.Ordinal))
                {
                    found[name] = value;
                }
            }
        }

        return found is null ? JsonText.EmptyObject : new(AttributeJson.WriteText(writer => Write(writer, found)));
    }

    private static string? Name(string key)
    {
        if (Renamed.TryGetValue(key, out var name))
        {
            return name;
        }

        return key.StartsWith(GenAiNames.RequestPrefix, StringComparison.Ordinal) && !Elsewhere.Contains(key) ? key[GenAiNames.RequestPrefix.Length..] : null;
    }

    private static void Write(Utf8JsonWriter writer, SortedDictionary<string, AnyValue> parameters)
    {
        writer.WriteStartObject();
        foreach (var (name, value) in parameters)
        {
            writer.WritePropertyName(name);
            if (Lists.Contains(name))
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
}
