using System.Globalization;
using System.Text.Json;
using LlmObs.Domain.Dify;
using LlmObs.Domain.GenAi;
using LlmObs.Domain.Traces;
using LlmObs.Domain.Updates;
using LlmObs.Ingest.Langfuse;

namespace LlmObs.Ingest.Dify;

/// <summary>What an event of Dify's Langfuse provider says.</summary>
/// <param name="Join">The caller of the run it is of, when it names it.</param>
internal sealed record ToldSteps(IReadOnlyList<UpdatedFields> Steps, TraceJoin? Join = null);

/// <summary>
/// Events of Dify's Langfuse provider → steps, under the same ids as the rows they were made of. They are told from anybody else's by their
/// metadata, each on its own: newer versions send one event a request, and a step may come before its trace.
/// </summary>
internal static class DifyEvents
{
    private const string ConversationName = "generate_conversation_name";
    private static readonly string[] Beside = ["suggested_question", "moderation", "dataset_retrieval"];

    /// <summary>Null when the event is not Dify's.</summary>
    public static ToldSteps? Read(IngestionEvent e)
    {
        if (e.Body.Member("metadata") is not { ValueKind: JsonValueKind.Object } metadata)
        {
            return null;
        }

        var told = new Told(e, metadata);
        return told switch
        {
            { RunId: { } runId, NodeExecutionId: { } node } => new(Node(told, runId, node)),
            { RunId: { } runId, Name: "workflow" } => new([Run(told, runId), .. Above(told, runId)], RunFields.Join(metadata, runId)),
            { RunId: { } runId, Name: "message", IsTrace: true, BodyId: { } id } => new(Question(told, runId, told.MessageId ?? id)),
            { Name: "message", IsTrace: true, BodyId: { } id } when told.IsOfMessage => new([Message(told, told.MessageId ?? id)]),
            { Name: "llm", TraceId: { } id } when told.IsOfMessage => new(Answer(told, id)),
            { MessageId: { } id } when metadata.Text("tool_name") is { } tool => new(Tool(told, id, tool)),
            { MessageId: { } id, BodyId: { } own } when Beside.Contains(told.Name) => new(Aside(told, id, own)),
            { Name: ConversationName } when metadata.Id("conversation_id") is { } conversation => new([Naming(told, conversation)]),
            _ => null,
        };
    }

    private static List<UpdatedFields> Node(Told told, Guid runId, Guid executionId)
    {
        var (body, metadata) = (told.Body, told.Metadata);
        var outputs = body.Member("output");
        var isModel = told.Event.Type == "generation-create";
        var place = RoundPlace.Of(metadata);
        var step = told.Step(DifyIds.Trace(runId), DifyIds.Node(executionId))
            .Under(place is null ? DifyIds.Workflow(runId) : DifyIds.Round(runId, place))
            .With(told.AddTimes)
            .Ended(metadata.Text("status") ?? (body.Text("level") == "ERROR" ? "failed" : "succeeded"), body.Text("statusMessage"))
            .Attribute(DifyAttributes.RunId, runId)
            .Attribute(DifyAttributes.NodeExecutionId, executionId)
            .Attribute(DifyAttributes.NodeType, metadata.Text("node_type"))
            .Attribute(DifyAttributes.NodeTitle, metadata.Text("node_name") ?? told.Name)
            .Attribute(DifyAttributes.NodeStatus, metadata.Text("status"))
            .Attribute(DifyAttributes.ProcessData, Json(body.Member("process_data")))
            .Attribute(DifyAttributes.Metadata, Json(metadata));
        if (isModel)
        {
            var usage = body.Member("usage");
            step.AddModel(metadata.Text("model_provider"), metadata.Text("model_name") ?? body.Text("model"))
                .AddPrompts(body.Member("input"))
                .AddAnswer(outputs?.Text("text"), outputs?.Text("reasoning_content"), outputs?.Text("finish_reason"))
                .AddTokens(usage?.Number("input"), usage?.Number("output"), usage?.Number("total"))
                .AddPrice(metadata.Number("total_price"), metadata.Text("currency"))
                .Attribute("langfuse.observation.completion_start_time", body.Text("completionStartTime"));
        }
        else if (metadata.Text("node_type") == "knowledge-retrieval")
        {
            step.Attribute(GenAiNames.RetrievalQueryText, body.Member("input")?.Text("query"))
                .Attribute(GenAiNames.RetrievalDocuments, outputs?.Text("result"));
        }

        // Its run is there even when nobody sends it, and lasts as long as what it holds.
        var run = new StepFields(DifyIds.Trace(runId), DifyIds.Workflow(runId), StepFields.Guessed)
            .Named("workflow")
            .Attribute(DifyAttributes.Kind, "WORKFLOW")
            .Attribute(DifyAttributes.RunId, runId);
        told.AddHeld(run);
        return place is not null && told.Start is { } start
            ? [step.Build(), run.Build(isComplete: false), RunSteps.RoundAround(runId, place, start, told.End ?? start)]
            : [step.Build(), run.Build(isComplete: false)];
    }

    private static UpdatedFields Run(Told told, Guid runId)
    {
        var step = told.Step(DifyIds.Trace(runId), DifyIds.Workflow(runId)).Attribute(DifyAttributes.Kind, "WORKFLOW");
        step.AddRun(told.Metadata, runId, told.Name, told.Error);
        return told.IsTrace ? step.Build() : step.With(told.AddTimes).Under(DifyIds.Message(told.TraceId ?? runId)).Build();
    }

    // The span of a chatflow's run tells when its message began and ended, which the message's own event does not.
    private static IEnumerable<UpdatedFields> Above(Told told, Guid runId)
    {
        if (told is { IsTrace: false, TraceId: { } messageId })
        {
            var message = new StepFields(DifyIds.Trace(runId), DifyIds.Message(messageId), StepFields.Guessed)
                .Named("message")
                .Attribute(DifyAttributes.Kind, "WORKFLOW")
                .Attribute(DifyAttributes.MessageId, messageId);
            told.AddHeld(message);
            yield return message.Build(isComplete: false);
        }
    }

    private static List<UpdatedFields> Question(Told told, Guid runId, Guid messageId)
    {
        var message = told.Step(DifyIds.Trace(runId), DifyIds.Message(messageId))
            .Attribute(DifyAttributes.Kind, "WORKFLOW")
            .Attribute(DifyAttributes.MessageId, messageId);
        message
            .AddRun(told.Metadata, runId, told.Name, told.Error)
            .Attribute(DifyAttributes.Input, told.Body.Member("input")?.Text("sys.query"))
            .Attribute(DifyAttributes.Output, told.Body.Member("output")?.Text("answer"));
        var run = new StepFields(DifyIds.Trace(runId), DifyIds.Workflow(runId), StepFields.Guessed).Under(DifyIds.Message(messageId));
        return [message.Build(isComplete: false), run.Build(isComplete: false)];
    }

    private static UpdatedFields Message(Told told, Guid messageId) =>
        told.Step(DifyIds.Trace(messageId), DifyIds.Message(messageId))
            .Attribute(DifyAttributes.Kind, "WORKFLOW")
            .Attribute(DifyAttributes.MessageId, messageId)
            .Ended(told.Metadata.Text("status") ?? "", told.Body.Member("input")?.Text("error"))
            .Build(isComplete: false);

    private static List<UpdatedFields> Answer(Told told, Guid messageId)
    {
        var usage = told.Body.Member("usage");
        var step = Under(told, messageId, DifyIds.Answer(messageId))
            .Attribute(DifyAttributes.Kind, "LLM")
            .AddModel(told.Metadata.Text("ls_provider"), told.Body.Text("model") ?? told.Metadata.Text("ls_model_name"))
            .AddPrompts(told.Body.Member("input"))
            .AddTokens(usage?.Number("input"), usage?.Number("output"), usage?.Number("total"))
            .AddPrice(usage?.Number("totalCost"), "USD");
        return [step.Build(), Root(told, messageId)];
    }

    private static List<UpdatedFields> Tool(Told told, Guid messageId, string tool)
    {
        var start = told.Start ?? DateTimeOffset.UnixEpoch;
        var step = Under(told, messageId, DifyIds.Call(messageId, tool, start))
            .Attribute(DifyAttributes.Kind, "TOOL")
            .Attribute(GenAiNames.ToolCallArguments, Json(told.Metadata.Member("tool_inputs")))
            .Attribute(GenAiNames.ToolCallResult, told.Metadata.Text("tool_outputs"));
        return [step.Build(), Root(told, messageId)];
    }

    private static List<UpdatedFields> Aside(Told told, Guid messageId, Guid own)
    {
        var step = Under(told, messageId, DifyIds.Node(own))
            .Attribute(DifyAttributes.Kind, told.Name == "dataset_retrieval" ? "RETRIEVER" : "TASK")
            .Attribute(GenAiNames.RetrievalDocuments, told.Body.Member("output")?.Text("documents"));
        return [step.Build(), Root(told, messageId)];
    }

    private static StepFields Under(Told told, Guid messageId, string spanId) =>
        told.Step(DifyIds.Trace(told.RunId ?? messageId), spanId)
            .Under(DifyIds.Message(messageId))
            .With(told.AddTimes)
            .Ended(told.Body.Text("level") == "ERROR" ? "failed" : "succeeded", told.Body.Text("statusMessage"))
            .Attribute(DifyAttributes.MessageId, messageId);

    private static UpdatedFields Root(Told told, Guid messageId)
    {
        var root = new StepFields(DifyIds.Trace(told.RunId ?? messageId), DifyIds.Message(messageId), StepFields.Guessed)
            .Named("message")
            .Attribute(DifyAttributes.Kind, "WORKFLOW")
            .Attribute(DifyAttributes.MessageId, messageId);
        told.AddHeld(root);
        return root.Build(isComplete: false);
    }

    // Dify gives the trace a random id and the span the conversation's: both are one step of a trace of the conversation's.
    private static UpdatedFields Naming(Told told, Guid conversationId) =>
        told.Step(DifyIds.Trace(conversationId), DifyIds.Workflow(conversationId))
            .With(told.AddTimes)
            .Attribute(DifyAttributes.Kind, "TASK")
            .Attribute(GenAiNames.ConversationId, conversationId)
            .Build(isComplete: !told.IsTrace);

    // A string as itself, anything else as JSON; nothing of what is empty.
    private static string? Json(JsonElement? value) =>
        value is { } element && element.Text() is { Length: > 0 } text && text is not ("{}" or "[]") ? text : null;

    /// <summary>An event with what is read from all of them.</summary>
    private sealed class Told(IngestionEvent e, JsonElement metadata)
    {
        public IngestionEvent Event => e;
        public JsonElement Body => e.Body;
        public JsonElement Metadata => metadata;
        public string? Error => e.Body.Text("statusMessage") ?? metadata.Text("error");
        public bool IsTrace => e.Type == "trace-create";
        public string Name => e.Body.Text("name") ?? "";
        public Guid? BodyId => e.Body.Id("id");
        public Guid? TraceId => e.Body.Id("traceId");
        public Guid? RunId { get; } = metadata.Id("workflow_run_id");
        public Guid? MessageId { get; } = metadata.Id("message_id");
        public Guid? NodeExecutionId { get; } = metadata.Id("node_execution_id");

        /// <summary>Of an app without workflow.</summary>
        public bool IsOfMessage => metadata.Member("agent_based") is not null && metadata.Member("from_source") is not null;

        public DateTimeOffset? Start => Time(e.Body.Text("startTime"));

        public DateTimeOffset? End => Time(e.Body.Text("endTime"));

        public StepFields Step(string traceId, string spanId) =>
            new StepFields(traceId, spanId, StepFields.Told(e.UnixMicros, e.Id))
                .Named(Name)
                .Attribute(DifyAttributes.AppId, metadata.Text("app_id"))
                .Attribute(DifyAttributes.TenantId, metadata.Text("tenant_id"))
                .Attribute(DifyAttributes.Framework, "dify")
                .Attribute(DifyAttributes.User, e.Body.Text("userId") ?? metadata.Text("user_id"))
                .Attribute(GenAiNames.ConversationId, e.Body.Text("sessionId") ?? metadata.Text("conversation_id"))
                .Attribute(DifyAttributes.Input, Json(e.Body.Member("input")))
                .Attribute(DifyAttributes.Output, Json(e.Body.Member("output")));

        public void AddTimes(StepFields step)
        {
            if (Start is { } start)
            {
                step.Lasting(start, End);
            }
        }

        public void AddHeld(StepFields above)
        {
            if (Start is { } start)
            {
                above.Holding(start, End ?? start);
            }
        }

        private static DateTimeOffset? Time(string? text) =>
            DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;
    }
}
