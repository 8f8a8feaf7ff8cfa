using LlmObs.Domain.Spans;
using LlmObs.Domain.Traces;
using LlmObs.Storage.Reading;

namespace LlmObs.Web.Pages.Traces;

/// <summary>A trace or a request, laid out; independent of who reads it, in which language and where they stand.</summary>
/// <param name="Scope">The whole request, also when only one trace of it is shown.</param>
public sealed record TraceView(TraceTree Tree, TraceSummary Summary, TraceRows Rows, CriticalPath Critical, RequestScope Scope)
{
    /// <summary>Rows that failed, in order.</summary>
    public IReadOnlyList<int> Failures { get; } = [.. RowsWhere(Rows, node => node.Span.Status == SpanStatus.Error)];

    /// <summary>How many traces are shown.</summary>
    public int TraceCount { get; } = Tree.Rows.Select(node => node.Span.TraceId).Distinct(StringComparer.Ordinal).Count();

    /// <summary>How many steps there are of each kind, the most common first.</summary>
    public IReadOnlyList<(SpanKind Kind, int Count)> Kinds { get; } =
    [.. Tree.Rows.CountBy(node => node.Span.Kind).OrderByDescending(pair => pair.Value).Select(pair => (pair.Key, pair.Value))];

    /// <summary>Traces of which it is open where they hang.</summary>
    public IReadOnlyList<OpenJoin> OpenJoins { get; } = OpenJoin.Of(Tree, Scope.Joins);

    /// <summary>Changes when rows come in between: windows of one page must be of one tree.</summary>
    public string Stamp => $"{Rows.Count}-{Scope.Joins.Count}";

    public static TraceView Of(IReadOnlyList<Span> spans, RequestScope scope)
    {
        var tree = TraceTree.Build(spans, scope.Joins);
        var totals = SubtreeTotals.Of(tree);
        var summary = TraceRollup.Summarise(tree, totals);
        var critical = CriticalPath.Of(tree);
        return new(tree, summary, TraceRows.Lay(tree, summary, totals, critical), critical, scope);
    }

    /// <summary>The row of a span; −1 when it is not here.</summary>
    public int RowOf(string? traceId, string? spanId) =>
        spanId is null ? -1 : RowsWhere(Rows, node => node.Span.SpanId == spanId && node.Span.TraceId == traceId).FirstOrDefault(-1);

    private static IEnumerable<int> RowsWhere(TraceRows rows, Func<TraceNode, bool> holds)
    {
        for (var row = 0; row < rows.Count; row++)
        {
            if (rows.Node(row) is { } node && holds(node))
            {
                yield return row;
            }
        }
    }
}
