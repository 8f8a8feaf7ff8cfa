using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace LlmObs.Sls.Emulator.Sql;

/// <summary>One call in a syntax tree: checked against the functions we know, and put in DuckDB's terms.</summary>
internal sealed partial class FunctionCall(JsonObject json)
{
    // A division's macro writes its operands several times; from so many within each other on one that does not, and is slower.
    private const int MaxDivisions = 3;

    private JsonArray Arguments => json["children"]?.AsArray() ?? [];

    // An interval literal becomes a call that a statement may also make itself, of a text.
    private bool IsOfInterval => (string?)Arguments[0]!["cast_type"]?["id"] is "INTEGER" or "BIGINT" or "DOUBLE";

    public void Translate()
    {
        var name = (string)json["function_name"]!;
        if (json["catalog"] is not null || name.StartsWith("sls_", StringComparison.Ordinal) && name is not ("sls_if" or "sls_bucket"))
        {
            throw PrestoTranslator.Unsupported($"the function {name}");
        }
        if (name is "sls_bucket")
        {
            return;
        }
        name = name.ToLowerInvariant();
        var known = PrestoFunctions.Find(name) ?? throw PrestoTranslator.Unsupported($"the function {name}");
        if (Arguments.Count < known.Min || Arguments.Count > known.Max)
        {
            throw Arguments.Count > known.Max && name is "array_sort"
                ? PrestoTranslator.Unsupported($"{name} of {Arguments.Count} arguments")
                : PrestoTranslator.Refuse("FunctionNotFound", $"{name} of {Arguments.Count} arguments");
        }
        AsTime(name);
        var target = known.Target == "sls_ts" && Arguments.Any(HasAggregate) ? "sls_ts_any" : known.Target;
        switch (name)
        {
            case "approx_distinct":
                // Exact: an estimate would differ from the service's estimate anyway.
                json["distinct"] = true;
                Keep(1);
                break;
            case "count_if":
                // DuckDB's own is a sum: NULL where there is nothing to count.
                Arguments[0] = Tree.Call("sls_if", Arguments[0]!, Tree.Constant("INTEGER", 1));
                break;
            case "set_agg":
                json["distinct"] = true;
                break;
            case "approx_percentile" when Arguments.Count == 3:
                target = "sls_weighted_percentile";
                if ((string?)Arguments[2]!["type"] == "ARRAY_CONSTRUCTOR")
                {
                    var fractions = Arguments[2]!["children"]!.AsArray();
                    Tree.Become(json, Tree.Call("list_value", [.. fractions.Select(p => Tree.Call(target, Arguments[0]!, Arguments[1]!, p!))]));
                    return;
                }
                break;
            case "from_unixtime" when Arguments.Count == 2:
                ZonedTime.Place(json, Arguments[1]!);
                target = "sls_ts_in_zone";
                break;
            case "now":
                ZonedTime.PlaceHere(json);
                break;
            case "max_by" or "min_by" when Arguments.Count == 3:
                target = name == "max_by" ? "arg_max" : "arg_min";
                break;
            case "cardinality" when (string?)Arguments[0]!["function_name"] is "sls_approx_set" or "sls_merge" or "sls_empty_approx_set":
                target = "len";
                break;
            case "concat" or "||":
                TextJoin.Rewrite(json);
                return;
            case "greatest" or "least":
                Tree.Become(json, Tree.Call("sls_when", Tree.AllNotNull(Arguments), Tree.Call(name, [.. Arguments.Select(argument => argument!)])));
                return;
            case "/" or "%" or "mod" when Arguments.Max(Divisions) >= MaxDivisions:
                target += "_once";
                break;
            case "element_at":
                Tree.Become(json, Tree.Subscript(Arguments[0]!, Arguments[1]!));
                return;
            case "transform" or "filter" or "any_match" or "all_match" or "none_match" or "reduce" or "zip_with":
                LambdaCall.Rewrite(json, name);
                if (name is not ("transform" or "filter"))
                {
                    return;
                }
                break;
            case "date_part":
                Rewrite(0, field => field.ToLowerInvariant() is "dow" or "day_of_week" ? "isodow" : field);
                break;
            case "date_format" or "date_parse":
                Rewrite(1, MySqlFormat.Translate);
                break;
            case "json_extract" or "json_extract_scalar" or "json_size":
                Rewrite(1, JsonPath);
                break;
            case "to_days" or "to_hours" or "to_minutes" or "to_seconds" when IsOfInterval:
                target = name;
                break;
            case "to_data_size_b" or "to_data_size_kb" or "to_data_size_mb" or "to_data_size_gb" or "to_data_size_tb" or "to_data_size_pb":
                Arguments.Add(Tree.Constant("VARCHAR", name["to_data_size_".Length..].ToUpperInvariant()));
                break;
            case "to_days" or "to_hours" or "to_minutes" or "to_seconds" or "to_milliseconds" or "to_microseconds" or "to_nanoseconds":
                Arguments.Add(Tree.Constant("VARCHAR", Duration.UnitNamed(name["to_".Length..])));
                break;
            case "regexp_replace" when Arguments.Count == 3:
                Rewrite(2, text => GroupReference().Replace(text.Replace("\\", "\\\\", StringComparison.Ordinal), "\\$1"));
                break;
        }
        if (known.MakesLongValues)
        {
            Arguments.Add(LongValue.Unasked(json));
        }
        json["function_name"] = target;
        json.Remove("schema");
        if (target.StartsWith("sls_", StringComparison.Ordinal))
        {
            json.Remove("is_operator");
        }
        if (known.MakesLongValues)
        {
            LongValue.MakeFirstOnce(json);
        }
        ZonedTime.Finish(json);
    }

    /// <summary>How many divisions stand within each other.</summary>
    private static int Divisions(JsonNode? node) =>
        node switch
        {
            JsonObject json => json.Select(member => Divisions(member.Value)).DefaultIfEmpty().Max()
                + ((string?)(json["function_name"] as JsonValue) is "sls_div" or "sls_mod" or "sls_div_once" or "sls_mod_once" ? 1 : 0),
            JsonArray list => list.Select(Divisions).DefaultIfEmpty().Max(),
            _ => 0,
        };

    // Where Presto's service takes a time it takes Unix seconds as well.
    private void AsTime(string name)
    {
        ReadOnlySpan<int> times = name switch
        {
            "date_trunc" or "date_part" => [1],
            "date_diff" => [1, 2],
            "date_add" => [2],
            "to_unixtime" => [0],
            _ when ZonedTime.ReadsClock(name) => [0],
            _ => [],
        };
        // The first takes no time with a zone, as it would lose it.
        var macro =
            name is "date_trunc" or "date_add" ? "sls_ts"
            : name is "date_diff" or "to_unixtime" ? "sls_instant"
            : "sls_clock";
        foreach (var index in times)
        {
            if (index < Arguments.Count)
            {
                var time = Arguments[index]!.DeepClone();
                Arguments[index] = Tree.Call(HasAggregate(time) ? $"{macro}_any" : macro, time);
            }
        }
    }

    /// <summary>Whether it holds an aggregate, a window or a sub-query.</summary>
    public static bool HasAggregate(JsonNode? node) =>
        node switch
        {
            JsonObject call when (string?)(call["class"] as JsonValue) is "WINDOW" or "SUBQUERY" => true,
            JsonObject call when (string?)(call["function_name"] as JsonValue) is { } name && PrestoFunctions.IsAggregate(name) => true,
            JsonObject json => json.Any(member => HasAggregate(member.Value)),
            JsonArray list => list.Any(HasAggregate),
            _ => false,
        };

    private void Keep(int count)
    {
        while (Arguments.Count > count)
        {
            Arguments.RemoveAt(Arguments.Count - 1);
        }
    }

    private void Rewrite(int index, Func<string, string> change)
    {
        if (
            index >= Arguments.Count
            || (string?)Arguments[index]!["class"] != "CONSTANT"
            || Arguments[index]!["value"]?["value"] is not JsonValue constant
            || !constant.TryGetValue<string>(out var text)
        )
        {
            throw PrestoTranslator.Unsupported($"{(string?)json["function_name"]} whose argument {index + 1} is not a text literal");
        }
        Arguments[index]!["value"]!["value"] = change(text);
    }

    private static string JsonPath(string path)
    {
        if (path.Contains('*', StringComparison.Ordinal) || path.Contains("..", StringComparison.Ordinal))
        {
            throw PrestoTranslator.Unsupported($"the JSON path {path}");
        }
        return BracketKey().Replace(path, ".\"$1\"");
    }

    // $["a.b"] → $."a.b"
    [GeneratedRegex("""\[(?:"([^"\]]*)")\]""")]
    private static partial Regex BracketKey();

    [GeneratedRegex(@"\$(\d)")]
    private static partial Regex GroupReference();
}
