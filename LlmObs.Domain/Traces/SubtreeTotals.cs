using LlmObs.Domain.Spans;

namespace LlmObs.Domain.Traces;

/// <summary>What a span and everything below it come to.</summary>
/// <param name="Usage">Each model call once: of two on one path only the inner counts. Null when nobody said.</param>
/// <param name="Costs">An amount for each currency.</param>
/// <param name="Errors">Failed spans, itself included.</param>
public sealed record SubtreeTotals(TokenUsage? Usage, IReadOnlyList<Cost> Costs, int Errors)
{
    private static readonly SubtreeTotals Nothing = new(null, [], 0);

    // A call without usage counts too: what is above it must not.
    private bool HasCall { get; init; }

    /// <summary>For every row of the tree, in its order.</summary>
    public static IReadOnlyList<SubtreeTotals> Of(TraceTree tree)
    {
        var totals = new SubtreeTotals[tree.Rows.Count];
        for (var i = totals.Length - 1; i >= 0; i--)
        {
            totals[i] = With(tree.Rows[i].Span, Sum(BelowOf(tree, totals, i)));
        }

        return totals;
    }

    /// <summary>Of several subtrees beside one another.</summary>
    public static SubtreeTotals Sum(IEnumerable<SubtreeTotals> parts)
    {
        var sum = Nothing;
        foreach (var part in parts)
        {
            sum = Add(sum, part);
        }

        return sum;
    }

    /// <summary>
    /// A span that carries usage repeats what is below it, and counts only when nothing below it does (its children were filtered out,
    /// or lost).
    /// </summary>
    private static SubtreeTotals With(Span span, SubtreeTotals below)
    {
        var errors = below.Errors + (span.Status == SpanStatus.Error ? 1 : 0);
        if (below.HasCall || (span.Usage is null && span.Cost is null && !span.Kind.IsModelCall()))
        {
            return errors == below.Errors ? below : below with { Errors = errors };
        }

        return new(span.Usage, span.Cost is { } cost ? [cost] : [], errors) { HasCall = true };
    }

    private static IEnumerable<SubtreeTotals> BelowOf(TraceTree tree, SubtreeTotals[] totals, int row)
    {
        var end = row + tree.Rows[row].Size;
        for (var child = row + 1; child < end; child += tree.Rows[child].Size)
        {
            yield return totals[child];
        }
    }

    private static SubtreeTotals Add(SubtreeTotals a, SubtreeTotals b) =>
        a == Nothing ? b
        : b == Nothing ? a
        : new(TokenUsage.Add(a.Usage, b.Usage), AddCosts(a.Costs, b.Costs), a.Errors + b.Errors) { HasCall = a.HasCall || b.HasCall };

    private static IReadOnlyList<Cost> AddCosts(IReadOnlyList<Cost> a, IReadOnlyList<Cost> b) =>
        a.Count == 0 ? b
        : b.Count == 0 ? a
        : Cost.ByCurrency(a.Concat(b));
}
