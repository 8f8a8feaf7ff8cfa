using System.Numerics;
using System.Text.Json.Nodes;

namespace LlmObs.Sls.Emulator.Sql;

/// <summary>
/// <c>a || b || c || d</c> and <c>concat</c>, by halves: one after the other would make a longer text for each part that is joined. It asks for
/// the room that takes.
/// </summary>
internal static class TextJoin
{
    /// <param name="call">Rewritten in place; what is joined with more around it is left to the outermost.</param>
    public static void Rewrite(JsonObject call)
    {
        if (call.Parent?.Parent is JsonObject outer && IsJoin(outer))
        {
            return;
        }
        var parts = Parts(call).ToList();
        var size = parts.Select(part => Tree.Call("sls_size", part)).Aggregate((sum, next) => Tree.Call("+", sum, next));
        var rounds = Tree.Constant("BIGINT", 1 + BitOperations.Log2((uint)parts.Count));
        Tree.Become(call, Tree.Call("sls_if_room", Tree.Call("*", size, rounds), LongValue.Unasked(call), Joined(parts)));
    }

    private static JsonNode Joined(List<JsonNode> parts) =>
        parts.Count == 1 ? parts[0] : Tree.Call("||", Joined(parts[..(parts.Count / 2)]), Joined(parts[(parts.Count / 2)..]));

    private static IEnumerable<JsonNode> Parts(JsonObject join) =>
        join["children"]!.AsArray().SelectMany(part => IsJoin(part!.AsObject()) ? Parts(part.AsObject()) : [part]);

    private static bool IsJoin(JsonObject call) => ((string?)(call["function_name"] as JsonValue))?.ToLowerInvariant() is "||" or "concat";
}
