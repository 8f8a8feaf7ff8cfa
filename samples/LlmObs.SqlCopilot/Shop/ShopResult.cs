using System.Text;

namespace LlmObs.SqlCopilot.Shop;

/// <summary>A result as text; <see cref="Cut"/>: there were more rows than may be read.</summary>
internal sealed record ShopResult(IReadOnlyList<string> Columns, IReadOnlyList<string[]> Rows, bool Cut)
{
    public string ToMarkdown()
    {
        var text = new StringBuilder();
        AppendRow(text, Columns);
        AppendRow(text, Columns.Select(_ => "---"));
        foreach (var row in Rows)
        {
            AppendRow(text, row.Select(value => value.Replace("|", "\\|", StringComparison.Ordinal).ReplaceLineEndings(" ")));
        }

        return text.ToString().TrimEnd();
    }

    private static void AppendRow(StringBuilder text, IEnumerable<string> cells) => text.Append("| ").AppendJoin(" | ", cells).Append(" |\n");
}
