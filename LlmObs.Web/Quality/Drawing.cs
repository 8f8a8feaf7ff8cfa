using System.Globalization;
using LlmObs.Domain.Quality;

namespace LlmObs.Web.Quality;

/// <summary>Numbers as SVG attributes.</summary>
internal static class Drawing
{
    public static string Percent(double value) => value.ToString("0.###", CultureInfo.InvariantCulture) + "%";

    public static string Pixels(double value) => value.ToString("0.#", CultureInfo.InvariantCulture);
}

/// <summary>The scale under a reading: where it is now, its interval, where it was, and the goal. All in percent of the width.</summary>
public sealed record Gauge(string? At, string? Was, string? BandX, string? BandWidth, string? Goal)
{
    public static Gauge Of(Measure measure, Estimate now, Estimate before, double? goal)
    {
        double?[] all = [now.Value, now.Low, now.High, before.Value, goal];
        var (low, high) = measure.Unit switch
        {
            MeasureUnit.Share => (Math.Floor(10 * Math.Max(0, (all.Min() ?? 0.5) - 0.02)) / 10, 1.0),
            MeasureUnit.Stars => (1.0, 5.0),
            _ => (0.0, 1.25 * (all.Max() ?? 1)),
        };
        double? Place(double? value) => value is { } known ? Math.Clamp(100 * (known - low) / Math.Max(high - low, 1e-9), 0, 100) : null;
        string? Text(double? value) => Place(value) is { } place ? Drawing.Percent(place) : null;
        var band = Place(now.High) - Place(now.Low);
        return new(Text(now.Value), Text(before.Value), Text(now.Low), band is { } width ? Drawing.Percent(width) : null, Text(goal));
    }
}

/// <summary>A difference and its interval around no change, which is the middle. All in percent of the width.</summary>
public sealed record Forest(string From, string To, string At, string Class)
{
    private const double Reach = 46;

    /// <summary>Null when there is no interval to draw.</summary>
    public static Forest? Of(Comparison comparison)
    {
        if (comparison.Change is not { Value: { } value, Low: { } low, High: { } high })
        {
            return null;
        }

        var widest = Math.Max(Math.Abs(low), Math.Abs(high));
        // Shares have one scale, so that rows can be read against one another: 25 points to each side unless one needs more.
        var scale = comparison.Measure.Unit == MeasureUnit.Share ? Math.Max(widest, 0.25) : widest / 0.8;
        string Place(double change) => Drawing.Percent(50 + (scale == 0 ? 0 : Reach * change / scale));
        var look = comparison.Verdict switch
        {
            Verdict.Better => "real",
            Verdict.Worse => "worse",
            _ => "no",
        };
        return new(Place(low), Place(high), Place(value), look);
    }
}

/// <summary>A small line without axes, 88 by 24.</summary>
public static class Spark
{
    public static string Path(IReadOnlyList<long> counts)
    {
        var top = Math.Max(1, counts.Max());
        return "M"
            + string.Join(
                'L',
                counts.Select((count, i) => Drawing.Pixels(88.0 * i / (counts.Count - 1)) + " " + Drawing.Pixels(22 - 20.0 * count / top))
            );
    }
}
