using System.Text.Json.Nodes;

namespace LlmObs.Sls.Emulator.Sql;

/// <summary>What a statement leaves unsaid: the table it reads, the names of its columns, how many rows it gives.</summary>
internal static class StatementShape
{
    private const int DefaultLimit = 100;
    private const int MaxLimit = 1_000_000;

    /// <param name="node">The outermost SELECT; rewritten in place.</param>
    /// <exception cref="Http.SlsException">It asks for more rows than there may be.</exception>
    public static void Complete(JsonObject node)
    {
        NameColumns(node);
        AddTable(node);
        AddLimit(node);
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
            node["from_table"] = new JsonObject { ["type"] = "BASE_TABLE", ["table_name"] = PrestoTranslator.Table };
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
            throw PrestoTranslator.Refuse("SyntaxError", $"LIMIT takes a number of at most {MaxLimit}");
        }
    }
}
