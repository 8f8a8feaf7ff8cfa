using System.Text.Json;

namespace LlmObs.Ingest.Mapping.Content;

/// <summary>Members of objects whose senders may leave them out, set them to null, or wrap them in strings.</summary>
internal static class JsonMembers
{
    /// <summary>The member; null when it is not there or is null. Never throws on half a surrogate pair in another member's name.</summary>
    public static JsonElement? Member(this JsonElement element, string name)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        try
        {
            return element.TryGetProperty(name, out var member) && member.ValueKind != JsonValueKind.Null ? member : null;
        }
        catch (InvalidOperationException)
        {
            // The framework unescapes the names it passes on its way.
            var named = element.EnumerateObject().LastOrDefault(member => member.SafeName() == name).Value;
            return named.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null ? null : named;
        }
    }

    /// <summary>The member as text; null when it is not there.</summary>
    public static string? MemberText(this JsonElement element, string name) => element.Member(name)?.Text();

    /// <summary>The member, taken out of a JSON string when it is wrapped in one.</summary>
    public static JsonElement? Structure(this JsonElement element, string name)
    {
        if (element.Member(name) is not { } member || member.ValueKind != JsonValueKind.String)
        {
            return element.Member(name);
        }

        return JsonInText.Parse(member.Text()) is { ValueKind: JsonValueKind.Array or JsonValueKind.Object } inner ? inner : member;
    }

    /// <summary>The first of several members that is there: spellings differ between libraries and their versions.</summary>
    public static JsonElement? AnyMember(this JsonElement element, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (element.Member(name) is { } member)
            {
                return member;
            }
        }

        return null;
    }

    /// <summary>The first of several members as text.</summary>
    public static string? AnyText(this JsonElement element, params ReadOnlySpan<string> names) => element.AnyMember(names)?.Text();

    /// <summary>The member when it is an array.</summary>
    public static JsonElement? Array(this JsonElement element, string name) =>
        element.Structure(name) is { ValueKind: JsonValueKind.Array } array ? array : null;

    /// <summary>The member when it is an object.</summary>
    public static JsonElement? Object(this JsonElement element, string name) =>
        element.Structure(name) is { ValueKind: JsonValueKind.Object } inner ? inner : null;

    public static double? MemberNumber(this JsonElement element, string name) =>
        element.Member(name) is { } member
        && double.TryParse(member.Text(), System.Globalization.NumberStyles.Float, System.Globalization.CultureInfo.InvariantCulture, out var number)
        && double.IsFinite(number)
            ? number
            : null;
}
