using LlmObs.Domain.Dify;
using LlmObs.Domain.GenAi;
using LlmObs.Domain.Spans;
using LlmObs.Domain.Updates;

namespace LlmObs.Ingest.Dify;

/// <summary>Spans of Dify's → steps, under the same ids as the rows they were made of.</summary>
internal static class SpanSteps
{
    private const string Otlp = "otlp";

    public static IEnumerable<UpdatedFields> Of(ToldRecord told, ToldPlace place)
    {
        var span = new DifySpan(told.Record);
        return told.Told switch
        {
            { Kind: ToldKind.Node, NodeId: { } node } => Node(span, node, place),
            { Kind: ToldKind.Run } when span.Said("trace_entity_type") == "message" && span.Id("dify.span.id") is { } message => Message(
                span,
                place.RunId,
                message
            ),
            { Kind: ToldKind.Run } => Run(span, place.RunId),
            _ => [],
        };
    }

    /// <summary>A span whose ids are those of the step.</summary>
    public static UpdatedFields OfAliyun(DifySpan span)
    {
        var (root, isMessage) = (span.Span.ParentSpanId is null, span.Span.RawName == "message");
        var step = Step(span, span.Span.TraceId, span.Span.SpanId)
            .OrUnder(span.Span.ParentSpanId)
            .Attribute(DifyAttributes.Kind, span.Text(DifyAttributes.Kind))
            .Attribute(DifyAttributes.AppId, span.Text("dify.app_id"))
            .Attribute(DifyAttributes.User, span.Text("gen_ai.user.id"))
            .Attribute(GenAiNames.ConversationId, span.Text("gen_ai.session.id"))
            .Attribute(DifyAttributes.Output, root && isMessage ? Answer(span) : span.Output);
        if (isMessage || span.Span.RawName == "workflow")
        {
            step.OrNamed(span.Span.RawName);
        }
        else
        {
            step.Named(span.Span.RawName);
        }

        return step.With(fields => AddContent(fields, span, nodeType: null)).Build();
    }

    private static List<UpdatedFields> Node(DifySpan span, Guid executionId, ToldPlace place)
    {
        var runId = place.RunId;
        var round = RoundPlace.Of(span.Metadata);
        var type = span.Said("node_type") ?? span.Text("node.type");
        var title = span.Said("node_name") ?? span.Said("app_name") ?? Title(span.Span.RawName, type);
        var step = Step(span, DifyIds.Trace(runId), DifyIds.Node(executionId))
            .Named(title)
            .Attribute(DifyAttributes.RunId, runId)
            .Attribute(DifyAttributes.NodeExecutionId, executionId)
            .Attribute(DifyAttributes.NodeId, span.Text("node.id"))
            .Attribute(DifyAttributes.NodeType, type)
            .Attribute(DifyAttributes.NodeTitle, title)
            .Attribute(DifyAttributes.NodeStatus, span.Said("status"))
            .Attribute(DifyAttributes.Metadata, span.Said("node_type") is null ? null : span.Text("metadata"))
            .Attribute(DifyAttributes.Output, span.Output)
            .With(fields => AddContent(fields, span, type));
        var steps = new List<UpdatedFields>(3);
        if (round is not null)
        {
            step.Under(DifyIds.Round(runId, round));
            steps.Add(RunSteps.RoundAround(runId, round, span.Start, span.End, place.ContainerId));
        }
        else
        {
            step.OrUnder(place.ContainerId is { } container ? DifyIds.Node(container) : DifyIds.Workflow(runId));
        }

        return [step.Build(), .. steps, RunHolding(span, runId).Build(isComplete: false)];
    }

    // Its run is there even when nobody sends it, and lasts as long as what it holds.
    private static StepFields RunHolding(DifySpan span, Guid runId) =>
        new StepFields(DifyIds.Trace(runId), DifyIds.Workflow(runId), StepFields.Guessed)
            .Named("workflow")
            .Holding(span.Start, span.End)
            .Attribute(DifyAttributes.Kind, "WORKFLOW")
            .Attribute(DifyAttributes.RunId, runId);

    private static IEnumerable<UpdatedFields> Run(DifySpan span, Guid runId)
    {
        if (span.Metadata is not { } metadata)
        {
            yield return RunHolding(span, runId).Attribute(DifyAttributes.AppId, span.Text("dify.app_id")).Build(isComplete: false);
            yield break;
        }

        var step = Step(span, DifyIds.Trace(runId), DifyIds.Workflow(runId))
            .AddRun(metadata, runId, "workflow", span.Span.StatusMessage)
            .Attribute(DifyAttributes.Kind, "WORKFLOW")
            .Attribute(DifyAttributes.Output, span.Output);
        if (span.SaidId("message_id") is { } messageId)
        {
            step.Under(DifyIds.Message(messageId));
            yield return Asked(span, runId, messageId).Attribute(DifyAttributes.Input, span.Said("query")).Build(isComplete: false);
        }

        yield return step.Build();
    }

    private static List<UpdatedFields> Message(DifySpan span, Guid runId, Guid messageId)
    {
        var input = DifyJson.Parse(span.Input);
        var run = new StepFields(DifyIds.Trace(runId), DifyIds.Workflow(runId), StepFields.Guessed).Under(DifyIds.Message(messageId));
        return
        [
            Asked(span, runId, messageId).Attribute(DifyAttributes.Input, input?.Text() ?? span.Input).Build(isComplete: false),
            run.Build(isComplete: false),
        ];
    }

    private static StepFields Asked(DifySpan span, Guid runId, Guid messageId) =>
        new StepFields(DifyIds.Trace(runId), DifyIds.Message(messageId), StepFields.Told(Micros(span.End), Otlp))
            .OrNamed("message")
            .Holding(span.Start, span.End)
            .Ended(span.Said("status") ?? "", span.Span.StatusMessage)
            .Attribute(DifyAttributes.Kind, "WORKFLOW")
            .Attribute(DifyAttributes.MessageId, messageId)
            .Attribute(DifyAttributes.RunId, runId)
            .Attribute(DifyAttributes.AppId, span.Said("app_id"))
            .Attribute(DifyAttributes.TenantId, span.Said("tenant_id"))
            .Attribute(DifyAttributes.User, span.Said("user_id"))
            .Attribute(GenAiNames.ConversationId, span.Said("conversation_id"))
            .Attribute(DifyAttributes.Output, Answer(span));

    private static StepFields Step(DifySpan span, string traceId, string spanId) =>
        new StepFields(traceId, spanId, StepFields.Told(Micros(span.End), Otlp))
            .Lasting(span.Start, span.End)
            .Ended(span.Said("status") ?? (span.Span.Status == SpanStatus.Error ? "failed" : "succeeded"), span.Span.StatusMessage)
            .Attribute(DifyAttributes.Framework, "dify")
            .Attribute(DifyAttributes.AppId, span.Said("app_id"))
            .Attribute(DifyAttributes.TenantId, span.Said("tenant_id"))
            .Attribute(DifyAttributes.User, span.Said("user_id"))
            .Attribute(GenAiNames.ConversationId, span.Said("conversation_id"))
            .Attribute(DifyAttributes.Input, span.Input);

    private static void AddContent(StepFields step, DifySpan span, string? nodeType)
    {
        if (RunSteps.IsModel(nodeType) || (nodeType is null && span.Span.Kind == SpanKind.Llm))
        {
            AddCall(step, span, nodeType);
        }
        else
        {
            step.Attribute(GenAiNames.RetrievalQueryText, span.Text("retrieval.query"))
                .Attribute(GenAiNames.RetrievalDocuments, Documents(span, nodeType))
                .Attribute(GenAiNames.ToolCallArguments, span.Text(GenAiNames.ToolCallArguments))
                .Attribute(GenAiNames.ToolCallResult, span.Text(GenAiNames.ToolCallResult));
        }
    }

    private static void AddCall(StepFields step, DifySpan span, string? nodeType)
    {
        var outputs = DifyJson.Object(span.Output);
        step.AddModel(
            span.Text(GenAiNames.ProviderName) ?? span.Text("llm.provider") ?? span.Said("model_provider"),
            span.Text(GenAiNames.RequestModel) ?? span.Text("llm.model_name") ?? span.Said("model_name")
        );
        if (span.Text(GenAiNames.InputMessages) is { } messages)
        {
            step.Attribute(GenAiNames.InputMessages, messages)
                .Attribute(GenAiNames.OutputMessages, span.Text(GenAiNames.OutputMessages))
                .Attribute("gen_ai.response.finish_reason", span.Text("gen_ai.response.finish_reason"));
        }
        else
        {
            step.AddPrompts(DifyJson.Parse(span.Input))
                .AddAnswer(nodeType == "llm" ? outputs?.Text("text") : null, outputs?.Text("reasoning_content"), outputs?.Text("finish_reason"));
        }

        if ((outputs?.Member("usage") ?? outputs?.Member("__usage")) is { } usage)
        {
            step.AddUsage(usage);
        }
        else
        {
            step.AddTokens(
                    span.Number(GenAiNames.UsageInputTokens) ?? span.Number("llm.token_count.prompt"),
                    span.Number(GenAiNames.UsageOutputTokens) ?? span.Number("llm.token_count.completion"),
                    span.Number(GenAiNames.UsageTotalTokens) ?? span.Number("llm.token_count.total")
                )
                .AddPrice(span.Metadata?.Number("total_price"), span.Said("currency"));
        }
    }

    private static string? Documents(DifySpan span, string? nodeType) =>
        nodeType == "knowledge-retrieval" ? DifyJson.Object(span.Output)?.Text("result") : span.Text("retrieval.document");

    private static string? Answer(DifySpan span) => DifyJson.Object(span.Output)?.Text("answer") ?? span.Output;

    // Newer providers put the type before the title.
    private static string Title(string name, string? type) =>
        type is not null && name.StartsWith(type + "_", StringComparison.Ordinal) ? name[(type.Length + 1)..] : name;

    private static long Micros(DateTimeOffset time) => (time - DateTimeOffset.UnixEpoch).Ticks / 10;
}
