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
