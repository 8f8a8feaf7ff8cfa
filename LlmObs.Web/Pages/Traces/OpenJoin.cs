using LlmObs.Domain.Traces;

namespace LlmObs.Web.Pages.Traces;

/// <summary>A trace of which several steps may have been the caller.</summary>
/// <param name="ChildName">What its first span is called; its id when it is not shown here.</param>
/// <param name="Candidates">Where it may hang, with the name of the step where that is shown here.</param>
public sealed record OpenJoin(string ChildTraceId, string ChildName, IReadOnlyList<(SpanRef Span, string Name)> Candidates)
{
    /// <summary>Those that no other join settles.</summary>
    public static IReadOnlyList<OpenJoin> Of(TraceTree tree, IReadOnlyList<TraceJoin> joins)
    {
        var open = joins.Where(join => join.ParentTraceId is null && join.Candidates.Count > 0).ToList();
        if (open.Count == 0)
        {
            return [];
        }

        var settled = joins.Where(join => join.ParentTraceId is not null).Select(join => join.ChildTraceId).ToHashSet(StringComparer.Ordinal);
        var names = tree.Rows.ToDictionary(node => node.Ref, node => node.Span.Name);
        var roots = tree
            .Rows.DistinctBy(node => node.Span.TraceId)
            .ToDictionary(node => node.Span.TraceId, node => node.Span, StringComparer.Ordinal);
        return
        [
            .. open.Where(join => !settled.Contains(join.ChildTraceId))
                .DistinctBy(join => join.ChildTraceId)
                .Select(join => new OpenJoin(
                    join.ChildTraceId,
                    roots.TryGetValue(join.ChildTraceId, out var root) ? root.WorkflowName ?? root.Name : join.ChildTraceId,
                    [.. join.Candidates.Select(span => (span, names.GetValueOrDefault(span, span.SpanId)))]
                )),
        ];
    }
}
