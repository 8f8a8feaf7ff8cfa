using System.Text.Json;

namespace LlmObs.Quality.DingTalk;

/// <summary>Values in the one form in which both sides are compared: the service reads them out in another form than it takes them in.</summary>
public static class TableValue
{
    /// <summary>A text, a number, the name of a select's option, the link of a url; null for what is empty.</summary>
    public static string? Text(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.String => value.GetString() is { Length: > 0 } text ? text : null,
            JsonValueKind.Number => value.GetRawText(),
            JsonValueKind.Object when value.TryGetProperty("name", out var name) => Text(name),
            JsonValueKind.Object when value.TryGetProperty("link", out var link) => Text(link),
            JsonValueKind.Array when value.GetArrayLength() == 1 => Text(value[0]),
            _ => null,
        };

    /// <summary>The names of a multiple select's options.</summary>
    public static IReadOnlyList<string> Texts(JsonElement value) =>
        value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray().Select(Text).OfType<string>()]
        : Text(value) is { } one ? [one]
        : [];
}
