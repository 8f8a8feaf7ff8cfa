namespace LlmObs.Domain.Quality;

/// <summary>A number worked out from a sample, with its 95 % interval.</summary>
/// <param name="Value">Null when there is nothing to work it out from.</param>
/// <param name="Low">Lower end of the interval, in the unit of the value; null when it is not known.</param>
/// <param name="Count">How many observations it rests on.</param>
public sealed record Estimate(double? Value, double? Low, double? High, long Count)
{
    /// <summary>Below this a share is not shown as a percentage, and a difference not judged.</summary>
    public const int Few = 30;

    public static readonly Estimate None = new(null, null, null, 0);

    public bool IsSmall => Count < Few;
}
