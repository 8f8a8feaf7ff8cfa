using System.Text.Json;

namespace LlmObs.Ingest.Mapping.Content;

/// <summary>Members of objects whose senders may leave them out, set them to null, or wrap them in strings.</summary>
internal static class JsonMembers
{
    public static JsonElement? Member(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var member) && member.ValueKind != JsonValueKind.Null ? member : null;

    /// <summary>The member as text; null when it is not there.</summary>
    public static string? MemberText(this JsonElement element, string name) => element.Member(name)?.Text();

    /// <summary>The member, taken out of a JSON string when it is wrapped in one.</summary>
    public static JsonElement? Structure(this JsonElement element, string name)
    {
        if (element.Member(name) is not { } member || member.ValueKind != JsonValueKind.String)
        {
            return element.Member(name);
        }

        using var document = JsonInText.Parse(member.Text());
        return document is { RootElement.ValueKind: JsonValueKind.Array or JsonValueKind.Object } ? document.RootElement.Clone() : member;
    }

    public static double? MemberNumber(this JsonElement element, string name) =>
        element.Member(name) is { } member && double.TryParse(member.Text(), System.Globalization.NumberStyles.Float, System.Globalization.CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : null;
}
