namespace LlmObs.Domain.Quality;

/// <summary>Intervals that have a formula. All are for 95 %.</summary>
public static class Intervals
{
    /// <summary>The normal quantile of 97.5 %.</summary>
    public const double Z = 1.959963984540054;

    /// <summary>A share with Wilson's score interval, which stays within 0 to 1 and holds for small samples.</summary>
    public static Estimate Rate(long successes, long count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(successes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(successes, count);
        if (count == 0)
        {
            return Estimate.None;
        }

        var (n, p) = ((double)count, (double)successes / count);
        var centre = (p + Z * Z / (2 * n)) / (1 + Z * Z / n);
        var half = Z / (1 + Z * Z / n) * Math.Sqrt(p * (1 - p) / n + Z * Z / (4 * n * n));
        return new(p, successes == 0 ? 0 : centre - half, successes == count ? 1 : centre + half, count);
    }

    /// <summary>A mean with its normal interval; of a single observation there is none.</summary>
    /// <param name="sum">Of the observations.</param>
    /// <param name="squares">Sum of their squares.</param>
    public static Estimate Mean(double sum, double squares, long count)
    {
        if (count == 0)
        {
            return Estimate.None;
        }

        var mean = sum / count;
        if (count == 1)
        {
            return new(mean, null, null, 1);
        }

        var half = Z * Math.Sqrt(Variance(sum, squares, count) / count);
        return new(mean, mean - half, mean + half, count);
    }

    /// <summary>Second share minus first, with Newcombe's interval (his method 10): the two Wilson intervals combined.</summary>
    public static Estimate RateDifference(Estimate first, Estimate second)
    {
        if (first is not { Value: { } p1, Low: { } low1, High: { } high1 } || second is not { Value: { } p2, Low: { } low2, High: { } high2 })
        {
            return Estimate.None;
        }

        var difference = p2 - p1;
        return new(
            difference,
            difference - Math.Sqrt(Square(p2 - low2) + Square(high1 - p1)),
            difference + Math.Sqrt(Square(high2 - p2) + Square(p1 - low1)),
            Math.Min(first.Count, second.Count)
        );
    }

    /// <summary>Second mean minus first, each with its own variance (Welch), by the normal quantile.</summary>
    public static Estimate MeanDifference(Estimate first, Estimate second)
    {
        if (first is not { Value: { } m1, High: { } high1 } || second is not { Value: { } m2, High: { } high2 })
        {
            return Estimate.None;
        }

        var difference = m2 - m1;
        var half = Math.Sqrt(Square(high1 - m1) + Square(high2 - m2));
        return new(difference, difference - half, difference + half, Math.Min(first.Count, second.Count));
    }

    private static double Variance(double sum, double squares, long count) => Math.Max(0, (squares - sum * sum / count) / (count - 1));

    private static double Square(double value) => value * value;
}
