using System.Text.Json.Nodes;

namespace LlmObs.Sls.Emulator.Sql;

/// <summary>Values that may be much longer than what they are made of.</summary>
internal static class LongValue
{
    private const int SmallBytes = 4096;
    private const string First = "sls_first";

    /// <summary>Up to how many bytes a call makes a value without asking for room, as a constant: in a lambda none, as nobody knows how often it is called for a row.</summary>
    public static JsonObject Unasked(JsonObject call)
    {
        for (JsonNode? around = call; around is not null; around = around.Parent)
        {
            if (around is JsonObject json && (string?)(json["class"] as JsonValue) == "LAMBDA")
            {
                return Tree.Constant("INTEGER", 0);
            }
        }
        return Tree.Constant("INTEGER", SmallBytes);
    }

    /// <summary>Has the first argument made once: the macro writes it several times, and what is written in it as well.</summary>
    /// <param name="call">Of a macro; rewritten in place where it matters.</param>
    public static void MakeFirstOnce(JsonObject call)
    {
        var first = call["children"]![0]!;
        if (!CallsMacro(first))
        {
            return;
        }
        var inner = call.DeepClone().AsObject();
        inner.Remove("alias");
        inner["children"]![0] = Tree.Column(First);
        var made = Tree.Call("list_transform", Tree.Call("list_value", first), Tree.Lambda(First, inner));
        Tree.Become(call, Tree.Subscript(made, Tree.Constant("INTEGER", 1)));
    }

    private static bool CallsMacro(JsonNode? node) =>
        node switch
        {
            JsonObject json => (string?)(json["function_name"] as JsonValue) is { } name && name.StartsWith("sls_", StringComparison.Ordinal)
                || json.Any(member => CallsMacro(member.Value)),
            JsonArray list => list.Any(CallsMacro),
            _ => false,
        };
}
