using LlmObs.Domain.Cases;
using LlmObs.Domain.Spans;
using LlmObs.Domain.Traces;
using LlmObs.Storage.Reading;

namespace LlmObs.Web.Cases;

/// <summary>What a case needs to know of a trace.</summary>
/// <param name="Cause">Where it first went wrong; null when nothing failed.</param>
public sealed record TraceLook(string TraceId, string Title, string Fingerprint, Span Root, Span? Cause, long StartUnixNano, bool IsFailed)
{
    /// <summary>Null when the trace is not kept.</summary>
    public static async Task<TraceLook?> ReadAsync(TraceReader traces, int projectId, string traceId, CancellationToken cancellationToken)
    {
        var spans = await traces.SpansAsync(projectId, traceId, cancellationToken);
        if (spans.Count == 0)
        {
            return null;
        }

        var tree = TraceTree.Build(spans);
        var summary = TraceRollup.Summarise(tree);
        return new(
            traceId,
            SpanMerge.OneLine(summary.Question ?? summary.Name, Case.MaxTitle),
            TraceFingerprint.Of(tree),
            tree.Roots[0].Span,
            summary.FirstError,
            summary.StartUnixNano,
            summary.Status == SpanStatus.Error
        );
    }
}
