using System.Globalization;
using LlmObs.TraceLog;
using LlmObs.Web.Formatting;

namespace LlmObs.Web.Search;

/// <summary>A bar: x and width in percent, y and height in pixels of the drawing, ready for attributes.</summary>
public sealed record HistogramBar(HistogramBucket Bucket, string X, string Width, string Y, string Height, string ErrorY, string ErrorHeight);

/// <summary>A height of the grid, in pixels of the drawing.</summary>
public sealed record AxisLabel(string Position, string Text);

/// <summary>The histogram's geometry, computed here so that the page needs no script to draw it.</summary>
public sealed record HistogramChart(IReadOnlyList<HistogramBar> Bars, IReadOnlyList<AxisLabel> Heights, IReadOnlyList<RulerTick> Ticks)
{
    private const double Top = 8.5;
    private const double Floor = 54;
    private const double Gap = 0.2;
    private const double ThinnestBar = 0.8;

    public static HistogramChart Of(IReadOnlyList<HistogramBucket> buckets, Func<DateTimeOffset, DateTimeOffset> local)
    {
        if (buckets.Count == 0)
        {
            return new([], [], []);
        }

        var ceiling = Ceiling(buckets.Max(bucket => bucket.Count));
        var (start, end) = (buckets[0].From, buckets[^1].To);
        return new(
            [.. buckets.Select(bucket => Bar(bucket, ceiling, start, end))],
            [
                new(Pixels(Top), Figures.Axis(ceiling)),
                .. ceiling % 2 == 0 ? [new AxisLabel(Pixels(Top + (Floor - Top) / 2), Figures.Axis(ceiling / 2))] : Array.Empty<AxisLabel>(),
            ],
            TimeRuler.Ticks(local(start), local(end))
        );
    }

    /// <summary>The next of 1, 2, 4, 5, 6, 8, 10, times a power of ten: halves of it are whole.</summary>
    public static long Ceiling(long largest)
    {
        for (var unit = 1L; ; unit *= 10)
        {
            foreach (var step in (ReadOnlySpan<long>)[1, 2, 4, 6, 8, 10])
            {
                if (step * unit >= largest)
                {
                    return step * unit;
                }
            }
        }
    }

    private static HistogramBar Bar(HistogramBucket bucket, long ceiling, DateTimeOffset start, DateTimeOffset end)
    {
        var whole = (end - start).Ticks;
        var x = 100.0 * (bucket.From - start).Ticks / whole;
        var width = 100.0 * (bucket.To - bucket.From).Ticks / whole;
        var (height, errors) = (Height(bucket.Count, ceiling), Height(bucket.Errors, ceiling));
        return new(
            bucket,
            Percent(x),
            Percent(Math.Max(width * (1 - Gap), 0.05)),
            Pixels(Floor - height),
            Pixels(height),
            Pixels(Floor - errors),
            Pixels(errors)
        );
    }

    // One of a million is still something, and shows.
    private static double Height(long count, long ceiling) => count == 0 ? 0 : Math.Max(ThinnestBar, (Floor - Top) * count / ceiling);

    private static string Percent(double value) => value.ToString("0.###", CultureInfo.InvariantCulture) + "%";

    private static string Pixels(double value) => value.ToString("0.#", CultureInfo.InvariantCulture);
}
