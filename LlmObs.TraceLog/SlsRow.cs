using System.Globalization;

namespace LlmObs.TraceLog;

/// <summary>Values of a row of an analysis, which all come as text.</summary>
internal static class SlsRow
{
    /// <summary>A whole number, also when the analysis made a floating one of it; 0 for NULL.</summary>
    public static long Long(this IReadOnlyDictionary<string, string> row, string column) => (long)(row.Number(column) ?? 0);

    /// <summary>Null for NULL.</summary>
    public static decimal? Number(this IReadOnlyDictionary<string, string> row, string column) =>
        decimal.TryParse(row.GetValueOrDefault(column), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>Nanoseconds of a column in microseconds.</summary>
    public static long Nano(this IReadOnlyDictionary<string, string> row, string column) => row.Long(column) * 1000;

    /// <summary>Null for NULL and for an empty text.</summary>
    public static string? Text(this IReadOnlyDictionary<string, string> row, string column) =>
        row.GetValueOrDefault(column) is { Length: > 0 } text && text != "null" ? text : null;
}
