using System.Text;
using LlmObs.Domain.Quality;

namespace LlmObs.Web.Quality;

/// <summary>One day or hour of a trend.</summary>
/// <param name="Key">The group's key: a local day or hour in ISO 8601.</param>
/// <param name="From">When it begins.</param>
public sealed record TrendPoint(string Key, DateTimeOffset From, DateTimeOffset To, QualityTally? Tally);

/// <param name="Class"><c>s1</c>, <c>s3</c>: the series' colour.</param>
public sealed record TrendLine(string Class, string Path, IReadOnlyList<TrendDot> Dots);

/// <param name="X">Percent of the width; <paramref name="Y"/> is in pixels.</param>
public sealed record TrendDot(TrendPoint Point, Estimate Estimate, string X, string Y);

public sealed record TrendMark(string Place, string Label);

/// <param name="IsLabelBelow">Above the line's right end, where the label stands by itself, ends what is drawn.</param>
public sealed record TrendGoal(string Place, string Label, bool IsLabelBelow);

/// <summary>A trend's geometry: lines over days or hours, the band of their intervals, the goal, and when releases came. 1000 by 196, stretched.</summary>
public sealed record TrendChart(
    string? Band,
    IReadOnlyList<TrendLine> Lines,
    IReadOnlyList<TrendMark> Grid,
    IReadOnlyList<TrendMark> Ticks,
    TrendGoal? Goal,
    IReadOnlyList<TrendMark> Events
)
{
    private const double Top = 22;
    private const double Floor = 166;
    private const double LabelHeight = 18;
    private const double LabelShare = 0.12;
    private const double DotRadius = 4;
    private static readonly double[] NiceFactors = [1, 2, 5, 10];

    /// <param name="series">Measures of one unit with the class of their line; the first one has the band.</param>
    /// <param name="releases">First request of each release.</param>
    public static TrendChart Of(
        IReadOnlyList<TrendPoint> points,
        IReadOnlyList<(Measure Measure, string Class)> series,
        double? goal,
        IReadOnlyList<(DateTimeOffset At, string Release)> releases
    )
    {
        var measure = series[0].Measure;
        var values = points
            .SelectMany(point => series.Select(line => Estimate(point, line.Measure)))
            .SelectMany(estimate => new[] { estimate.Value, estimate.Low, estimate.High })
            .Append(goal)
            .OfType<double>()
            .ToList();
        var (low, high, step) = Scale(measure.Unit, values);
        double Y(double value) => Floor - (Floor - Top) * (Math.Clamp(value, low, high) - low) / (high - low);
        return new(
            BandPath(points, measure, Y),
            [.. series.Select(line => Line(points, line.Measure, line.Class, Y))],
            [
                .. Enumerable
                    .Range(0, (int)Math.Round((high - low) / step) + 1)
                    .Select(i => low + i * step)
                    .Select(value => new TrendMark(Drawing.Pixels(Y(value)), AxisLabel(measure, value))),
            ],
            TimeTicks(points),
            goal is { } aim ? new(Drawing.Pixels(Y(aim)), AxisLabel(measure, aim), EndsOnLabel(Y(aim))) : null,
            [
                .. releases
                    .Where(release => IsWithin(points, release.At))
                    .Select(release => new TrendMark(Drawing.Percent(Place(points, release.At)), release.Release)),
            ]
        );

        bool EndsOnLabel(double place) =>
            place < Floor - LabelHeight
            && series
                .Select(line => Tail(points, line.Measure))
                .OfType<(double From, double To)>()
                .Any(tail => Math.Min(Y(tail.From), Y(tail.To)) <= place + DotRadius && Math.Max(Y(tail.From), Y(tail.To)) > place - LabelHeight);
    }

    private static Estimate Estimate(TrendPoint point, Measure measure) => point.Tally?.Of(measure) ?? Domain.Quality.Estimate.None;

    private static double X(int index, int count) => count == 1 ? 50 : 100.0 * index / (count - 1);

    // The values between which a line runs where the label of the goal stands. Null when it ends before.
    private static (double From, double To)? Tail(IReadOnlyList<TrendPoint> points, Measure measure)
    {
        if (points.Count == 0 || Estimate(points[^1], measure).Value is not { } last)
        {
            return null;
        }

        var before = points.Count > 1 ? Estimate(points[^2], measure).Value ?? last : last;
        return (last + (before - last) * Math.Min(1, LabelShare * (points.Count - 1)), last);
    }

    private static TrendLine Line(IReadOnlyList<TrendPoint> points, Measure measure, string look, Func<double, double> y)
    {
        var (path, isDrawing) = (new StringBuilder(), false);
        var dots = new List<TrendDot>();
        for (var i = 0; i < points.Count; i++)
        {
            var estimate = Estimate(points[i], measure);
            if (estimate.Value is { } value)
            {
                path.Append(isDrawing ? 'L' : 'M').Append(Drawing.Pixels(10 * X(i, points.Count))).Append(' ').Append(Drawing.Pixels(y(value)));
                dots.Add(new(points[i], estimate, Drawing.Percent(X(i, points.Count)), Drawing.Pixels(y(value))));
            }

            isDrawing = estimate.Value is not null;
        }

        return new(look, path.ToString(), dots);
    }

    // Each stretch of days with an interval is a shape of its own.
    private static string? BandPath(IReadOnlyList<TrendPoint> points, Measure measure, Func<double, double> y)
    {
        var (path, upper, lower) = (new StringBuilder(), new List<string>(), new List<string>());
        for (var i = 0; i <= points.Count; i++)
        {
            if (i < points.Count && Estimate(points[i], measure) is { Low: { } low, High: { } high })
            {
                var x = Drawing.Pixels(10 * X(i, points.Count));
                upper.Add($"{x} {Drawing.Pixels(y(high))}");
                lower.Add($"{x} {Drawing.Pixels(y(low))}");
            }
            else if (upper.Count > 0)
            {
                lower.Reverse();
                path.Append('M').AppendJoin('L', upper.Concat(lower)).Append('Z');
                (upper, lower) = ([], []);
            }
        }

        return path.Length == 0 ? null : path.ToString();
    }

    /// <summary>Round ends and a round step, three to five lines.</summary>
    private static (double Low, double High, double Step) Scale(MeasureUnit unit, IReadOnlyList<double> values)
    {
        if (unit == MeasureUnit.Stars)
        {
            return (1, 5, 1);
        }

        if (unit == MeasureUnit.Share)
        {
            var (min, max) = (values.DefaultIfEmpty(0).Min(), values.DefaultIfEmpty(1).Max());
            var step = (max - min) switch
            {
                < 0.15 => 0.05,
                < 0.35 => 0.1,
                < 0.7 => 0.2,
                _ => 0.25,
            };
            var low = Math.Max(0, Math.Floor(min / step) * step);
            var high = Math.Min(1, Math.Ceiling(max / step) * step);
            return (low, high > low ? high : low + step, step);
        }

        var top = Math.Max(1, values.DefaultIfEmpty(1).Max());
        var unitStep = Math.Pow(10, Math.Floor(Math.Log10(top / 2)));
        var nice = NiceFactors.First(factor => top / (factor * unitStep) <= 4) * unitStep;
        return (0, Math.Ceiling(top / nice) * nice, nice);
    }

    private static string AxisLabel(Measure measure, double value) =>
        measure.Unit == MeasureUnit.Share ? Drawing.Percent(Math.Round(100 * value, 1)) : QualityFigures.Value(measure, value);

    private static IReadOnlyList<TrendMark> TimeTicks(IReadOnlyList<TrendPoint> points)
    {
        var every = Math.Max(1, (int)Math.Ceiling(points.Count / 7.0));
        return
        [
            .. points.Select(
                (point, i) =>
                    new TrendMark(
                        Drawing.Percent(X(i, points.Count)),
                        i % every != 0 ? ""
                            : point.Key.Length > 10 ? point.Key[11..]
                            : point.Key[5..]
                    )
            ),
        ];
    }

    private static bool IsWithin(IReadOnlyList<TrendPoint> points, DateTimeOffset at) => points.Count > 1 && at > points[0].To && at < points[^1].To;

    private static double Place(IReadOnlyList<TrendPoint> points, DateTimeOffset at)
    {
        var index = points.TakeWhile(point => point.To <= at).Count();
        var within = (at - points[Math.Min(index, points.Count - 1)].From) / (points[0].To - points[0].From);

        // A point stands for its whole day: the day begins half a step before it.
        return Math.Clamp(X(0, points.Count) + (index + within - 0.5) * 100.0 / (points.Count - 1), 0, 100);
    }
}
