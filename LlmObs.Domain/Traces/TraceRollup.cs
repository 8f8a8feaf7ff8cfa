using LlmObs.Domain.Spans;

namespace LlmObs.Domain.Traces;

/// <summary>What a trace is, worked out from its spans.</summary>
public static class TraceRollup
{
    /// <summary>Summarises at least one span of one trace.</summary>
    public static TraceSummary Summarise(IReadOnlyCollection<Span> spans) => Summarise(TraceTree.Build(spans));

    public static TraceSummary Summarise(TraceTree tree) => Summarise(tree, SubtreeTotals.Of(tree));

    /// <param name="totals">Of every row, where they are needed anyway.</param>
    public static TraceSummary Summarise(TraceTree tree, IReadOnlyList<SubtreeTotals> totals)
    {
        var rows = tree.Rows;
        var root = (tree.Roots.FirstOrDefault(node => !node.IsOrphan) ?? tree.Roots[0]).Span;
        var earliestFirst = rows.Select(node => node.Span).OrderBy(span => span.StartUnixNano).ToList();
        var start = earliestFirst[0].StartUnixNano;
        var end = earliestFirst.Max(span => span.EndUnixNano);
        var failed = rows.Where(node => node.Span.Status == SpanStatus.Error).ToList();
        var total = SubtreeTotals.Sum(rows.Select((node, row) => (node, row)).Where(pair => pair.node.Depth == 0).Select(pair => totals[pair.row]));

        return new()
        {
            TraceId = root.TraceId,
            Name = root.WorkflowName ?? root.Name,
            Question =
                root.Question
                ?? earliestFirst.FirstOrDefault(span => span is { Kind: SpanKind.Llm, Question: not null })?.Question
                ?? First(span => span.Question),
            RequestId = First(span => span.RequestId),
            SessionId = First(span => span.SessionId),
            UserId = First(span => span.UserId),
            Service = First(span => span.Service),
            Environment = First(span => span.Environment),
            Release = First(span => span.Release),
            Tags = [.. earliestFirst.SelectMany(span => span.Tags).Distinct()],
            StartUnixNano = start,
            DurationNano = end - start,
            Status = Verdict(tree, root, failed.Count),
            SpanCount = rows.Count,
            ErrorCount = failed.Count,
            FirstError = FirstFailing(failed),
            Usage = total.Usage,
            Costs = total.Costs,
        };

        string? First(Func<Span, string?> field) => field(root) ?? earliestFirst.Select(field).FirstOrDefault(value => value is not null);
    }

    private static SpanStatus Verdict(TraceTree tree, Span root, int failures) =>
        tree.Roots.All(node => node.IsOrphan) && failures > 0 ? SpanStatus.Error : root.Status;

    /// <summary>The cause before the symptom: a failing span with no failing span below it, the one that ended first.</summary>
    private static Span? FirstFailing(List<TraceNode> failed) =>
        failed.Where(node => !node.HoldsError).OrderBy(node => node.Span.EndUnixNano).FirstOrDefault()?.Span;
}
