using LlmObs.Domain.Dify;
using LlmObs.Domain.Spans;
using LlmObs.Domain.Updates;

namespace LlmObs.Ingest.Dify;

/// <summary>The spans of an OTLP request, those of Dify's told from the others.</summary>
/// <param name="Steps">What says itself which run it is of.</param>
/// <param name="Told">What others have to say it for.</param>
internal sealed record SortedSpans(IReadOnlyList<SpanRecord> Others, IReadOnlyList<UpdatedFields> Steps, IReadOnlyList<ToldRecord> Told);

/// <summary>Finds steps of Dify's among spans: by their attributes, since names, scopes and nesting differ with every provider and version.</summary>
internal static class DifySpans
{
    public static SortedSpans Sort(IReadOnlyList<SpanRecord> spans)
    {
        if (!spans.Any(DifySpan.MayBe))
        {
            return new(spans, [], []);
        }

        var (others, steps, told) = (new List<SpanRecord>(spans.Count), new List<UpdatedFields>(), new List<ToldRecord>());
        foreach (var record in spans)
        {
            var span = new DifySpan(record);
            if (Told(span) is { } one)
            {
                told.Add(new(one, record));
            }
            else if (IsAliyun(span))
            {
                steps.Add(SpanSteps.OfAliyun(span));
            }
            else
            {
                others.Add(record);
            }
        }

        return new(others, steps, told);
    }

    private static ToldSpan? Told(DifySpan span)
    {
        if (span.Id("dify.wrapper.container_execution_id") is { } container)
        {
            return New(span, ToldKind.Round, nodeId: container);
        }

        if (ExecutionId(span) is { } execution)
        {
            return New(span, ToldKind.Node, nodeId: execution);
        }

        if (span.SaidId("workflow_run_id") is { } run && span.Said("tenant_id") is not null)
        {
            return New(span, ToldKind.Run, runId: run);
        }

        // WorkflowAppRunner.run and its like: all nodes of a run lie under one.
        return span.Span.RawName.EndsWith("AppRunner.run", StringComparison.Ordinal) && span.Text("dify.app_id") is not null ? New(span, ToldKind.Run)
            : span.Text("dify_trace_id") is not null || span.Text("dify.span.synthetic") == "true" ? New(span, ToldKind.Root)
            : null;
    }

    private static Guid? ExecutionId(DifySpan span) =>
        span.Id("node.execution_id")
        ?? span.Id("dify.node.execution_id")
        ?? (span.Said("node_type") is null ? null : span.SaidId("node_execution_id") ?? span.SaidId("node_id"));

    private static ToldSpan New(DifySpan span, ToldKind kind, Guid? runId = null, Guid? nodeId = null) =>
        new(span.Span.SpanId, span.Span.ParentSpanId, kind, runId, nodeId);

    // The Alibaba Cloud provider makes ids of Dify's: the trace is the run or the message, and it is above every node.
    private static bool IsAliyun(DifySpan span)
    {
        if (span.Text(DifyAttributes.Framework) != "dify" || !Guid.TryParseExact(span.Span.TraceId, "N", out var id))
        {
            return false;
        }

        string[] above = [DifyIds.Workflow(id), DifyIds.Message(id)];
        return above.Contains(span.Span.SpanId)
            || above.Contains(span.Span.ParentSpanId)
            || span is { Span: { ParentSpanId: null, RawName: "message" } };
    }
}
