using System.ComponentModel.DataAnnotations;

namespace LlmObs.Domain.Quality;

/// <summary>How much each part of satisfaction counts. A request is rated by the parts it has; the weights of the others fall away.</summary>
public sealed class SatisfactionWeights
{
    public const string Section = "Quality:Satisfaction";

    /// <summary>What the user said.</summary>
    [Range(0, 100)]
    public double Explicit { get; set; } = 5;

    /// <summary>What the user did: copied, asked again, left.</summary>
    [Range(0, 100)]
    public double Implicit { get; set; } = 3;

    /// <summary>How well the answer fits the question, read back by a model.</summary>
    [Range(0, 100)]
    public double Reverse { get; set; } = 2;
}

/// <summary>The parts of one request's satisfaction, each 1–5; null when there is none.</summary>
public sealed record SatisfactionParts(double? Explicit, double? Implicit, double? Reverse)
{
    /// <summary>The weighted mean of the parts that are there, 1–5; null without any.</summary>
    public double? Composite(SatisfactionWeights weights)
    {
        var weight = Weight(Explicit, weights.Explicit) + Weight(Implicit, weights.Implicit) + Weight(Reverse, weights.Reverse);
        return weight == 0
            ? null
            : ((Explicit ?? 0) * weights.Explicit + (Implicit ?? 0) * weights.Implicit + (Reverse ?? 0) * weights.Reverse) / weight;
    }

    private static double Weight(double? part, double weight) => part is null ? 0 : weight;
}

/// <summary>The satisfaction of requests that have the same parts, added up so that any weights can be laid over it.</summary>
/// <param name="Explicit">Sum of the part; 0 when these requests do not have it.</param>
/// <param name="ExplicitSquares">Sum of its squares.</param>
/// <param name="ExplicitImplicit">Sum of the products of two parts.</param>
public sealed record SatisfactionSums(
    long Count,
    bool HasExplicit,
    bool HasImplicit,
    bool HasReverse,
    double Explicit,
    double Implicit,
    double Reverse,
    double ExplicitSquares,
    double ImplicitSquares,
    double ReverseSquares,
    double ExplicitImplicit,
    double ExplicitReverse,
    double ImplicitReverse
)
{
    /// <summary>Of each request's <see cref="SatisfactionParts.Composite"/>. Stars lie between 1 and 5, where skewness matters little.</summary>
    public Moments Composite(SatisfactionWeights weights)
    {
        var (e, i, r) = (HasExplicit ? weights.Explicit : 0, HasImplicit ? weights.Implicit : 0, HasReverse ? weights.Reverse : 0);
        var all = e + i + r;
        return all == 0
            ? Moments.None with
            {
                Cubes = null,
            }
            : new(
                Count,
                (e * Explicit + i * Implicit + r * Reverse) / all,
                (
                    e * e * ExplicitSquares
                    + i * i * ImplicitSquares
                    + r * r * ReverseSquares
                    + 2 * (e * i * ExplicitImplicit + e * r * ExplicitReverse + i * r * ImplicitReverse)
                ) / (all * all),
                null
            );
    }
}
