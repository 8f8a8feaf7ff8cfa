using LlmObs.Domain.Spans;
using LlmObs.Domain.Traces;

namespace LlmObs.Web.Pages.Traces;

/// <summary>What went wrong first and what followed: the visible error is usually the third thing that failed.</summary>
/// <param name="Path">Names from below the root down to the parent, at most two.</param>
/// <param name="AfterNano">Nanoseconds into the trace.</param>
/// <param name="Then">Later failures, in order of time, at most five; those alike in a row are one.</param>
/// <param name="More">Failing steps beyond those.</param>
/// <param name="IsRecovered">The request as a whole did not fail.</param>
public sealed record TraceCause(Span First, IReadOnlyList<string> Path, long AfterNano, IReadOnlyList<LaterFailure> Then, int More, bool IsRecovered)
{
    private const int Shown = 5;

    /// <summary>Null when nothing failed.</summary>
    public static TraceCause? Of(TraceTree tree, TraceSummary summary)
    {
        if (summary.FirstError is not { } first)
        {
            return null;
        }

        // A step that failed because one inside it did says nothing new, unless that one was only the request on the wire.
        var callers = FailedCallers(tree);
        var later = tree
            .Rows.Where(node => node.Span.Status == SpanStatus.Error && !node.HoldsError && node.Span.SpanId != first.SpanId)
            .Select(node => callers.GetValueOrDefault(node.Span.SpanId, node.Span))
            .DistinctBy(span => span.SpanId)
            .OrderBy(span => span.EndUnixNano)
            .ToList();
        var followed = InRows(later);
        return new(
            first,
            PathTo(tree, first).TakeLast(2).ToList(),
            Math.Max(0, first.StartUnixNano - summary.StartUnixNano),
            [.. followed.Take(Shown)],
            followed.Skip(Shown).Sum(failure => failure.Times),
            summary.Status != SpanStatus.Error
        );
    }

    private static List<LaterFailure> InRows(IEnumerable<Span> failed)
    {
        var rows = new List<LaterFailure>();
        foreach (var span in failed)
        {
            if (rows is [.., var last] && (last.Span.Name, last.Message) == (span.Name, LaterFailure.MessageOf(span)))
            {
                rows[^1] = last with { Times = last.Times + 1 };
            }
            else
            {
                rows.Add(new(span, 1));
            }
        }

        return rows;
    }

    /// <summary>By the id of an HTTP request: the step that made it and failed with it.</summary>
    private static Dictionary<string, Span> FailedCallers(TraceTree tree)
    {
        var callers = new Dictionary<string, Span>(StringComparer.Ordinal);
        foreach (var caller in tree.Rows.Where(node => node.Span.Status == SpanStatus.Error))
        {
            foreach (var request in caller.Children.Where(child => child.Span.Kind == SpanKind.Http))
            {
                callers[request.Span.SpanId] = caller.Span;
            }
        }

        return callers;
    }

    /// <summary>Names of the spans above one, from the second level down.</summary>
    public static IReadOnlyList<string> PathTo(TraceTree tree, Span span)
    {
        var names = new List<string>();
        var path = new List<TraceNode>();
        foreach (var node in tree.Rows)
        {
            path.RemoveRange(Math.Min(path.Count, node.Depth), Math.Max(0, path.Count - node.Depth));
            if (node.Span.SpanId == span.SpanId && node.Span.TraceId == span.TraceId)
            {
                names.AddRange(path.Skip(1).Select(above => above.Span.Name));
                break;
            }

            path.Add(node);
        }

        return names;
    }
}

/// <summary>A step that failed after the first one.</summary>
/// <param name="Span">The first of them.</param>
/// <param name="Times">How often in a row the same was tried and failed the same way.</param>
public sealed record LaterFailure(Span Span, int Times)
{
    public string? Message => MessageOf(Span);

    public static string? MessageOf(Span span) => span.StatusMessage ?? span.ErrorType;
}
