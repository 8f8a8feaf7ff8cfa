using LlmObs.Domain.Spans;

namespace LlmObs.Ingest.Mapping.Dialects.Traceloop;

/// <summary>Traceloop's OpenLLMetry: <c>traceloop.*</c>, and <c>llm.*</c> from before OpenTelemetry had names.</summary>
internal static class TraceloopKeys
{
    public static readonly KindKey Kind = new(
        "traceloop.span.kind",
        (SpanKind.Workflow, "workflow"),
        (SpanKind.Agent, "agent"),
        (SpanKind.Tool, "tool"),
        (SpanKind.Task, "task")
    );
    public static readonly KindKey RequestKind = new(
        "llm.request.type",
        (SpanKind.Llm, "chat completion"),
        (SpanKind.Embedding, "embedding"),
        (SpanKind.Reranker, "rerank")
    );

    public static readonly Source[] Name = ["traceloop.entity.name"];
    public static readonly Source[] Workflow = ["traceloop.workflow.name"];
    public static readonly Source[] Operation = ["llm.request.type"];
    public static readonly Source[] RequestedModel = ["llm.request.model_name"];
    public static readonly Source[] ServedModel = ["llm.response.model_name"];

    public static readonly Source[] Session =
    [
        "traceloop.association.properties.session_id",
        "traceloop.association.properties.sessionId",
        "traceloop.association.properties.conversation_id",
        "traceloop.association.properties.thread_id",
        "traceloop.association.properties.chat_id",
    ];
    public static readonly Source[] User = ["llm.user", "traceloop.association.properties.user_id", "traceloop.association.properties.userId"];
    public static readonly Source[] Request = ["traceloop.association.properties.request_id", "traceloop.association.properties.requestId"];

    public static readonly Source[] FinishReason = ["llm.finish_reason"];
    public static readonly Source[] Prompt = ["traceloop.prompt.key"];
    public static readonly Source[] PromptVersion = ["traceloop.prompt.version"];
    public static readonly Source[] PromptTemplate = ["traceloop.prompt.template"];
    public static readonly Source[] PromptVariables = ["traceloop.prompt.template_variables"];

    public static readonly Source[] InputTokens = ["llm.usage.prompt_tokens"];
    public static readonly Source[] OutputTokens = ["llm.usage.completion_tokens"];
    public static readonly Source[] Reasoning = ["llm.usage.reasoning_tokens"];
    public static readonly Source[] TotalTokens = ["llm.usage.total_tokens"];

    public static readonly Source[] Input = ["traceloop.entity.input"];
    public static readonly Source[] Output = ["traceloop.entity.output"];

    /// <summary>A list that is flattened into keys: <c>llm.request.functions.0.name</c>.</summary>
    public const string Functions = "llm.request.functions";

    public static readonly (string Key, string Parameter)[] Parameters =
    [
        ("llm.is_streaming", "stream"),
        ("llm.top_k", "top_k"),
        ("llm.frequency_penalty", "frequency_penalty"),
        ("llm.presence_penalty", "presence_penalty"),
        ("llm.chat.stop_sequences", "stop"),
    ];
}
