namespace LlmObs.Sls;

/// <summary>Names and values inside an analysis.</summary>
public static class SlsSql
{
    /// <summary>A text in single quotes. Presto knows no escape but the doubled quote.</summary>
    public static string Text(string value) => $"'{value.Replace("'", "''", StringComparison.Ordinal).Replace("\0", "", StringComparison.Ordinal)}'";

    /// <summary>A column in double quotes.</summary>
    public static string Column(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
