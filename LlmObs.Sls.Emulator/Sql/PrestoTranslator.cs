using System.Text.Json.Nodes;
using LlmObs.Sls.Emulator.Http;

namespace LlmObs.Sls.Emulator.Sql;

/// <summary>
/// Turns a parsed statement (DuckDB's own syntax tree as JSON) from Presto's meaning into DuckDB's: functions, division, types of
/// literals, names of result columns, the implicit table and limit. Only what is known is let through; the rest is refused by name.
/// </summary>
public sealed class PrestoTranslator(string logstore, Func<string, bool> isSibling)
{
    /// <summary>The table a statement reads: a view of the logs that the search found.</summary>
    public const string Table = "log";
    private const int DefaultLimit = 100;
    private const int MaxLimit = 1_000_000;
    private const int MaxNodes = 200_000;
    private static readonly HashSet<string> Expressions =
    [
        "CONSTANT",
        "COLUMN_REF",
        "STAR",
        "FUNCTION",
        "WINDOW",
        "CASE",
        "CAST",
        "COMPARISON",
        "CONJUNCTION",
        "OPERATOR",
        "BETWEEN",
        "SUBQUERY",
        "LAMBDA",
    ];
    private static readonly HashSet<string> Sources = ["BASE_TABLE", "SUBQUERY", "JOIN", "EMPTY", "TABLE_FUNCTION", "EXPRESSION_LIST"];
    private readonly HashSet<string> withNames = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> columns = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> siblings = new(StringComparer.Ordinal);
    private readonly HashSet<long> shifts = [];

    /// <summary>Every column name the statement mentions.</summary>
    public IReadOnlySet<string> Columns => columns;

    /// <summary>It reads the columns that it does not mention, too.</summary>
    public bool ReadsAll { get; private set; }

    /// <summary>Other logstores by the name of the table that stands for each.</summary>
    public IReadOnlyDictionary<string, string> Siblings => siblings;

    /// <summary>Seconds by which earlier logs are read, too.</summary>
    public IReadOnlySet<long> Shifts => shifts;

    internal TimeSeries? Series { get; private set; }

    /// <param name="tree">What <c>json_serialize_sql</c> returned; rewritten in place.</param>
    public void Translate(JsonObject tree)
    {
        if (tree["error"]!.GetValue<bool>())
        {
            var position = (string?)tree["position"];
            throw Refuse("SyntaxError", $"{(position is null ? "" : $"position {position}: ")}{(string?)tree["error_message"]}");
        }
        var statements = tree["statements"]!.AsArray();
        if (statements.Count != 1)
        {
            throw Refuse("SyntaxError", "exactly one statement is expected");
        }
        var node = statements[0]!["node"]!.AsObject();
        CollectWithNames(node);
        NameColumns(node);
        AddTable(node);
        AddLimit(node);
        new PeriodComparison(logstore, shifts).Rewrite(node);
        Series = TimeSeries.Take(node);
        Visit(node);
        if (Tree.WrittenOut(node) > MaxNodes)
        {
            throw Refuse("SyntaxError", "the statement nests functions too deeply");
        }
    }

    private void CollectWithNames(JsonNode? node)
    {
        if (node is JsonObject json)
        {
            if (json["cte_map"] is JsonObject with && with["map"] is JsonArray entries)
            {
                foreach (var entry in entries)
                {
                    withNames.Add((string)entry!["key"]!);
                }
            }
            foreach (var (_, child) in json)
            {
                CollectWithNames(child);
            }
        }
        else if (node is JsonArray list)
        {
            foreach (var child in list)
            {
                CollectWithNames(child);
            }
        }
    }

    // Columns without a name are called by their position.
    private static void NameColumns(JsonObject node)
    {
        while (node["left"] is JsonObject left)
        {
            node = left;
        }
        var position = 0;
        foreach (var column in node["select_list"]?.AsArray() ?? [])
        {
            if ((string?)column!["class"] is not ("COLUMN_REF" or "STAR") && column["alias"] is null)
            {
                column["alias"] = $"_col{position}";
            }
            position++;
        }
    }

    private static void AddTable(JsonObject node)
    {
        if ((string?)node["from_table"]?["type"] == "EMPTY")
        {
            node["from_table"] = new JsonObject { ["type"] = "BASE_TABLE", ["table_name"] = Table };
        }
    }

    private static void AddLimit(JsonObject node)
    {
        var modifiers = node["modifiers"]?.AsArray();
        if (modifiers is null)
        {
            node["modifiers"] = modifiers = [];
        }
        var limit = modifiers.FirstOrDefault(modifier => (string?)modifier!["type"] == "LIMIT_MODIFIER");
        if (limit is null)
        {
            modifiers.Add(new JsonObject { ["type"] = "LIMIT_MODIFIER", ["limit"] = Tree.Constant("INTEGER", DefaultLimit) });
        }
        else if (limit["limit"]?["value"]?["value"] is not JsonValue rows || !rows.TryGetValue<long>(out var count) || count > MaxLimit)
        {
            throw Refuse("SyntaxError", $"LIMIT takes a number of at most {MaxLimit}");
        }
    }

    private void Visit(JsonNode? node)
    {
        switch (node)
        {
            case JsonArray list:
                foreach (var child in list.ToList())
                {
                    Visit(child);
                }
                break;
            case JsonObject json:
                var isLambda = (string?)(json["class"] as JsonValue) == "LAMBDA";
                foreach (var (_, child) in json.Where(member => !isLambda || member.Key != "lhs").ToList())
                {
                    Visit(child);
                }
                Rewrite(json);
                break;
        }
    }

    private void Rewrite(JsonObject json)
    {
        var type = (string?)(json["type"] as JsonValue);
        if (json["class"] is JsonValue expression)
        {
            RewriteExpression(json, (string)expression!, type);
        }
        else if (json.ContainsKey("select_list") || type is "SET_OPERATION_NODE" or "RECURSIVE_CTE_NODE" or "CTE_NODE")
        {
            if (type is not ("SELECT_NODE" or "SET_OPERATION_NODE" or "CTE_NODE") || json["sample"] is not null || json["qualify"] is not null)
            {
                throw Unsupported(type is "RECURSIVE_CTE_NODE" ? "WITH RECURSIVE" : "this form of SELECT");
            }
        }
        else if (
            json.ContainsKey("table_name")
            || json.ContainsKey("subquery")
            || json.ContainsKey("function")
            || type is "JOIN" or "SHOW_REF" or "PIVOT" or "COLUMN_DATA" or "DELIM_GET"
        )
        {
            RewriteSource(json, type);
        }
        else if (type is "LIMIT_PERCENT_MODIFIER")
        {
            throw Unsupported("LIMIT with a percentage");
        }
    }

    private void RewriteSource(JsonObject json, string? type)
    {
        if (type is null || !Sources.Contains(type))
        {
            throw Unsupported($"{type} in FROM");
        }
        if (type == "BASE_TABLE")
        {
            var name = (string)json["table_name"]!;
            if (json["schema_name"] is not null || json["catalog_name"] is not null)
            {
                throw Refuse("TableNotExist", $"table {name} is not a logstore of this project");
            }
            if (withNames.Contains(name))
            {
                return;
            }
            if (shifts.Any(seconds => name == PeriodComparison.TableBefore(seconds)))
            {
                return;
            }
            json["alias"] ??= name;
            json["table_name"] =
                name.Equals(Table, StringComparison.OrdinalIgnoreCase) || name.Equals(logstore, StringComparison.OrdinalIgnoreCase) ? Table
                : isSibling(name) ? Sibling(name)
                : throw Refuse("TableNotExist", $"table {name} is neither log nor a logstore of this project");
        }
        else if (type == "TABLE_FUNCTION" && (string?)json["function"]?["function_name"] != "unnest")
        {
            throw Unsupported($"the table function {(string?)json["function"]?["function_name"]}");
        }
    }

    private string Sibling(string name)
    {
        if (siblings.FirstOrDefault(known => known.Value == name).Key is { } table)
        {
            return table;
        }
        table = $"sls_other_{siblings.Count}";
        siblings[table] = name;
        return table;
    }

    private void RewriteExpression(JsonObject json, string expression, string? type)
    {
        if (!Expressions.Contains(expression))
        {
            throw Unsupported($"{expression.ToLowerInvariant()} expressions");
        }
        switch (expression)
        {
            case "FUNCTION" or "WINDOW":
                new FunctionCall(json).Translate();
                break;
            case "COLUMN_REF":
                Column(json);
                break;
            case "LAMBDA"
                when json.Parent?.Parent is not JsonObject call
                    || PrestoFunctions.Find((string?)call["function_name"] ?? "") is not { TakesLambda: true }:
                throw Unsupported("-> outside the functions that take a lambda");
            case "CAST":
                Cast(json);
                break;
            case "STAR" when json.Any(member => member.Key is "columns" or "expr" || (member.Value is JsonArray { Count: > 0 })):
                throw Unsupported("* with conditions");
            case "STAR":
                ReadsAll = true;
                break;
            case "CONSTANT" when Tree.IsOfType(json, "DECIMAL") || Tree.IsOfType(json, "DOUBLE"):
                Decimal(json);
                break;
            case "COMPARISON":
                Compare(json, "left", "right");
                break;
            case "BETWEEN":
                Compare(json, "input", "lower");
                Compare(json, "input", "upper");
                break;
            case "OPERATOR" when type is "ARRAY_SLICE" or "STRUCT_EXTRACT":
                throw Unsupported(type == "ARRAY_SLICE" ? "[from:to], use slice" : "a field of a row");
            case "OPERATOR" when type is "COMPARE_IN" or "COMPARE_NOT_IN" && json["children"]!.AsArray().Skip(1).Any(Tree.IsText):
                var children = json["children"]!.AsArray();
                children[0] = AsText(children[0]!);
                break;
        }
    }

    private void Column(JsonObject json)
    {
        var names = json["column_names"]!.AsArray();
        var name = (string)names[^1]!;
        columns.Add(name);
        if (names.Count == 1 && name.ToLowerInvariant() is "current_date" or "current_timestamp" or "localtimestamp")
        {
            Tree.Become(json, Tree.Call(name.Equals("current_date", StringComparison.OrdinalIgnoreCase) ? "sls_today" : "sls_now"));
            if (name.Equals("current_timestamp", StringComparison.OrdinalIgnoreCase))
            {
                ZonedTime.PlaceHere(json);
                ZonedTime.Finish(json);
            }
        }
    }

    // 1.5 is a double here, as it is printed; and 1e10 would come back from the tree as a decimal.
    private static void Decimal(JsonObject json)
    {
        var constant = json.DeepClone().AsObject();
        constant.Remove("alias");
        Tree.Become(
            json,
            new JsonObject
            {
                ["class"] = "CAST",
                ["type"] = "OPERATOR_CAST",
                ["child"] = constant,
                ["cast_type"] = new JsonObject { ["id"] = "DOUBLE" },
            }
        );
    }

    // A text becomes a JSON string and a JSON string a text, which is not what DuckDB's casts do.
    private static void Cast(JsonObject json)
    {
        var type = (string?)json["cast_type"]!["id"];
        if (type == "UNBOUND")
        {
            var name = (string?)json["cast_type"]!["type_info"]?["name"] ?? "";
            if (!name.Equals("json", StringComparison.OrdinalIgnoreCase))
            {
                throw Unsupported($"the type {name}");
            }
            Tree.Become(json, Tree.Call("to_json", json["child"]!));
        }
        else if (type == "VARCHAR" && (string?)json["child"]!["class"] != "CONSTANT")
        {
            Tree.Become(json, Tree.Call("sls_varchar", json["child"]!));
        }
        else if (type is "TIMESTAMP WITH TIME ZONE" or "TIME WITH TIME ZONE")
        {
            throw Unsupported($"the type {type}");
        }
    }

    // Presto compares no number with a text; DuckDB would read the text as a number.
    private static void Compare(JsonObject json, string left, string right)
    {
        if (Tree.IsText(json[left]) && Tree.IsText(json[right]))
        {
            return;
        }
        if (Tree.IsText(json[right]))
        {
            json[left] = AsText(json[left]!);
        }
        else if (Tree.IsText(json[left]))
        {
            json[right] = AsText(json[right]!);
        }
        // The macro writes its arguments more than once: columns and what is made of them only.
        else if (!FunctionCall.HasAggregate(json[left]) && !FunctionCall.HasAggregate(json[right]))
        {
            json[left] = Tree.Call("sls_comparable", json[left]!, json[right]!);
        }
    }

    private static JsonObject AsText(JsonNode operand) => Tree.Call("sls_text", operand);

    internal static SlsException Refuse(string kind, string message) => SlsException.Parameter($"ErrorType:{kind}.ErrorMessage:{message}");

    internal static SlsException Unsupported(string what) => Refuse("NotSupported", $"the SLS emulator does not support {what}");
}
