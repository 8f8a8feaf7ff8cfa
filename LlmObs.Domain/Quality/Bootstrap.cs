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

    /// <param name="percentile">Above 0, at most 1; by nearest rank, as PostgreSQL's percentile_disc.</param>
    public static Estimate Percentile(Histogram sample, double percentile)
    {
        if (sample.Count == 0)
        {
            return Estimate.None;
        }

        var rank = Rank(sample.Count, percentile);
        var (low, high) = Ranks(sample.Count, rank);
        return new(sample.At(rank), sample.At(low), sample.At(high), sample.Count);
    }

    /// <summary>Second percentile minus first: the interval of the differences of independent replicates.</summary>
    public Estimate Difference(Histogram first, Histogram second, double percentile)
    {
        if (first.Count == 0 || second.Count == 0)
        {
            return Estimate.None;
        }

        var dice = new Random(seed);
        var (a, b) = (Draw(first, percentile, dice), Draw(second, percentile, dice));
        var (low, high) = Interval([.. a.Zip(b, (one, other) => other - one)]);
        var difference = second.At(Rank(second.Count, percentile)) - first.At(Rank(first.Count, percentile));
        return new(difference, low, high, Math.Min(first.Count, second.Count));
    }

    /// <summary>The nearest rank, from 1.</summary>
    public static int Rank(int count, double percentile) => Math.Clamp((int)Math.Ceiling(percentile * count), 1, count);

    /// <summary>The ranks of the ends of that rank's interval.</summary>
    private static (int Low, int High) Ranks(int count, int rank)
    {
        if (Known.Count >= MaxKnown)
        {
            Known.Clear();
        }

        return Known.GetOrAdd((count, rank), static key => (End(0.025, key.Count, key.Rank), End(0.975, key.Count, key.Rank)));
    }

    private static int End(double share, int count, int rank) => RankAt(Beta.Quantile(share, rank, count - rank + 1), count);

    private static int RankAt(double position, int count) => Math.Min((int)(position * count), count - 1) + 1;

    private double[] Draw(Histogram sample, double percentile, Random dice)
    {
        var rank = Rank(sample.Count, percentile);
        var draws = new double[replicates];
        for (var i = 0; i < replicates; i++)
        {
            var below = Gamma(rank, dice);
            var position = below / (below + Gamma(sample.Count - rank + 1, dice));
            draws[i] = sample.At(RankAt(position, sample.Count));
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
