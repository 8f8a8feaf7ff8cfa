using LlmObs.Sls.Emulator.Catalog;
using LlmObs.Sls.Emulator.Storage;

namespace LlmObs.Sls.Emulator.Sql;

/// <summary>The columns a statement sees: fields with doc_value under name or alias, and the reserved ones.</summary>
public static class LogView
{
    private const string TagPrefix = "__tag__:";

    /// <param name="mentioned">Names in the statement; tags are columns only when they are asked for, as nobody declares them.</param>
    /// <param name="from">The logs to see: a table with the columns of the logstore's, and perhaps a condition.</param>
    public static string Select(Logstore logstore, IEnumerable<string> mentioned, string from)
    {
        var columns = new List<string>
        {
            "time AS \"__time__\"",
            "topic AS \"__topic__\"",
            "source AS \"__source__\"",
            "sls_ts(time) AS \"__date__\"",
        };
        var names = new HashSet<string>(["__time__", "__topic__", "__source__", "__date__"], StringComparer.OrdinalIgnoreCase);
        foreach (
            var key in logstore
                .Columns.Index!.Keys.SelectMany(key => key.JsonKeys.Prepend(key))
                .Where(key => key.DocValue && names.Add(key.ColumnName))
        )
        {
            columns.Add($"{logstore.Columns[key].Value} AS {Literal.Name(key.ColumnName)}");
        }
        foreach (var tag in mentioned.Where(name => name.StartsWith(TagPrefix, StringComparison.Ordinal) && names.Add(name)))
        {
            columns.Add($"{Tag(tag[TagPrefix.Length..])} AS {Literal.Name(tag)}");
        }
        return $"SELECT {string.Join(", ", columns)} FROM {from}";
    }

    private static string Tag(string name)
    {
        var before = $"\u0001{name}\u0002";
        return $"CASE WHEN contains(tags, {Literal.Text(before)}) THEN split_part(split_part(tags, {Literal.Text(before)}, 2), '\u0001', 1) END";
    }
}
