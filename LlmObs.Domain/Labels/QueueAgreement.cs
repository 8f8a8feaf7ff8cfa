namespace LlmObs.Domain.Labels;

/// <summary>How far the people of a queue agree, over the items that at least two of them labelled.</summary>
/// <param name="Items">Items with two labels or more.</param>
/// <param name="Kappa">Cohen's when all of them come from the same two people, else Fleiss'; null when it is not defined.</param>
/// <param name="IsCohen">Which of the two it is.</param>
/// <param name="KappaItems">Items it is made of: Fleiss' takes those with the commonest number of labels.</param>
public sealed record QueueAgreement(int Items, double? Kappa, bool IsCohen, int KappaItems, IReadOnlyList<PairAgreement> Pairs)
{
    public static readonly QueueAgreement None = new(0, null, true, 0, []);

    /// <param name="readings">For each item who said what; items with one label are left out.</param>
    public static QueueAgreement Of(LabelSet set, IEnumerable<IReadOnlyDictionary<string, string>> readings)
    {
        // A value that was taken out of the set cannot be placed among the others.
        var values = set.Values;
        var shared = readings.Where(item => item.Count > 1 && item.Values.All(values.Contains)).ToList();
        if (values.Count == 0 || shared.Count == 0)
        {
            return None;
        }

        var pairs = Agreement.Pairs(shared, values, set.Kind == LabelKind.Scale ? Disagreement.Quadratic : Disagreement.Nominal);
        if (pairs is [var only])
        {
            return new(shared.Count, only.Kappa, true, only.Items, pairs);
        }

        var commonest = shared.GroupBy(item => item.Count).MaxBy(same => same.Count())!.ToList();
        return new(shared.Count, Agreement.Fleiss([.. commonest.Select(item => item.Values.ToList())]), false, commonest.Count, pairs);
    }
}
