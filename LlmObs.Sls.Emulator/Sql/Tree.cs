using System.Text.Json.Nodes;

namespace LlmObs.Sls.Emulator.Sql;

/// <summary>Nodes of DuckDB's serialized syntax tree.</summary>
internal static class Tree
{
    public static JsonObject Constant(string type, JsonNode value) =>
        new()
        {
            ["class"] = "CONSTANT",
            ["type"] = "VALUE_CONSTANT",
            ["value"] = new JsonObject
            {
                ["type"] = new JsonObject { ["id"] = type },
                ["is_null"] = false,
                ["value"] = value,
            },
        };

    public static JsonObject Call(string name, params JsonNode[] arguments) =>
        new()
        {
            ["class"] = "FUNCTION",
            ["type"] = "FUNCTION",
            ["function_name"] = name,
            ["children"] = new JsonArray([.. arguments.Select(argument => argument.DeepClone())]),
        };

    public static JsonObject Subscript(JsonNode value, JsonNode index) =>
        new()
        {
            ["class"] = "OPERATOR",
            ["type"] = "ARRAY_EXTRACT",
            ["children"] = new JsonArray(value.DeepClone(), index.DeepClone()),
        };

    public static JsonObject AllNotNull(IEnumerable<JsonNode?> values) =>
        new()
        {
            ["class"] = "CONJUNCTION",
            ["type"] = "CONJUNCTION_AND",
            ["children"] = new JsonArray([
                .. values.Select(value => new JsonObject
                {
                    ["class"] = "OPERATOR",
                    ["type"] = "OPERATOR_IS_NOT_NULL",
                    ["children"] = new JsonArray(value!.DeepClone()),
                }),
            ]),
        };

    /// <summary>About how many nodes it has once its macros are written out, each of which writes its arguments some times.</summary>
    public static double WrittenOut(JsonNode? node) =>
        node switch
        {
            JsonObject json => 1
                + json.Sum(member => WrittenOut(member.Value))
                    * (
                        (string?)(json["function_name"] as JsonValue) is { } name && name.StartsWith("sls_", StringComparison.Ordinal)
                            ? CopiesByMacro(name)
                            : 1
                    ),
            JsonArray list => list.Sum(WrittenOut),
            _ => 0,
        };

    public static JsonObject Column(string name) =>
        new()
        {
            ["class"] = "COLUMN_REF",
            ["type"] = "COLUMN_REF",
            ["column_names"] = new JsonArray(name),
        };

    public static JsonObject Lambda(string parameter, JsonNode body) =>
        new()
        {
            ["class"] = "LAMBDA",
            ["type"] = "LAMBDA",
            ["lhs"] = Column(parameter),
            ["expr"] = body.DeepClone(),
        };

    public static bool IsText(JsonNode? node) => node is JsonObject json && (string?)json["class"] == "CONSTANT" && IsOfType(json, "VARCHAR");

    public static bool IsOfType(JsonObject constant, string type) => (string?)(constant["value"]?["type"]?["id"]) == type;

    /// <summary>Puts another expression in a node's place; it keeps the node's alias.</summary>
    public static void Become(JsonObject json, JsonObject other)
    {
        var alias = (string?)json["alias"];
        json.Clear();
        foreach (var (name, value) in other.ToList())
        {
            other.Remove(name);
            json[name] = value;
        }
        if (alias is not null)
        {
            json["alias"] = alias;
        }
    }

    private static int CopiesByMacro(string name) =>
        name switch
        {
            "sls_div_once" or "sls_mod_once" or "sls_when" or "sls_if" or "sls_size" or "sls_bucket" => 1,
            "sls_ts" or "sls_clock" or "sls_instant" or "sls_to_unixtime" or "sls_ts_in_zone" or "sls_at_zone" or "sls_clock_at" => 1,
            "sls_if_room" => 2,
            _ => 5,
        };
}
