using System.Globalization;
using LlmObs.Domain.Quality;
using LlmObs.Domain.Spans;
using LlmObs.Web.Formatting;

namespace LlmObs.Web.Quality;

/// <summary>How measures are written: <c>82.4%</c>, <c>8.81 s</c>, <c>4.08</c>; changes as <c>+5.3 pp</c>, with a true minus.</summary>
public static class QualityFigures
{
    public static string Value(Measure measure, double? value, string? currency = null) =>
        (value, measure.Unit) switch
        {
            (null, _) => Figures.Unknown,
            ({ } share, MeasureUnit.Share) => Percent(share),
            ({ } ms, MeasureUnit.Milliseconds) => Figures.Duration((long)(ms * 1e6)).ToString(),
            ({ } stars, MeasureUnit.Stars) => Number(stars, "0.00"),
            ({ } tokens, MeasureUnit.Tokens) => Figures.Count((long)Math.Round(tokens)),
            ({ } money, _) => Figures.Money(new Cost(null, null, (decimal)money, currency ?? "")),
        };

    /// <summary><c>81.3–83.5%</c>, <c>7.90–8.50 s</c>; empty without an interval.</summary>
    public static string Interval(Measure measure, Estimate estimate) =>
        estimate is not { Low: { } low, High: { } high } ? ""
        : measure.Unit == MeasureUnit.Share ? $"{Number(100 * low, "0.0")}–{Percent(high)}"
        : $"{Value(measure, low)} – {Value(measure, high)}";

    /// <summary><c>±1.1</c>: half the interval, in percentage points.</summary>
    public static string Half(Estimate estimate) => estimate is { Low: { } low, High: { } high } ? "±" + Number(50 * (high - low), "0.0") : "";

    public static string Change(Measure measure, double? change, string? currency = null) =>
        (change, measure.Unit) switch
        {
            (null, _) => Figures.Unknown,
            ({ } points, MeasureUnit.Share) => Sign(points) + Number(100 * Math.Abs(points), "0.0") + " pp",
            ({ } other, _) => Sign(other) + Value(measure, Math.Abs(other), currency),
        };

    /// <summary>A share with few observations is told as a count.</summary>
    public static string Share(long part, long count) =>
        count < Estimate.Few ? $"{Figures.Count(part)} / {Figures.Count(count)}" : Percent((double)part / count);

    public static string Percent(double share) => share >= 1 ? "100%" : Number(100 * share, "0.0") + "%";

    private static string Sign(double value) => value < 0 ? "−" : "+";

    private static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
