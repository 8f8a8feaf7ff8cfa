using System.Globalization;

namespace LlmObs.Sls.Emulator.Sql;

/// <summary>Lengths of time in units from ns to d, and in words.</summary>
internal static class Duration
{
    // A little less than one of a unit is still told in it.
    private const double AlmostOne = 0.9999;

    private static readonly (string Name, double Nanoseconds, string Plural)[] Units =
    [
        ("ns", 1, "nanoseconds"),
        ("us", 1e3, "microseconds"),
        ("ms", 1e6, "milliseconds"),
        ("s", 1e9, "seconds"),
        ("m", 60e9, "minutes"),
        ("h", 3600e9, "hours"),
        ("d", 86_400e9, "days"),
    ];

    private static readonly (string Name, long Seconds)[] Words = [("week", 604_800), ("day", 86_400), ("hour", 3600), ("minute", 60), ("second", 1)];

    /// <summary>In words, whole seconds: <c>3 minutes, 55 seconds</c>. The sign is dropped.</summary>
    /// <exception cref="ArgumentException">It is no number, or more seconds than a long holds.</exception>
    public static string InWords(double seconds)
    {
        var rounded = Math.Floor(Math.Abs(seconds) + 0.5);
        if (!(rounded < long.MaxValue))
        {
            throw new ArgumentException($"{PrestoValue.Format(seconds)} is no duration in seconds");
        }
        var left = (long)rounded;
        var parts = new List<string>();
        foreach (var (name, length) in Words)
        {
            (var count, left) = Math.DivRem(left, length);
            if (count > 0)
            {
                parts.Add(Count(count, name));
            }
        }
        return parts.Count > 0 ? string.Join(", ", parts) : Count(0, "second");
    }

    /// <summary>How many of a unit it is.</summary>
    /// <param name="text">As <c>1340ms</c>.</param>
    /// <exception cref="ArgumentException">It is no length of time, or has an unknown unit.</exception>
    public static double In(string text, string unit)
    {
        var duration = Quantity.Read(text, "duration");
        return duration.Value * (Nanoseconds(duration.Unit) / Nanoseconds(unit));
    }

    /// <summary>In the largest unit of which it is about one at least, with two decimals.</summary>
    public static string Succinct(string text)
    {
        var unit = Units.Select(unit => unit.Name).LastOrDefault(unit => In(text, unit) > AlmostOne, Units[0].Name);
        return Quantity.TwoDecimals(In(text, unit)) + unit;
    }

    /// <param name="plural">As <c>days</c>.</param>
    public static string UnitNamed(string plural) => Units.Single(unit => unit.Plural == plural).Name;

    private static double Nanoseconds(string unit) =>
        Units.FirstOrDefault(known => known.Name == unit) is { Name: not null } known
            ? known.Nanoseconds
            : throw new ArgumentException($"{unit} is no unit of time: {string.Join(", ", Units.Select(known => known.Name))}");

    private static string Count(long count, string name) => $"{count.ToString(CultureInfo.InvariantCulture)} {name}{(count == 1 ? "" : "s")}";
}
