using static LlmObs.Domain.GenAi.GenAiNames;
using static LlmObs.Ingest.Mapping.Source;

namespace LlmObs.Ingest.Mapping.Fields;

/// <summary>Where each field comes from: one table per field, across dialects, since one span often speaks several. OpenTelemetry's names are constants of the domain.</summary>
internal static class FieldTables
{
    // Names
    public static readonly Precedence ToolName = new(Domain.GenAi.GenAiNames.ToolName, "ai.toolCall.name", "tool.name");
    public static readonly Precedence EntityName = new("traceloop.entity.name", "genkit:name");
    public static readonly Precedence ModelCallName = new("langsmith.trace.name");
    public static readonly Precedence BetterName = new("logfire.msg");
    public static readonly Precedence Workflow = new(WorkflowName, "traceloop.workflow.name", "langfuse.trace.name");
    public static readonly Precedence Agent = new(AgentName, "agent.name");
    public static readonly Precedence Operation = new(OperationName, "ai.operationId", "llm.request.type", "genkit:metadata:subtype");
    public static readonly Precedence Provider = new(
        ProviderName,
        Domain.GenAi.GenAiNames.System,
        "llm.provider",
        "llm.system",
        "ai.model.provider",
        "langsmith.metadata.ls_provider"
    );

    // Model
    public static readonly Precedence RequestedModel = new(
        RequestModel,
        "llm.request.model_name",
        "gen_ai.request.model_name",
        "gen_ai.model_name",
        Json("llm.invocation_parameters", "model"),
        "ai.model.id",
        "langsmith.metadata.ls_model_name"
    );

    // Only of model calls: another step's input may well have a member of this name.
    public static readonly Precedence RequestedModelOfCall = new(
        RequestModel,
        "llm.request.model_name",
        "gen_ai.request.model_name",
        "gen_ai.model_name",
        Json("llm.invocation_parameters", "model"),
        Json("input.value", "model"),
        Json(Domain.GenAi.GenAiNames.Prompt, "model"),
        "ai.model.id",
        Json("langfuse.observation.model.parameters", "model"),
        "embedding.model_name",
        "reranker.model_name",
        "langfuse.observation.model.name",
        "langsmith.metadata.ls_model_name",
        Json("gcp.vertex.agent.llm_request", "model"),
        "mlflow.llm.model",
        "model",
        "llm.model_name"
    );

    public static readonly Precedence ServedModel = new(ResponseModel, "llm.response.model_name", "ai.response.model");

    public static readonly Precedence ServedModelOfCall = ServedModel.Then(
        Json("output.value", "model"),
        Json("genkit:output", "raw", "model"),
        Json(Completion, "model"),
        Json("mlflow.spanOutputs", "model")
    );

    // These name whichever of the two the library knew when it wrote them.
    public static readonly Precedence EitherModel = new("llm.model_name", "langfuse.observation.model.name");

    // Who and where
    public static readonly Precedence Session = new(
        "langfuse.session.id",
        "session.id",
        ConversationId,
        "gen_ai.session.id",
        "traceloop.association.properties.session_id",
        "traceloop.association.properties.sessionId",
        "traceloop.association.properties.conversation_id",
        "traceloop.association.properties.thread_id",
        "traceloop.association.properties.chat_id",
        "ai.telemetry.metadata.sessionId",
        "ai.settings.context.sessionId",
        "lmnr.association.properties.session_id",
        "langsmith.metadata.session_id",
        "langsmith.metadata.thread_id",
        "langsmith.metadata.conversation_id",
        "mastra.metadata.sessionId",
        "mastra.metadata.threadId",
        "langfuse.observation.metadata.langfuse_session_id",
        "langfuse.trace.metadata.langfuse_session_id",
        "langfuse.observation.metadata.session_id",
        "metadata.sessionId",
        "metadata.session_id",
        "metadata.thread_id",
        "mlflow.trace.session",
        "gcp.vertex.agent.session_id",
        Json("metadata", "session_id"),
        Json("metadata", "thread_id"),
        Json("metadata", "conversation_id"),
        "thread.id"
    );

    public static readonly Precedence User = new(
        "langfuse.user.id",
        "user.id",
        "enduser.id",
        "gen_ai.user.id",
        "gen_ai.user",
        "llm.user",
        "traceloop.association.properties.user_id",
        "traceloop.association.properties.userId",
        "ai.telemetry.metadata.userId",
        "ai.settings.context.userId",
        "lmnr.association.properties.user_id",
        "langsmith.metadata.user_id",
        "mastra.metadata.userId",
        "langfuse.observation.metadata.langfuse_user_id",
        "langfuse.trace.metadata.langfuse_user_id",
        "langfuse.observation.metadata.user_id",
        "metadata.userId",
        "metadata.user_id",
        "mlflow.trace.user",
        Json("metadata", "user_id")
    );

    public static readonly Precedence Request = new(
        "llmobs.request.id",
        "request.id",
        "request_id",
        "app.request_id",
        "http.request.header.x-request-id",
        "traceloop.association.properties.request_id",
        "traceloop.association.properties.requestId",
        "langfuse.observation.metadata.request_id",
        "langfuse.observation.metadata.requestId",
        "langfuse.trace.metadata.request_id",
        "langfuse.trace.metadata.requestId",
        "ai.telemetry.metadata.requestId",
        "ai.telemetry.metadata.request_id",
        "langsmith.metadata.request_id",
        "mastra.metadata.requestId",
        "mastra.metadata.request_id",
        "metadata.request_id",
        Json("metadata", "request_id")
    );

    public static readonly Precedence Service = new("service.name");
    public static readonly Precedence Host = new("host.name");
    public static readonly Precedence LangfuseEnvironment = new("langfuse.environment");
    public static readonly Precedence Environment = new("deployment.environment.name", "deployment.environment");
    public static readonly Precedence GenAiEnvironment = new("gen_ai.environment");
    public static readonly Precedence LangfuseRelease = new("langfuse.release");
    public static readonly Precedence Release = new("service.version");
    public static readonly Precedence Version = new("langfuse.version", AgentVersion, "dify.workflow_version");

    public static readonly Precedence Tags = new(
        "langfuse.trace.tags",
        "langfuse.tags",
        "ai.telemetry.metadata.tags",
        "tag.tags",
        "langsmith.span.tags",
        "mastra.tags",
        "lmnr.association.properties.tags"
    );

    // The call
    public static readonly Precedence ResponseId = new(
        Domain.GenAi.GenAiNames.ResponseId,
        "ai.response.id",
        Json("genkit:output", "raw", "id"),
        Json(Completion, "id"),
        "gcp.vertex.agent.event_id"
    );

    public static readonly Precedence ResponseIdOfCall = ResponseId.Then(Json("output.value", "id"));

    public static readonly Precedence FinishReasons = new(
        ResponseFinishReasons,
        "gen_ai.response.finish_reason",
        "gen_ai.response.stop_reason",
        "llm.finish_reason",
        "ai.response.finishReason",
        Json("genkit:output", "finishReason"),
        "gen_ai.finishReason"
    );

    public static readonly Precedence Prompt = new(
        "langfuse.observation.prompt.name",
        PromptName,
        "traceloop.prompt.key",
        Json("ai.telemetry.metadata.langfusePrompt", "name"),
        "ai.telemetry.metadata.promptName",
        "prompt.id"
    );

    public static readonly Precedence PromptVersion = new(
        "langfuse.observation.prompt.version",
        "traceloop.prompt.version",
        Json("ai.telemetry.metadata.langfusePrompt", "version"),
        "ai.telemetry.metadata.promptVersion",
        "llm.prompt_template.version"
    );

    // Errors
    public static readonly Precedence ErrorMessages = new("langfuse.observation.status_message", ErrorMessage);
}
