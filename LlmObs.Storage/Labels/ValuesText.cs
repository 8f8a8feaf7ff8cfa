using System.Text.Json;
using LlmObs.Domain.Labels;

namespace LlmObs.Storage.Labels;

/// <summary>Label values as the JSON they are kept in.</summary>
internal static class ValuesText
{
    public static string Write(LabelValues values) =>
        JsonSerializer.Serialize(new Kept(values.Value, values.ReasonList, values.Note), JsonSerializerOptions.Web);

    public static LabelValues Read(string json)
    {
        var kept = JsonSerializer.Deserialize<Kept>(json, JsonSerializerOptions.Web)!;
        return LabelValues.Of(kept.Value, kept.Reasons ?? [], kept.Note);
    }

    private sealed record Kept(string? Value, IReadOnlyList<string>? Reasons, string? Note);
}
