using System.Globalization;

namespace LlmObs.Web.Pages.Traces;

/// <summary>The part of the whole time that the bars of the tree show; in percent of it, 0–100.</summary>
public sealed record TimeSlice(double From, double To)
{
    public static readonly TimeSlice Whole = new(0, 100);

    // A thousandth of the time is as close as one can look.
    private const double Narrowest = 0.1;

    public bool IsWhole => this == Whole;

    /// <summary>Reads <c>12.5-40</c>; the whole when it is anything else.</summary>
    public static TimeSlice Read(string? text) =>
        text?.Split('-') is [var from, var to] && Number(from) is { } a && Number(to) is { } b && a >= 0 && b <= 100 && b - a >= Narrowest
            ? new(a, b)
            : Whole;

    /// <summary>As <see cref="Read"/> takes it; null for the whole.</summary>
    public string? Word => IsWhole ? null : string.Create(CultureInfo.InvariantCulture, $"{From:0.###}-{To:0.###}");

    /// <summary>The bar as it stands in this part; null when it lies outside.</summary>
    public TraceBar? Of(TraceBar bar)
    {
        if (IsWhole)
        {
            return bar;
        }

        var (start, end) = (Place(bar.Start), Place(bar.End));
        return end <= 0 || start >= 100
            ? null
            : TraceBar.Between(Math.Max(0, start), Math.Min(100, end), Place(bar.Start + bar.FirstToken) - Math.Max(0, start), bar.IsFrame);
    }

    /// <summary>The stretch as it stands in this part; its width is 0 when it lies outside.</summary>
    public CriticalMark Of(CriticalMark mark)
    {
        var (start, end) = (Math.Clamp(Place(mark.Start), 0, 100), Math.Clamp(Place(mark.Start + mark.Width), 0, 100));
        return new(start, end - start, mark.IsIdle);
    }

    private double Place(double percent) => 100 * (percent - From) / (To - From);

    private static double? Number(string text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) ? number : null;
}
