using System.Text.Json.Nodes;

namespace LlmObs.Sls;

/// <summary>Compares index configurations. SLS adds members of its own (<c>index_mode</c>, <c>lastModifyTime</c>, …) and people add keys in the console: neither is a difference.</summary>
internal static class IndexDifference
{
    /// <summary>Everything wanted is there already.</summary>
    public static bool Covers(JsonNode? current, JsonNode? wanted) =>
        (current, wanted) switch
        {
            (_, null) => true,
            // What SLS leaves out has its default.
            (null, JsonValue value) => value.ToJsonString() is "\"\"" or "false",
            (null, JsonArray array) => array.Count == 0,
            (null, JsonObject members) => members.Count == 0,
            (JsonObject a, JsonObject b) => b.All(member => Covers(a[member.Key], member.Value)),
            (JsonArray a, JsonArray b) => a.Select(Text).ToHashSet().SetEquals(b.Select(Text)),
            _ => JsonNode.DeepEquals(current, wanted),
        };

    /// <summary>The current configuration with all that is wanted laid over it: SLS takes only whole configurations.</summary>
    public static JsonObject Merge(JsonObject current, JsonObject wanted)
    {
        var merged = current.DeepClone().AsObject();
        foreach (var (name, value) in wanted)
        {
            merged[name] = merged[name] is JsonObject below && value is JsonObject over ? Merge(below, over) : value?.DeepClone();
        }

        return merged;
    }

    private static string Text(JsonNode? node) => node?.ToJsonString() ?? "null";
}
