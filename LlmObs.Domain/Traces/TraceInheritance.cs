using LlmObs.Domain.Spans;

namespace LlmObs.Domain.Traces;

/// <summary>Who and where a span belongs to when it does not say so itself: many libraries say it on the root only.</summary>
public static class TraceInheritance
{
    /// <summary>
    /// The spans of a trace with the request id of their nearest ancestor, and the trace's session, user, environment and release,
    /// wherever they have none of their own. In the tree's order.
    /// </summary>
    public static IReadOnlyList<Span> Inherit(TraceTree tree, TraceSummary trace)
    {
        var filled = new List<Span>(tree.Rows.Count);
        var requestIds = new Dictionary<string, string?>(tree.Rows.Count, StringComparer.Ordinal);
        foreach (var row in tree.Rows)
        {
            var span = row.Span;
            var above = row.Depth > 0 ? requestIds[span.ParentSpanId!] : null;
            var requestId = requestIds[span.SpanId] = span.RequestId ?? above;
            filled.Add(
                span with
                {
                    RequestId = requestId ?? trace.RequestId,
                    SessionId = span.SessionId ?? trace.SessionId,
                    UserId = span.UserId ?? trace.UserId,
                    Environment = span.Environment ?? trace.Environment,
                    Release = span.Release ?? trace.Release,
                }
            );
        }

        return filled;
    }
}
