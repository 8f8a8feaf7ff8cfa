using System.Text.Json.Nodes;

namespace LlmObs.Sls.Emulator.Sql;

/// <summary>Functions that take <c>x -&gt; …</c>, where DuckDB's form differs from Presto's.</summary>
internal static class LambdaCall
{
    private const string Pair = "sls_pair";

    /// <param name="call">The call, its function still under Presto's name; rewritten in place.</param>
    public static void Rewrite(JsonObject call, string name)
    {
        var arguments = call["children"]!.AsArray();
        var firstLambda = name == "reduce" ? 2 : arguments.Count - 1;
        for (var i = 0; i < arguments.Count; i++)
        {
            if (IsLambda(arguments[i]) != i >= firstLambda)
            {
                throw PrestoTranslator.Refuse("SyntaxError", $"{name}: argument {i + 1} is {(i >= firstLambda ? "not " : "")}a lambda");
            }
        }
        var expected = (name, firstLambda) is ("reduce" or "zip_with", _) ? 2 : 1;
        if (Parameters(arguments[firstLambda]!).Count != expected)
        {
            throw PrestoTranslator.Refuse("SyntaxError", $"{name} takes a lambda of {expected} parameters");
        }
        switch (name)
        {
            case "any_match":
                Tree.Become(call, Matches(arguments, ">", "list_filter"));
                break;
            case "all_match" or "none_match":
                Tree.Become(call, Matches(Negated(arguments, name == "all_match"), "=", "list_filter"));
                break;
            case "zip_with":
                ZipWith(call, arguments);
                break;
            case "reduce":
                Reduce(call, arguments);
                break;
        }
    }

    private static bool IsLambda(JsonNode? node) => (string?)node?["class"] == "LAMBDA";

    private static List<string> Parameters(JsonNode lambda)
    {
        var left = lambda["lhs"]!;
        var columns = (string?)left["function_name"] == "row" ? left["children"]!.AsArray().Select(child => child!) : [left];
        return [.. columns.Select(column => (string)column["column_names"]![0]!)];
    }

    // Some element of the filtered list, or none; NULL for no list.
    private static JsonObject Matches(JsonArray arguments, string comparison, string filter) =>
        new()
        {
            ["class"] = "COMPARISON",
            ["type"] = comparison == ">" ? "COMPARE_GREATERTHAN" : "COMPARE_EQUAL",
            ["left"] = Tree.Call("len", Tree.Call(filter, arguments[0]!, arguments[1]!)),
            ["right"] = Tree.Constant("BIGINT", 0),
        };

    private static JsonArray Negated(JsonArray arguments, bool isNegated)
    {
        if (!isNegated)
        {
            return arguments;
        }
        var lambda = arguments[1]!.DeepClone().AsObject();
        lambda["expr"] = new JsonObject
        {
            ["class"] = "OPERATOR",
            ["type"] = "OPERATOR_NOT",
            ["children"] = new JsonArray(lambda["expr"]!.DeepClone()),
        };
        return new JsonArray(arguments[0]!.DeepClone(), lambda);
    }

    // zip_with(a, b, (x, y) -> f) is list_transform(list_zip(a, b), pair -> f with pair[1] and pair[2] for x and y).
    private static void ZipWith(JsonObject call, JsonArray arguments)
    {
        var names = Parameters(arguments[2]!);
        var body = arguments[2]!["expr"]!.DeepClone();
        var holder = new JsonArray(body);
        Replace(holder, names);
        Tree.Become(call, Tree.Call("list_transform", Tree.Call("list_zip", arguments[0]!, arguments[1]!), Tree.Lambda(Pair, holder[0]!)));
    }

    private static void Replace(JsonNode? node, List<string> names)
    {
        switch (node)
        {
            case JsonObject column when (string?)(column["class"] as JsonValue) == "COLUMN_REF":
                var path = column["column_names"]!.AsArray();
                if (
                    path.Count == 1
                    && names.FindIndex(name => name.Equals((string)path[0]!, StringComparison.OrdinalIgnoreCase)) is >= 0 and var index
                )
                {
                    Tree.Become(column, Tree.Subscript(Tree.Column(Pair), Tree.Constant("INTEGER", index + 1)));
                }
                break;
            case JsonObject json:
                foreach (var (_, child) in json.ToList())
                {
                    Replace(child, names);
                }
                break;
            case JsonArray list:
                foreach (var child in list.ToList())
                {
                    Replace(child, names);
                }
                break;
        }
    }

    // reduce(a, start, step, last) is last applied to list_reduce(a, step, start).
    private static void Reduce(JsonObject call, JsonArray arguments)
    {
        var state = Tree.Call("list_reduce", arguments[0]!, arguments[2]!, arguments[1]!);
        Tree.Become(call, Tree.Subscript(Tree.Call("list_transform", Tree.Call("list_value", state), arguments[3]!), Tree.Constant("INTEGER", 1)));
    }
}
