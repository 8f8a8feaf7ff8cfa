namespace LlmObs.Domain.Labels;

/// <summary>How two values that differ count.</summary>
public enum Disagreement
{
    /// <summary>Different is different: choices.</summary>
    Nominal,

    /// <summary>By the square of their distance in the order of the values: a scale.</summary>
    Quadratic,
}

/// <summary>How far two people agree beyond chance.</summary>
/// <param name="Kappa">Cohen's kappa; null when it is not defined: no item, or chance alone would agree always.</param>
/// <param name="Observed">Share of items with the same value, 0 to 1.</param>
public sealed record PairAgreement(string First, string Second, int Items, double Observed, double? Kappa);

/// <summary>Agreement between people who labelled the same items, in the formulas of the literature; docs/labels.md has them.</summary>
public static class Agreement
{
    /// <summary>Cohen's kappa of two people over the items both labelled.</summary>
    /// <param name="values">Every value there is, in order.</param>
    /// <returns>Null when it is not defined.</returns>
    public static double? Cohen(
        IReadOnlyList<(string First, string Second)> pairs,
        IReadOnlyList<string> values,
        Disagreement disagreement = Disagreement.Nominal
    )
    {
        if (pairs.Count == 0)
        {
            return null;
        }

        var index = values.Select((value, i) => (value, i)).ToDictionary(entry => entry.value, entry => entry.i, StringComparer.Ordinal);
        var (first, second) = (new double[values.Count], new double[values.Count]);
        var observed = 0.0;
        foreach (var (one, other) in pairs)
        {
            var (i, j) = (index[one], index[other]);
            first[i]++;
            second[j]++;
            observed += Weight(i, j, disagreement);
        }

        var expected = 0.0;
        for (var i = 0; i < values.Count; i++)
        {
            for (var j = 0; j < values.Count; j++)
            {
                expected += Weight(i, j, disagreement) * first[i] * second[j] / pairs.Count;
            }
        }

        return expected == 0 ? null : 1 - (observed / expected);
    }

    /// <summary>Fleiss' kappa over items that the same number of people labelled, whoever they were.</summary>
    /// <param name="items">For each item its labels, at least two, the same number for each.</param>
    /// <returns>Null when it is not defined.</returns>
    /// <exception cref="ArgumentException">Items have different numbers of labels, or fewer than two.</exception>
    public static double? Fleiss(IReadOnlyList<IReadOnlyList<string>> items)
    {
        if (items.Count == 0)
        {
            return null;
        }

        var raters = items[0].Count;
        if (raters < 2 || items.Any(labels => labels.Count != raters))
        {
            throw new ArgumentException("Every item needs the same number of labels, at least two.", nameof(items));
        }

        var observed = items.Average(labels =>
            labels.GroupBy(label => label, StringComparer.Ordinal).Sum(same => (double)same.Count() * (same.Count() - 1)) / (raters * (raters - 1.0))
        );
        var expected = items
            .SelectMany(labels => labels)
            .GroupBy(label => label, StringComparer.Ordinal)
            .Sum(same => Math.Pow(same.Count() / (double)(items.Count * raters), 2));
        return expected == 1 ? null : (observed - expected) / (1 - expected);
    }

    /// <summary>Every pair of people with items in common, most items first.</summary>
    /// <param name="readings">For each item who said what.</param>
    public static IReadOnlyList<PairAgreement> Pairs(
        IReadOnlyList<IReadOnlyDictionary<string, string>> readings,
        IReadOnlyList<string> values,
        Disagreement disagreement
    )
    {
        var people = readings.SelectMany(item => item.Keys).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        var pairs =
            from first in people
            from second in people
            where string.CompareOrdinal(first, second) < 0
            let common = readings
                .Where(item => item.ContainsKey(first) && item.ContainsKey(second))
                .Select(item => (First: item[first], Second: item[second]))
                .ToList()
            where common.Count > 0
            select new PairAgreement(
                first,
                second,
                common.Count,
                common.Average(pair => pair.First == pair.Second ? 1.0 : 0.0),
                Cohen(common, values, disagreement)
            );
        return [.. pairs.OrderByDescending(pair => pair.Items)];
    }

    private static double Weight(int i, int j, Disagreement disagreement) =>
        disagreement == Disagreement.Nominal ? (i == j ? 0 : 1) : (double)(i - j) * (i - j);
}
