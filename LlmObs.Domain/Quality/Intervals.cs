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

    private static double Square(double value) => value * value;
}
