namespace LlmObs.Domain.Quality;

/// <summary>What a mean and its interval need of some observations.</summary>
/// <param name="Squares">Sum of their squares.</param>
/// <param name="Cubes">Sum of their cubes; null when the skewness is left out of account.</param>
public readonly record struct Moments(long Count, double Sum, double Squares, double? Cubes)
{
    public static readonly Moments None = new(0, 0, 0, 0);

    public Estimate Mean => Means.Of(this);

    /// <summary>How far the observations scatter: their variance, for a sample.</summary>
    internal double Variance => Count < 2 ? 0 : Math.Max(0, (Squares - Sum * Sum / Count) / (Count - 1));

    /// <summary>Their third central moment; 0 when it is not known.</summary>
    internal double Third => Cubes is { } cubes ? cubes / Count - 3 * Average * Squares / Count + 2 * Average * Average * Average : 0;

    private double Average => Sum / Count;

    public static Moments operator +(Moments a, Moments b) => new(a.Count + b.Count, a.Sum + b.Sum, a.Squares + b.Squares, a.Cubes + b.Cubes);

    public static Moments Add(Moments left, Moments right) => left + right;
}
