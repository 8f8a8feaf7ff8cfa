using System.Globalization;
using System.Numerics;

namespace LlmObs.Sls.Emulator.Sql;

/// <summary>Amounts of bytes in units from B to YB, each 1,024 times the one before.</summary>
internal static class DataSize
{
    private static readonly string[] Units = ["B", "KB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB"];

    /// <summary>In the largest unit of which it is one at least.</summary>
    /// <param name="text">As <c>1200KB</c>.</param>
    /// <exception cref="ArgumentException">It is no amount of bytes, or has a unit that is none of these.</exception>
    public static string Succinct(string text)
    {
        var unit = Units.TakeWhile(unit => In(text, unit) >= 1).LastOrDefault(Units[0]);
        return Print(In(text, unit), unit);
    }

    public static string Convert(string text, string unit) => Print(In(text, unit), unit);

    /// <exception cref="ArgumentException">There are less than none, or the unit is unknown.</exception>
    public static string Format(double bytes, string unit) =>
        double.IsFinite(bytes) && bytes >= 0
            ? Print(bytes * FactorTo(unit, 0), unit)
            : throw new ArgumentException($"{PrestoValue.Format(bytes)} is no data size");

    /// <summary>How many of a unit an amount is.</summary>
    public static double In(string text, string unit)
    {
        var size = Quantity.Read(text, "data size");
        return size.Value * FactorTo(unit, Power(size.Unit));
    }

    /// <summary>All its bytes, exactly.</summary>
    /// <exception cref="ArgumentException">It is none, or more than a decimal of .NET holds: about 65,536 YB.</exception>
    public static string Bytes(string text)
    {
        var size = Quantity.Read(text, "data size");
        var bytes = size.Times(BigInteger.Pow(1024, Power(size.Unit)));
        return bytes <= (BigInteger)decimal.MaxValue
            ? bytes.ToString(CultureInfo.InvariantCulture)
            : throw new ArgumentException($"{text} is more than {decimal.MaxValue} bytes");
    }

    private static double FactorTo(string unit, int power) => Math.Pow(1024, power - Power(unit));

    private static int Power(string unit) =>
        Array.IndexOf(Units, unit == "kB" ? "KB" : unit) is >= 0 and var power
            ? power
            : throw new ArgumentException($"{unit} is no unit of data size: {string.Join(", ", Units)}");

    private static string Print(double value, string unit) =>
        (value == Math.Floor(value) ? value.ToString("F0", CultureInfo.InvariantCulture) : Quantity.TwoDecimals(value)) + unit;
}
