using LlmObs.Domain.GenAi;
using LlmObs.Domain.Spans;
using static LlmObs.Ingest.Mapping.Source;

namespace LlmObs.Ingest.Mapping.Dialects.LangSmith;

/// <summary>LangSmith's OTel bridge, which writes the whole request and answer as documents under OpenTelemetry's older names.</summary>
internal static class LangSmithKeys
{
    public static readonly KindKey Kind = new(
        "langsmith.span.kind",
        (SpanKind.Llm, "llm"),
        (SpanKind.Embedding, "embedding"),
        (SpanKind.Retriever, "retriever"),
        (SpanKind.Tool, "tool"),
        (SpanKind.Chain, "chain"),
        (SpanKind.Task, "prompt parser")
    );

    /// <summary>Of model calls; other spans have a name of their own.</summary>
    public static readonly Source[] CallName = ["langsmith.trace.name"];
    public static readonly Source[] Provider = ["langsmith.metadata.ls_provider"];
    public static readonly Source[] RequestedModel = ["langsmith.metadata.ls_model_name"];
    public static readonly Source[] RequestedModelInInput = [Json(GenAiNames.Prompt, "model")];
    public static readonly Source[] ServedModelInOutput = [Json(GenAiNames.Completion, "model")];

    public static readonly Source[] Session = ["langsmith.metadata.session_id", "langsmith.metadata.thread_id", "langsmith.metadata.conversation_id"];
    public static readonly Source[] User = ["langsmith.metadata.user_id"];
    public static readonly Source[] Request = ["langsmith.metadata.request_id"];
    public static readonly Source[] Tags = ["langsmith.span.tags"];
    public static readonly Source[] ResponseIdInOutput = [Json(GenAiNames.Completion, "id")];

    public static readonly Source[] InputTokens = [Json("langsmith.usage_metadata", "input_tokens")];
    public static readonly Source[] OutputTokens = [Json("langsmith.usage_metadata", "output_tokens")];

    /// <summary>A document with a member for each parameter.</summary>
    public static readonly Source[] ParameterDocument = ["langsmith.metadata.ls_invocation_params"];

    public static readonly (string Key, string Parameter)[] Parameters =
    [
        ("langsmith.request.streaming", "stream"),
        ("langsmith.metadata.ls_temperature", "temperature"),
        ("langsmith.metadata.ls_max_tokens", "max_tokens"),
        ("langsmith.metadata.ls_stop", "stop"),
    ];
}
