namespace LlmObs.Domain.Quality;

/// <summary>
/// Milliseconds counted in bars that are 1 % wide, so that a million of them take no more room than a thousand, and groups add up. A value read from it is
/// placed within its bar by its rank, and less than 1 % away from the true one.
/// </summary>
public sealed class Histogram
{
    /// <summary>How much higher each bar ends than the one before; <c>quality_place</c> in PostgreSQL counts by the same.</summary>
    private const double Width = 1.01;

    /// <summary>What is shorter counts as this.</summary>
    private const double Shortest = 0.001;

    public static readonly Histogram Empty = new(0, []);

    private readonly int first;

    // How many values stand in the bars up to and with each.
    private readonly int[] upTo;

    private Histogram(int first, int[] counts)
    {
        this.first = first;
        for (var i = 1; i < counts.Length; i++)
        {
            counts[i] += counts[i - 1];
        }

        upTo = counts;
    }

    public int Count => upTo is [.., var all] ? all : 0;

    public static Histogram Of(IEnumerable<double> milliseconds) =>
        FromPairs([.. milliseconds.CountBy(Place).OrderBy(bar => bar.Key).SelectMany(bar => new[] { bar.Key, bar.Value })]);

    /// <param name="pairs">Place, count, place, count, … by place, as PostgreSQL keeps it.</param>
    public static Histogram FromPairs(int[] pairs) => Sum([pairs]);

    /// <summary>All values of these together.</summary>
    public static Histogram Merge(IReadOnlyCollection<Histogram> parts)
    {
        var filled = parts.Where(part => part.Count > 0).ToList();
        if (filled is [] or [_])
        {
            return filled is [var only] ? only : Empty;
        }

        var first = filled.Min(part => part.first);
        var counts = new int[filled.Max(part => part.first + part.upTo.Length) - first];
        foreach (var part in filled)
        {
            for (var i = 0; i < part.upTo.Length; i++)
            {
                counts[part.first - first + i] += part.upTo[i] - (i == 0 ? 0 : part.upTo[i - 1]);
            }
        }

        return new(first, counts);
    }

    /// <summary>All values of these pairs together, as <see cref="FromPairs"/> takes them.</summary>
    public static Histogram Sum(IReadOnlyCollection<int[]> parts)
    {
        var filled = parts.Where(pairs => pairs.Length > 0).ToList();
        if (filled.Count == 0)
        {
            return Empty;
        }

        var first = filled.Min(pairs => pairs[0]);
        var counts = new int[filled.Max(pairs => pairs[^2]) - first + 1];
        foreach (var pairs in filled)
        {
            for (var i = 0; i < pairs.Length; i += 2)
            {
                counts[pairs[i] - first] += pairs[i + 1];
            }
        }

        return new(first, counts);
    }

    /// <summary>The value of this rank, from 1 for the smallest: those of one bar lie evenly in it.</summary>
    public double At(int rank)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rank, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rank, Count);
        var bar = Array.BinarySearch(upTo, rank);
        // Bars without values repeat the number of the one before: the first that reaches the rank holds it.
        bar = bar < 0 ? ~bar : bar;
        while (bar > 0 && upTo[bar - 1] >= rank)
        {
            bar--;
        }

        var below = bar == 0 ? 0 : upTo[bar - 1];
        var within = (rank - below - 0.5) / (upTo[bar] - below);
        return Math.Pow(Width, first + bar - 1 + within);
    }

    private static int Place(double milliseconds) => (int)Math.Ceiling(Math.Log(Math.Max(milliseconds, Shortest)) / Math.Log(Width));
}
