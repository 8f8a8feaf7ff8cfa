using System.Collections.Concurrent;

namespace LlmObs.Domain.Quality;

/// <summary>
/// Bootstrap intervals of percentiles. Drawing n observations with replacement and taking the k-th smallest is drawing one position:
/// the k-th smallest of n uniform numbers follows Beta(k, n−k+1). So the interval of one percentile lies between two quantiles of it, and needs
/// no drawing at all; a replicate of a difference costs four gamma variates, whatever the samples' sizes.
/// The seed is fixed: the same samples always get the same interval.
/// </summary>
public sealed class Bootstrap(int replicates = 2000, int seed = 20_251_014)
{
    private const int MaxKnown = 10_000;

    // A page asks for the same place again for each chart and table it stands in.
    private static readonly ConcurrentDictionary<(int Count, int Rank), (int Low, int High)> Known = new();

    /// <param name="sorted">Ascending.</param>
    /// <param name="percentile">Above 0, at most 1; by nearest rank, as PostgreSQL's percentile_disc.</param>
    public static Estimate Percentile(IReadOnlyList<double> sorted, double percentile)
    {
        if (sorted.Count == 0)
        {
            return Estimate.None;
        }

        var (count, rank) = (sorted.Count, Rank(sorted.Count, percentile));
        var (low, high) = Places(count, rank);
        return new(sorted[rank - 1], sorted[low], sorted[high], count);
    }

    /// <summary>Second percentile minus first: the interval of the differences of independent replicates.</summary>
    public Estimate Difference(IReadOnlyList<double> first, IReadOnlyList<double> second, double percentile)
    {
        if (first.Count == 0 || second.Count == 0)
        {
            return Estimate.None;
        }

        var dice = new Random(seed);
        var (a, b) = (Draw(first, percentile, dice), Draw(second, percentile, dice));
        var (low, high) = Interval([.. a.Zip(b, (one, other) => other - one)]);
        var difference = second[Rank(second.Count, percentile) - 1] - first[Rank(first.Count, percentile) - 1];
        return new(difference, low, high, Math.Min(first.Count, second.Count));
    }

    /// <summary>The nearest rank, from 1.</summary>
    public static int Rank(int count, double percentile) => Math.Clamp((int)Math.Ceiling(percentile * count), 1, count);

    /// <summary>Where among so many observations the ends of the interval of that rank stand.</summary>
    private static (int Low, int High) Places(int count, int rank)
    {
        if (Known.Count >= MaxKnown)
        {
            Known.Clear();
        }

        return Known.GetOrAdd((count, rank), static key => (Place(0.025, key.Count, key.Rank), Place(0.975, key.Count, key.Rank)));
    }

    private static int Place(double share, int count, int rank) => Math.Min((int)(Beta.Quantile(share, rank, count - rank + 1) * count), count - 1);

    private double[] Draw(IReadOnlyList<double> sorted, double percentile, Random dice)
    {
        var rank = Rank(sorted.Count, percentile);
        var draws = new double[replicates];
        for (var i = 0; i < replicates; i++)
        {
            var below = Gamma(rank, dice);
            var position = below / (below + Gamma(sorted.Count - rank + 1, dice));
            draws[i] = sorted[Math.Min((int)(position * sorted.Count), sorted.Count - 1)];
        }

        return draws;
    }

    private static (double Low, double High) Interval(double[] draws)
    {
        Array.Sort(draws);
        return (draws[Rank(draws.Length, 0.025) - 1], draws[Rank(draws.Length, 0.975) - 1]);
    }

    // Marsaglia and Tsang, for shapes from 1 up.
    private static double Gamma(int shape, Random dice)
    {
        var d = shape - 1.0 / 3;
        var c = 1 / Math.Sqrt(9 * d);
        while (true)
        {
            var x = Normal(dice);
            var v = Math.Pow(1 + c * x, 3);
            if (v > 0 && Math.Log(1 - dice.NextDouble()) < 0.5 * x * x + d - d * v + d * Math.Log(v))
            {
                return d * v;
            }
        }
    }

    // Box and Muller.
    private static double Normal(Random dice) => Math.Sqrt(-2 * Math.Log(1 - dice.NextDouble())) * Math.Cos(2 * Math.PI * dice.NextDouble());
}
