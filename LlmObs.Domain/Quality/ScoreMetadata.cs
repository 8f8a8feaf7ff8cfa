using System.Text.Json;

namespace LlmObs.Domain.Quality;

/// <summary>Members of a score's metadata; anybody may have written it, so that nothing is taken for granted.</summary>
internal static class ScoreMetadata
{
    /// <summary>Null when there is no such member, or no object at all.</summary>
    public static JsonElement? Member(JsonText metadata, string name)
    {
        if (metadata.IsNull)
        {
            return null;
        }

        try
        {
            using var document = metadata.Parse();
            return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty(name, out var member)
                ? member.Clone()
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
