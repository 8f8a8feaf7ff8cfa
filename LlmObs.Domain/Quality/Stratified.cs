namespace LlmObs.Domain.Quality;

/// <summary>One question that both releases were asked: how often, and with how many successes.</summary>
public sealed record Stratum(long FirstSuccesses, long FirstCount, long SecondSuccesses, long SecondCount);

/// <summary>Compares two groups within strata, so that it does not matter that one was asked the hard questions more often.</summary>
public static class Stratified
{
    /// <summary>
    /// Second share minus first: the common risk difference of Mantel and Haenszel with Sato's variance, which holds for many small strata as for few large ones.
    /// The count is that of the smaller group.
    /// </summary>
    /// <param name="strata">Those with nothing on one side say nothing and are left out.</param>
    public static Estimate RateDifference(IEnumerable<Stratum> strata)
    {
        var (weights, sum, p, q) = (0.0, 0.0, 0.0, 0.0);
        var (firsts, seconds) = (0L, 0L);
        foreach (var stratum in strata.Where(stratum => stratum is { FirstCount: > 0, SecondCount: > 0 }))
        {
            var (x0, n0, x1, n1) = (
                (double)stratum.FirstSuccesses,
                (double)stratum.FirstCount,
                (double)stratum.SecondSuccesses,
                (double)stratum.SecondCount
            );
            var all = n0 + n1;
            weights += n1 * n0 / all;
            sum += (x1 * n0 - x0 * n1) / all;
            p += (n1 * n1 * x0 - n0 * n0 * x1 + n1 * n0 * (n0 - n1) / 2) / (all * all);
            q += (x1 * (n0 - x0) + x0 * (n1 - x1)) / (2 * all);
            firsts += stratum.FirstCount;
            seconds += stratum.SecondCount;
        }

        if (weights == 0)
        {
            return Estimate.None;
        }

        var difference = sum / weights;
        var half = Intervals.Z * Math.Sqrt(Math.Max(0, (difference * p + q) / (weights * weights)));
        return new(difference, Math.Max(-1, difference - half), Math.Min(1, difference + half), Math.Min(firsts, seconds));
    }
}
