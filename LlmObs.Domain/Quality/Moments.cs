namespace LlmObs.Domain.Quality;

/// <summary>What a mean and its interval need of some observations.</summary>
/// <param name="Squares">Sum of their squares.</param>
public readonly record struct Moments(long Count, double Sum, double Squares)
{
    public Estimate Mean => Intervals.Mean(Sum, Squares, Count);

    public static Moments operator +(Moments a, Moments b) => new(a.Count + b.Count, a.Sum + b.Sum, a.Squares + b.Squares);

    public static Moments Add(Moments left, Moments right) => left + right;
}
