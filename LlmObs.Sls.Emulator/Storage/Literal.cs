using System.Globalization;

namespace LlmObs.Sls.Emulator.Storage;

/// <summary>The one place where text enters SQL.</summary>
public static class Literal
{
    public static string Text(string value) => $"'{value.Replace("'", "''", StringComparison.Ordinal).Replace('\0', '\uFFFD')}'";

    public static string Name(string value) => $"\"{value.Replace("\"", "\"\"", StringComparison.Ordinal).Replace('\0', '\uFFFD')}\"";

    public static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    public static string Number(double value) => $"CAST('{value.ToString("R", CultureInfo.InvariantCulture)}' AS DOUBLE)";
}
