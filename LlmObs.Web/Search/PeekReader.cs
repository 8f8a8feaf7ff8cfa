using LlmObs.Domain.Spans;
using LlmObs.Domain.Traces;
using LlmObs.Storage.Reading;

namespace LlmObs.Web.Search;

/// <summary>A main step of a request with its place in time.</summary>
/// <param name="Start">In percent of the request.</param>
/// <param name="Width">In percent, never so small that it cannot be seen.</param>
public sealed record PeekStep(TraceNode Node, double Start, double Width);

/// <summary>A request at a glance: what was asked, what failed first, what happened when, what was answered.</summary>
/// <param name="Selected">The step the row was about, when it was about one.</param>
/// <param name="MoreSteps">Main steps beyond those shown.</param>
public sealed record Peek(TraceSummary Summary, Span? Selected, IReadOnlyList<PeekStep> Steps, int MoreSteps, string? Answer);

/// <summary>Reads what the preview beside the list shows; all of it from PostgreSQL.</summary>
public sealed class PeekReader(TraceReader traces)
{
    private const int MostSteps = 12;
    private const double Thinnest = 0.8;

    /// <summary>Null when there is no such trace.</summary>
    public async Task<Peek?> ReadAsync(int projectId, string traceId, string? spanId, CancellationToken cancellationToken)
    {
        var spans = await traces.SpansAsync(projectId, traceId, cancellationToken);
        if (spans.Count == 0)
        {
            return null;
        }

        var tree = TraceTree.Build(spans);
        var summary = TraceRollup.Summarise(tree);
        var main = tree.Rows.Where(node => node.Depth <= 1 || node.Span.SpanId == summary.FirstError?.SpanId).ToList();
        return new(
            summary,
            spans.FirstOrDefault(span => span.SpanId == spanId),
            [.. main.Take(MostSteps).Select(node => Step(node, summary))],
            Math.Max(0, main.Count - MostSteps),
            await AnswerAsync(projectId, tree, cancellationToken)
        );
    }

    private async Task<string?> AnswerAsync(int projectId, TraceTree tree, CancellationToken cancellationToken)
    {
        foreach (var span in TraceAnswer.Candidates(tree))
        {
            if (
                await traces.SpanAsync(projectId, span.TraceId, span.SpanId, cancellationToken) is { } record
                && TraceAnswer.Text(record.Content) is { } answer
            )
            {
                return answer;
            }
        }

        return null;
    }

    private static PeekStep Step(TraceNode node, TraceSummary summary)
    {
        var whole = Math.Max(1, summary.DurationNano);
        var start = Math.Clamp(100.0 * (node.Span.StartUnixNano - summary.StartUnixNano) / whole, 0, 100 - Thinnest);
        var width = Math.Max(Thinnest, Math.Min(100.0 * node.Span.DurationNano / whole, 100 - start));
        return new(node, start, width);
    }
}
