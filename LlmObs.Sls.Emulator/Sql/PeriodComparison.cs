using System.Globalization;
using System.Text.Json.Nodes;

namespace LlmObs.Sls.Emulator.Sql;

/// <summary>
/// <c>compare</c> and <c>ts_compare</c>: the sub-query they stand over is asked again over logs of an earlier window, whose times are moved
/// up to now so that buckets meet, and joined on the columns beside the call.
/// </summary>
internal sealed class PeriodComparison(string table, ISet<long> shifts)
{
    private const string Current = "sls_current";

    /// <summary>The name of the logs of the window so many seconds earlier.</summary>
    public static string TableBefore(long seconds) => $"sls_log_{seconds.ToString(CultureInfo.InvariantCulture)}";

    /// <summary>Rewrites every SELECT that calls one of the two, before anything else is translated.</summary>
    public void Rewrite(JsonNode? node)
    {
        switch (node)
        {
            case JsonArray list:
                foreach (var child in list.ToList())
                {
                    Rewrite(child);
                }
                break;
            case JsonObject json:
                foreach (var (_, child) in json.ToList())
                {
                    Rewrite(child);
                }
                if (json["select_list"] is JsonArray columns && columns.FirstOrDefault(IsComparison) is JsonObject call)
                {
                    RewriteSelect(json, columns, call);
                }
                break;
        }
    }

    private static bool IsComparison(JsonNode? node) => ((string?)node!["function_name"])?.ToLowerInvariant() is "compare" or "ts_compare";

    private void RewriteSelect(JsonObject select, JsonArray columns, JsonObject call)
    {
        var name = ((string)call["function_name"]!).ToLowerInvariant();
        var keys = columns.Where(column => column != call).Select(column => column!.AsObject()).ToList();
        if ((string?)select["from_table"]?["type"] != "SUBQUERY" || keys.Any(key => (string?)key["class"] != "COLUMN_REF"))
        {
            throw PrestoTranslator.Unsupported($"{name} but over one sub-query and beside its plain columns");
        }
        if (name == "ts_compare" && keys.Count == 0)
        {
            throw PrestoTranslator.Refuse("SyntaxError", "ts_compare stands beside the column of its time");
        }
        var arguments = call["children"]!.AsArray();
        var seconds = arguments.Skip(1).Select(Seconds).ToList();
        if (seconds.Count == 0)
        {
            throw PrestoTranslator.Refuse("SyntaxError", $"{name} takes a value and seconds");
        }
        var source = select["from_table"]!.DeepClone().AsObject();
        source["alias"] = Current;
        var joined = source;
        foreach (var before in seconds.Distinct())
        {
            var earlier = source.DeepClone().AsObject();
            Move(earlier, before);
            earlier["alias"] = TableBefore(before);
            joined = Join(joined, earlier, keys, before);
            shifts.Add(before);
        }
        select["from_table"] = joined;
        select.Remove("group_expressions");
        select.Remove("group_sets");
        Tree.Become(call, Array(name, arguments[0]!, seconds, keys));
        foreach (var key in keys)
        {
            var column = Name(key);
            key["alias"] ??= column;
            key["column_names"] = new JsonArray(Current, column);
        }
    }

    private static long Seconds(JsonNode? argument) =>
        argument!["value"]?["value"] is JsonValue value && value.TryGetValue<long>(out var seconds) && seconds is > 0 and < int.MaxValue
            ? seconds
            : throw PrestoTranslator.Refuse("SyntaxError", "compare takes seconds as numbers above 0");

    private void Move(JsonNode? node, long seconds)
    {
        switch (node)
        {
            case JsonArray list:
                foreach (var child in list)
                {
                    Move(child, seconds);
                }
                break;
            case JsonObject json:
                if ((string?)(json["type"] as JsonValue) == "BASE_TABLE" && json["table_name"] is JsonValue name)
                {
                    if (!PrestoTranslator.Table.Equals((string?)name, StringComparison.OrdinalIgnoreCase) && (string?)name != table)
                    {
                        throw PrestoTranslator.Unsupported($"compare over {name}");
                    }
                    json["alias"] ??= (string?)name;
                    json["table_name"] = TableBefore(seconds);
                }
                foreach (var (_, child) in json.ToList())
                {
                    Move(child, seconds);
                }
                break;
        }
    }

    private static JsonObject Join(JsonObject left, JsonObject right, List<JsonObject> keys, long seconds)
    {
        JsonNode condition = Tree.Constant("INTEGER", 1);
        condition = Equal(condition, condition);
        foreach (var key in keys)
        {
            condition = new JsonObject
            {
                ["class"] = "CONJUNCTION",
                ["type"] = "CONJUNCTION_AND",
                ["children"] = new JsonArray(condition, Equal(Column(Current, Name(key)), Column(TableBefore(seconds), Name(key)))),
            };
        }
        return new JsonObject
        {
            ["type"] = "JOIN",
            ["left"] = left,
            ["right"] = right,
            ["condition"] = condition,
            ["join_type"] = "LEFT",
            ["ref_type"] = "REGULAR",
        };
    }

    // [now, before…, now/before…], and for ts_compare the earlier Unix times.
    private static JsonObject Array(string name, JsonNode value, List<long> seconds, List<JsonObject> keys)
    {
        if ((string?)value["class"] != "COLUMN_REF")
        {
            throw PrestoTranslator.Unsupported($"{name} of more than a column");
        }
        var column = Name(value.AsObject());
        var now = Double(Column(Current, column));
        var before = seconds.Select(second => Double(Column(TableBefore(second), column))).ToList();
        var times =
            name == "compare"
                ? []
                : seconds.Select(second => Tree.Call("-", Tree.Call("to_unixtime", Column(Current, Name(keys[0]))), Tree.Constant("BIGINT", second)));
        return Tree.Call("list_value", [now, .. before, .. before.Select(earlier => Tree.Call("/", now, earlier)), .. times]);
    }

    private static string Name(JsonObject column) => (string)column["column_names"]!.AsArray()[^1]!;

    private static JsonObject Column(string source, string name)
    {
        var column = Tree.Column(source);
        column["column_names"]!.AsArray().Add(name);
        return column;
    }

    private static JsonObject Equal(JsonNode left, JsonNode right) =>
        new()
        {
            ["class"] = "COMPARISON",
            ["type"] = "COMPARE_EQUAL",
            ["left"] = left.DeepClone(),
            ["right"] = right.DeepClone(),
        };

    private static JsonObject Double(JsonNode value) =>
        new()
        {
            ["class"] = "CAST",
            ["type"] = "OPERATOR_CAST",
            ["child"] = value.DeepClone(),
            ["cast_type"] = new JsonObject { ["id"] = "DOUBLE" },
        };
}
