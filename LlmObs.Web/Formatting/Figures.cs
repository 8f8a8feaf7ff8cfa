using System.Globalization;
using LlmObs.Domain.Spans;
using LlmObs.TraceLog;

namespace LlmObs.Web.Formatting;

/// <summary>A number with its unit, apart, since the unit is set one step quieter. Both empty parts are fine.</summary>
public readonly record struct Figure(string Value, string Unit = "")
{
    public override string ToString() => Unit.Length == 0 ? Value : $"{Value} {Unit}";
}

/// <summary>How numbers are written, the same in every language: unknown is —, zero is 0, minus is −.</summary>
public static class Figures
{
    public const string Unknown = "—";

    /// <summary><c>46 ms</c>, <c>8.81 s</c>, <c>41.8 s</c>, <c>2 m 05 s</c>, <c>3 h 07 m</c>.</summary>
    /// <param name="nano">Nanoseconds.</param>
    public static Figure Duration(long nano)
    {
        var ms = nano / 1e6;
        return ms switch
        {
            <= 0 => new("0", "ms"),
            < 0.9995 => new(Significant(ms * 1000), "µs"),
            < 9.995 => new(Significant(ms), "ms"),
            < 999.5 => new(Text(Math.Round(ms), "0"), "ms"),
            < 59_950 => new(Significant(ms / 1000), "s"),
            < 3_599_500 => Clock((long)Math.Round(ms / 1000), "m", "s"),
            _ => Clock((long)Math.Round(ms / 60_000), "h", "m"),
        };
    }

    /// <summary><c>4,427</c>.</summary>
    public static string Count(long count) => count < 0 ? $"−{Text(-count, "#,0")}" : Text(count, "#,0");

    /// <summary><c>10,000+</c> where counting was cut.</summary>
    public static string Count(BoundedCount count) => Count(count.Count) + (count.IsCut ? "+" : "");

    public static string Count(long? count) => count is { } known ? Count(known) : Unknown;

    /// <summary>For axes: <c>800</c>, <c>20k</c>, <c>1.5M</c>.</summary>
    public static string Axis(long count) =>
        count switch
        {
            < 10_000 => Count(count),
            < 1_000_000 => Text(count / 1e3, "0.#") + "k",
            < 1_000_000_000 => Text(count / 1e6, "0.#") + "M",
            _ => Text(count / 1e9, "0.#") + "G",
        };

    /// <summary><c>¥0.0914</c>, <c>&lt;¥0.0001</c>, <c>$12.40</c> from ten up; without a price —.</summary>
    public static string Money(Cost? cost)
    {
        if (cost is null)
        {
            return Unknown;
        }

        var sign = cost.Currency switch
        {
            "CNY" => "¥",
            "USD" => "$",
            "EUR" => "€",
            "GBP" => "£",
            "" => "",
            var other => other + " ",
        };
        return cost.Total switch
        {
            0 => sign + "0",
            > 0 and < 0.0001m => $"<{sign}0.0001",
            < 0 => "−" + sign + Text(-cost.Total, "#,0.0000"),
            < 10 => sign + Text(cost.Total, "0.0000"),
            _ => sign + Text(cost.Total, "#,0.00"),
        };
    }

    /// <summary><c>512 bytes</c>, <c>10.0 MB</c>; a megabyte is 1,000,000 bytes.</summary>
    public static Figure Bytes(long bytes) =>
        bytes switch
        {
            < 1_000 => new(Count(bytes), "bytes"),
            < 999_500 => new(Significant(bytes / 1e3), "kB"),
            < 999_500_000 => new(Significant(bytes / 1e6), "MB"),
            _ => new(Significant(bytes / 1e9), "GB"),
        };

    /// <summary><c>14:32:07</c>.</summary>
    public static string Time(DateTimeOffset at) => at.ToString("HH:mm:ss", CultureInfo.InvariantCulture);

    /// <summary><c>.412</c>.</summary>
    public static string Milliseconds(DateTimeOffset at) => at.ToString("'.'fff", CultureInfo.InvariantCulture);

    /// <summary><c>10-14 14:32:07</c>, where no day row says the date.</summary>
    public static string DayAndTime(DateTimeOffset at) => at.ToString("MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    /// <summary><c>2025-10-14</c>.</summary>
    public static string DateAndMinute(DateTimeOffset at) => at.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);

    public static string Date(DateTimeOffset at) => at.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    /// <summary><c>+08:00</c>, with a true minus.</summary>
    public static string Offset(DateTimeOffset at) => at.ToString("zzz", CultureInfo.InvariantCulture).Replace('-', '−');

    /// <summary>For <c>time datetime</c>.</summary>
    public static string Machine(DateTimeOffset at) => at.ToString("yyyy-MM-dd'T'HH:mm:ss.fffzzz", CultureInfo.InvariantCulture);

    private static Figure Clock(long small, string bigUnit, string smallUnit) =>
        new($"{Count(small / 60)} {bigUnit} {Text(small % 60, "00")}", smallUnit);

    private static string Significant(double value) =>
        value switch
        {
            < 9.995 => Text(value, "0.00"),
            < 99.95 => Text(value, "0.0"),
            _ => Text(value, "#,0"),
        };

    private static string Text(IFormattable value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
