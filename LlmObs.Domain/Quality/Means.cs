namespace LlmObs.Domain.Quality;

/// <summary>
/// Means with their 95 % intervals. Tokens and costs are skewed: most requests are small and a few are large, and the mean of a sample that missed those
/// lies too low. Hall's transformation (1992, "On the removal of skewness by transformation") stretches the interval to the side of the long tail; Zhou and Dinh
/// (2005) do the same for a difference. Without skewness both are the normal interval and Welch's.
/// </summary>
public static class Means
{
    /// <summary>Of a single observation there is no interval.</summary>
    public static Estimate Of(Moments sample)
    {
        if (sample.Count == 0)
        {
            return Estimate.None;
        }

        var mean = sample.Sum / sample.Count;
        return sample.Count == 1 ? new(mean, null, null, 1) : Around(mean, sample.Variance / sample.Count, Skewness(sample), sample.Count);
    }

    /// <summary>Second mean minus first, each with its own variance.</summary>
    public static Estimate Difference(Moments first, Moments second)
    {
        if (first.Count < 2 || second.Count < 2)
        {
            return Estimate.None;
        }

        var difference = second.Sum / second.Count - first.Sum / first.Count;
        var variance = first.Variance / first.Count + second.Variance / second.Count;
        return Around(difference, variance, Skewness(second) - Skewness(first), Math.Min(first.Count, second.Count));
    }

    /// <summary>The third cumulant of the mean. No sample of n can be more skewed than (n−2) ÷ √(n−1).</summary>
    private static double Skewness(Moments sample)
    {
        var scale = Math.Pow(sample.Variance, 1.5);
        var most = scale * (sample.Count - 2) / Math.Sqrt(sample.Count - 1);
        return Math.Clamp(sample.Third, -most, most) / ((double)sample.Count * sample.Count);
    }

    private static Estimate Around(double value, double variance, double third, long count)
    {
        var error = Math.Sqrt(variance);
        var skewness = error == 0 ? 0 : third / Math.Pow(error, 3);
        return new(value, value - error * Untransformed(Intervals.Z, skewness), value - error * Untransformed(-Intervals.Z, skewness), count);
    }

    /// <summary>The studentised mean at which Hall's transformation of it is <paramref name="z"/>.</summary>
    private static double Untransformed(double z, double skewness) =>
        Math.Abs(skewness) < 1e-6 ? z : 3 / skewness * (Math.Cbrt(1 + skewness * (z - skewness / 6)) - 1);
}
