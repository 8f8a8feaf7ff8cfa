using LlmObs.Storage.Reading;

namespace LlmObs.Web.Pages.Traces;

/// <summary>What a search inside a trace found.</summary>
/// <param name="Rows">Of the tree, in order.</param>
/// <param name="InContents">How many of them hold the words in what they said only, not in their names.</param>
/// <param name="IsCut">Contents were larger than one search reads; the rest was not looked into.</param>
public sealed record SpanFinds(IReadOnlyList<int> Rows, int InContents, bool IsCut)
{
    /// <summary>The found row after one, or the first again; null when nothing was found.</summary>
    public int? After(int row) => Rows.Count == 0 ? null : Rows.FirstOrDefault(found => found > row, Rows[0]);

    /// <summary>The found row before one, or the last again; null when nothing was found.</summary>
    public int? Before(int row) => Rows.Count == 0 ? null : Rows.LastOrDefault(found => found < row, Rows[^1]);
}

/// <summary>Looks for words and kinds inside one trace or request: in names, outcomes and contents.</summary>
public sealed class SpanFinder(ContentSearch contents)
{
    public async Task<SpanFinds> FindAsync(int projectId, TraceView view, TreeState wanted, CancellationToken cancellationToken)
    {
        var candidates = new List<int>();
        var named = new HashSet<int>();
        for (var row = 0; row < view.Rows.Count; row++)
        {
            if (view.Rows.Node(row)?.Span is { } span && (wanted.Kind is null || span.Kind == wanted.Kind))
            {
                candidates.Add(row);
                if (wanted.Find is not { Length: > 0 } words || Says(span, words))
                {
                    named.Add(row);
                }
            }
        }

        if (named.Count == candidates.Count)
        {
            return new(candidates, 0, IsCut: false);
        }

        var traceIds = view.Tree.Rows.Select(node => node.Span.TraceId).Distinct(StringComparer.Ordinal).ToList();
        var (spans, isCut) = await contents.FindAsync(projectId, traceIds, wanted.Find!, cancellationToken);
        var found = candidates.Where(row => named.Contains(row) || spans.Contains(view.Rows.Node(row)!.Ref)).ToList();
        return new(found, found.Count(row => !named.Contains(row)), isCut);
    }

    private static bool Says(Domain.Spans.Span span, string words) =>
        ((string?[])[span.Name, span.RawName, span.DisplayModel, span.StatusMessage, span.ErrorType, span.SpanId]).Any(text =>
            text?.Contains(words, StringComparison.OrdinalIgnoreCase) == true
        );
}
