using LlmObs.Domain;
using LlmObs.Domain.Dify;
using LlmObs.Domain.Spans;
using LlmObs.Storage.Dify;
using Microsoft.Extensions.Options;

namespace LlmObs.Ingest.Dify;

/// <summary>
/// Finds the callers of runs where only providers and logstores tell of them and name none. Beside the reader of the database it rests: that
/// one knows more of both.
/// </summary>
internal sealed class ToldCallers(ToldCalls calls, IOptions<DifyReaderOptions> reader)
{
    /// <param name="steps">As they are about to be written; the same again changes nothing.</param>
    public Task FindAsync(Project project, IEnumerable<SpanRecord> steps, CancellationToken cancellationToken)
    {
        var told = reader.Value.ConnectionString.Length > 0 ? [] : steps.Where(DifySpan.MayBe).Select(Read).OfType<ToldCall>().ToList();
        return told.Count == 0 ? Task.CompletedTask : calls.FindAsync(project, told, cancellationToken);
    }

    // Nothing passed proves nothing.
    private static ToldCall? Read(SpanRecord record)
    {
        var span = new DifySpan(record);
        var isRun = IsRun(span);
        return (isRun || IsCall(span)) && span.Id(DifyAttributes.TenantId) is { } tenant && DifyInputs.Of(span.Input) is { Parts.Count: > 0 } inputs
            ? new(new(span.Span.TraceId, span.Span.SpanId), isRun, tenant, inputs.Hash, span.Start, span.End, MayRepeat(span))
            : null;
    }

    // A chatflow's run hangs under its message, and no tool calls it.
    private static bool IsRun(DifySpan span) =>
        span.Span.ParentSpanId is null && span.Id(DifyAttributes.RunId) is { } run && span.Span.SpanId == DifyIds.Workflow(run);

    private static bool IsCall(DifySpan span) =>
        span.Text(DifyAttributes.NodeType) == "tool"
        && DifyJson.Object(span.Text(DifyAttributes.Metadata))?.Member("tool_info")?.Text("provider_type") == "workflow";

    private static bool MayRepeat(DifySpan span) =>
        span.Text(DifyAttributes.NodeStatus) == "retry" || span.Text(DifyAttributes.RecoveredError) is not null;
}
