using System.Globalization;
using System.Numerics;
using System.Text.RegularExpressions;

namespace LlmObs.Sls.Emulator.Sql;

/// <summary>A number with a unit, as <c>1.5MB</c> or <c>200 ms</c>. It is never negative.</summary>
/// <param name="Number">As it was written: digits, perhaps a point and more digits.</param>
internal readonly partial record struct Quantity(string Number, string Unit)
{
    // A decimal holds so many digits of a number with two of them behind the point.
    private const double MostInDecimal = 1e15;

    public double Value => double.Parse(Number, CultureInfo.InvariantCulture);

    /// <exception cref="ArgumentException">It is none.</exception>
    public static Quantity Read(string text, string what) =>
        Form().Match(text) is { Success: true } match
            ? new Quantity(match.Groups["number"].Value, match.Groups["unit"].Value)
            : throw new ArgumentException($"{text} is no {what}");

    /// <summary>Times a whole number; what is left behind the point is dropped.</summary>
    public BigInteger Times(BigInteger factor)
    {
        var parts = Number.Split('.');
        var decimals = parts.ElementAtOrDefault(1) ?? "";
        return BigInteger.Parse(parts[0] + decimals, CultureInfo.InvariantCulture) * factor / BigInteger.Pow(10, decimals.Length);
    }

    /// <summary>With two decimals. A half is rounded up as it is written, not as it is stored: 1.005 is 1.01.</summary>
    public static string TwoDecimals(double value) =>
        value < MostInDecimal
            ? Math.Round((decimal)value, 2, MidpointRounding.AwayFromZero).ToString("F2", CultureInfo.InvariantCulture)
            : value.ToString("F2", CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^\s*(?<number>[0-9]+(?:\.[0-9]+)?)\s*(?<unit>[a-zA-Z]+)\s*$")]
    private static partial Regex Form();
}
