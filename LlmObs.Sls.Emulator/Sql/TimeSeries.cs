using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using LlmObs.Sls.Emulator.Storage;

namespace LlmObs.Sls.Emulator.Sql;

/// <summary>
/// <c>time_series(time, window, format, padding)</c> of a statement: the statement is left to group by the bucket's first second, and is
/// then laid over all buckets of the time range.
/// </summary>
internal sealed partial class TimeSeries
{
    private const int MaxBuckets = 100_000;
    private readonly int position;
    private readonly long seconds;
    private readonly string format;
    private readonly string padding;
    private readonly IReadOnlyList<string> names;
    private readonly bool isDescending;
    private readonly string limit;

    private TimeSeries(JsonObject node, int position)
    {
        this.position = position;
        var columns = node["select_list"]!.AsArray();
        names = [.. columns.Select(column => (string?)column!["alias"] ?? throw PrestoTranslator.Unsupported("time_series beside a plain column"))];
        var call = columns[position]!.AsObject();
        var arguments = call["children"]!.AsArray();
        if (arguments.Count != 4 || !arguments.Skip(1).All(Tree.IsText))
        {
            throw PrestoTranslator.Refuse("SyntaxError", "time_series takes a time and three texts: window, format, padding");
        }
        seconds = Seconds((string)arguments[1]!["value"]!["value"]!);
        format = MySqlFormat.Translate((string)arguments[2]!["value"]!["value"]!);
        padding = (string)arguments[3]!["value"]!["value"]!;
        if (padding is not ("0" or "null" or "last" or "next" or "avg"))
        {
            throw PrestoTranslator.Refuse("SyntaxError", $"the padding of time_series is 0, null, last, next or avg, not {padding}");
        }
        if (node["group_expressions"] is not JsonArray { Count: 1 } groups || !IsMe(groups[0]!))
        {
            throw PrestoTranslator.Unsupported("time_series with another GROUP BY than its own column");
        }
        groups[0] = Tree.Constant("INTEGER", position + 1);
        (isDescending, limit) = TakeOrder(node);
        Tree.Become(call, Tree.Call("sls_bucket", arguments[0]!, Tree.Constant("BIGINT", seconds)));
    }

    /// <summary>Null when the statement's own columns have none. Takes ORDER BY and LIMIT out of the tree.</summary>
    /// <param name="node">Its columns named and its LIMIT there; not yet translated.</param>
    public static TimeSeries? Take(JsonObject node)
    {
        var columns = node["select_list"]?.AsArray();
        for (var i = 0; i < columns?.Count; i++)
        {
            if ("time_series".Equals((string?)columns[i]!["function_name"], StringComparison.OrdinalIgnoreCase))
            {
                return new TimeSeries(node, i);
            }
        }
        return null;
    }

    /// <param name="sql">The grouped statement in DuckDB's SQL.</param>
    /// <param name="from">Unix seconds; null: the buckets reach from the first to the last that holds a log.</param>
    public string Over(string sql, long? from, long? to)
    {
        if (to - from > seconds * MaxBuckets)
        {
            throw PrestoTranslator.Refuse("InvalidFunction", $"time_series would have more than {MaxBuckets} windows");
        }
        var key = Literal.Name(names[position]);
        var buckets =
            from is null || to is null
                ? $"sls_sequence((SELECT min({key}) FROM sls_found), (SELECT max({key}) FROM sls_found), {Text(seconds)})"
                : $"generate_series(sls_bucket({Text(from.Value)}, {Text(seconds)}), {Text(to.Value - 1)}, {Text(seconds)})";
        var columns = names.Select(
            (name, i) =>
                $"{(i == position ? $"strftime(sls_ts(bucket), {Literal.Text(format)})" : Padded($"f.{Literal.Name(name)}", key))} AS {Literal.Name(name)}"
        );
        return $"""
            WITH sls_found AS MATERIALIZED ({sql}), sls_buckets AS (SELECT unnest({buckets}) AS bucket)
            SELECT {string.Join(", ", columns)} FROM sls_buckets b LEFT JOIN sls_found f ON f.{key} = b.bucket
            ORDER BY bucket {(isDescending ? "DESC" : "ASC")} {limit}
            """;
    }

    // A bucket that holds logs keeps its value, NULL too.
    private string Padded(string column, string key)
    {
        var last = $"last_value({column} IGNORE NULLS) OVER (ORDER BY bucket ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)";
        var next = $"first_value({column} IGNORE NULLS) OVER (ORDER BY bucket ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING)";
        var pad = padding switch
        {
            "0" => "0",
            "last" => last,
            "next" => next,
            "avg" => $"({last} + {next}) // 2",
            _ => "NULL",
        };
        return $"CASE WHEN f.{key} IS NULL THEN {pad} ELSE {column} END";
    }

    private (bool IsDescending, string Limit) TakeOrder(JsonObject node)
    {
        var descending = false;
        var page = "";
        foreach (var modifier in node["modifiers"]!.AsArray())
        {
            switch ((string)modifier!["type"]!)
            {
                case "ORDER_MODIFIER" when modifier["orders"] is JsonArray { Count: 1 } orders && IsMe(orders[0]!["expression"]!):
                    descending = (string?)orders[0]!["type"] == "DESCENDING";
                    break;
                case "LIMIT_MODIFIER":
                    var offset = modifier["offset"]?["value"]?["value"];
                    page = $"LIMIT {modifier["limit"]!["value"]!["value"]}{(offset is null ? "" : $" OFFSET {offset}")}";
                    break;
                default:
                    throw PrestoTranslator.Unsupported("time_series with another ORDER BY than its own column");
            }
        }
        node["modifiers"] = new JsonArray();
        return (descending, page);
    }

    private bool IsMe(JsonNode expression) =>
        (string?)expression["class"] switch
        {
            "COLUMN_REF" => names[position].Equals((string?)expression["column_names"]![0], StringComparison.OrdinalIgnoreCase),
            "CONSTANT" => expression["value"]!["value"]?.ToString() == Text(position + 1),
            _ => "time_series".Equals((string?)expression["function_name"], StringComparison.OrdinalIgnoreCase),
        };

    private static long Seconds(string window)
    {
        var match = Window().Match(window);
        var unit = match.Groups["unit"].Value switch
        {
            "s" => 1,
            "m" => 60,
            "h" => 3600,
            "d" => 86400,
            _ => throw PrestoTranslator.Unsupported($"the window {window} of time_series"),
        };
        return long.Parse(match.Groups["count"].Value, CultureInfo.InvariantCulture) * unit;
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    [GeneratedRegex("^(?<count>[1-9][0-9]{0,6})(?<unit>[smhd])$")]
    private static partial Regex Window();
}
