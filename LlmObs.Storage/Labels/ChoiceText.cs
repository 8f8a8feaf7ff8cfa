using System.Text.Json;
using LlmObs.Domain.Labels;

namespace LlmObs.Storage.Labels;

/// <summary>Choices as the JSON they are kept in.</summary>
internal static class ChoiceText
{
    public static string Write(IReadOnlyList<LabelChoice> choices) => JsonSerializer.Serialize(choices, JsonSerializerOptions.Web);

    public static IReadOnlyList<LabelChoice> Read(string json) => JsonSerializer.Deserialize<List<LabelChoice>>(json, JsonSerializerOptions.Web)!;
}
