using LlmObs.Domain.Spans;

namespace LlmObs.Domain.Traces;

/// <summary>What a trace is, worked out from its spans.</summary>
public static class TraceRollup
{
    /// <summary>Summarises at least one span of one trace.</summary>
    public static TraceSummary Summarise(IReadOnlyCollection<Span> spans) => Summarise(TraceTree.Build(spans));

    public static TraceSummary Summarise(TraceTree tree)
    {
        var rows = tree.Rows;
        var root = (tree.Roots.FirstOrDefault(node => !node.IsOrphan) ?? tree.Roots[0]).Span;
        var earliestFirst = rows.Select(node => node.Span).OrderBy(span => span.StartUnixNano).ToList();
        var start = earliestFirst[0].StartUnixNano;
        var end = earliestFirst.Max(span => span.EndUnixNano);
        var failed = rows.Where(node => node.Span.Status == SpanStatus.Error).ToList();
        var (usage, costs) = CountedOnce(tree);

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
            Usage = usage,
            Costs = costs,
        };

        string? First(Func<Span, string?> field) => field(root) ?? earliestFirst.Select(field).FirstOrDefault(value => value is not null);
    }

    private static SpanStatus Verdict(TraceTree tree, Span root, int failures) =>
        tree.Roots.All(node => node.IsOrphan) && failures > 0 ? SpanStatus.Error : root.Status;

    /// <summary>The cause before the symptom: a failing span with no failing span below it, the one that ended first.</summary>
    private static Span? FirstFailing(List<TraceNode> failed) =>
        failed.Where(node => !node.HoldsError).OrderBy(node => node.Span.EndUnixNano).FirstOrDefault()?.Span;

    /// <summary>
    /// Model calls count; of two on one path only the inner does. A span of another kind that carries usage repeats what is below it,
    /// and counts only when nothing below it does (its children were filtered out, or lost).
    /// </summary>
    private static (TokenUsage?, IReadOnlyList<Cost>) CountedOnce(TraceTree tree)
    {
        TokenUsage? usage = null;
        var costs = new List<Cost>();
        var counted = new HashSet<string>(StringComparer.Ordinal);
        foreach (var node in tree.Rows.Reverse())
        {
            var span = node.Span;
            var below = node.Children.Any(child => counted.Contains(child.Span.SpanId));
            if (!below && (span.Usage is not null || span.Cost is not null || span.Kind.IsModelCall()))
            {
                usage = TokenUsage.Add(usage, span.Usage);
                if (span.Cost is { } cost)
                {
                    costs.Add(cost);
                }

                below = true;
            }

            if (below)
            {
                counted.Add(span.SpanId);
            }
        }

        return (usage, Cost.ByCurrency(costs));
    }
}
