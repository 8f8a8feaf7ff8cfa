using LlmObs.Domain.Spans;
using static LlmObs.Ingest.Mapping.Source;

namespace LlmObs.Ingest.Mapping.Dialects.OpenInference;

/// <summary>OpenInference: Arize's conventions, of which <c>input.value</c>, <c>session.id</c> and <c>metadata</c> are used by many.</summary>
internal static class OpenInferenceKeys
{
    public static readonly KindKey Kind = new(
        "openinference.span.kind",
        (SpanKind.Llm, "llm"),
        (SpanKind.Embedding, "embedding"),
        (SpanKind.Chain, "chain"),
        (SpanKind.Retriever, "retriever"),
        (SpanKind.Reranker, "reranker"),
        (SpanKind.Tool, "tool"),
        (SpanKind.Agent, "agent"),
        (SpanKind.Guardrail, "guardrail"),
        (SpanKind.Evaluator, "evaluator"),
        (SpanKind.Task, "prompt")
    );

    public static readonly Source[] Agent = ["agent.name"];
    public static readonly Source[] Provider = ["llm.provider", "llm.system"];
    public static readonly Source[] RequestedModel = [Json("llm.invocation_parameters", "model")];
    public static readonly Source[] RequestedModelInInput = [Json("input.value", "model")];
    public static readonly Source[] EmbeddingModel = ["embedding.model_name"];
    public static readonly Source[] RerankerModel = ["reranker.model_name"];

    /// <summary>What was served where the library knew it, else what was asked for.</summary>
    public static readonly Source[] EitherModel = ["llm.model_name"];
    public static readonly Source[] ServedModelInOutput = [Json("output.value", "model")];

    public static readonly Source[] Session = ["session.id"];
    public static readonly Source[] SessionInMetadata = ["metadata.sessionId", "metadata.session_id", "metadata.thread_id"];
    public static readonly Source[] SessionInMetadataDocument =
    [
        Json("metadata", "session_id"),
        Json("metadata", "thread_id"),
        Json("metadata", "conversation_id"),
    ];
    public static readonly Source[] User = ["user.id"];
    public static readonly Source[] UserInMetadata = ["metadata.userId", "metadata.user_id"];
    public static readonly Source[] UserInMetadataDocument = [Json("metadata", "user_id")];
    public static readonly Source[] Request = ["metadata.request_id", Json("metadata", "request_id")];
    public static readonly Source[] Tags = ["tag.tags"];

    public static readonly Source[] ResponseIdInOutput = [Json("output.value", "id")];
    public static readonly Source[] Prompt = ["prompt.id"];
    public static readonly Source[] PromptVersion = ["llm.prompt_template.version"];
    public static readonly Source[] PromptTemplate = ["llm.prompt_template.template"];
    public static readonly Source[] PromptVariables = ["llm.prompt_template.variables"];

    public static readonly Source[] InputTokens = ["llm.token_count.prompt"];
    public static readonly Source[] InputTokensInOutput =
    [
        Json("output.value", "usage", "prompt_tokens"),
        Json("output.value", "usage", "input_tokens"),
    ];
    public static readonly Source[] OutputTokens = ["llm.token_count.completion"];
    public static readonly Source[] OutputTokensInOutput =
    [
        Json("output.value", "usage", "completion_tokens"),
        Json("output.value", "usage", "output_tokens"),
    ];
    public static readonly Source[] CachedRead = ["llm.token_count.prompt_details.cache_read"];
    public static readonly Source[] CachedWrite = ["llm.token_count.prompt_details.cache_write"];
    public static readonly Source[] Reasoning = ["llm.token_count.completion_details.reasoning"];
    public static readonly Source[] TotalTokens = ["llm.token_count.total"];
    public static readonly Source[] TotalCost = ["llm.cost.total"];
    public static readonly Source[] InputCost = ["llm.cost.prompt"];
    public static readonly Source[] OutputCost = ["llm.cost.completion"];

    public static readonly Source[] Input = ["input.value"];
    public static readonly Source[] Output = ["output.value"];
    public static readonly Source[] EmbeddedText = ["embedding.text"];

    public static readonly Source[] ToolName = ["tool.name"];
    public static readonly Source[] ToolCallId = ["tool_call.id", "tool.id"];
    public static readonly Source[] ToolArguments = ["tool.parameters"];
    public static readonly Source[] ToolDescription = ["tool.description"];
    public static readonly Source[] RerankerQuery = ["reranker.query"];

    /// <summary>Lists that are flattened into keys: <c>llm.tools.0.tool.json_schema</c>.</summary>
    public const string Tools = "llm.tools";
    public static readonly string[] Documents = ["retrieval.documents", "reranker.output_documents", "reranker.input_documents"];

    /// <summary>A document with a member for each parameter.</summary>
    public static readonly Source[] ParameterDocument = ["llm.invocation_parameters"];
}
