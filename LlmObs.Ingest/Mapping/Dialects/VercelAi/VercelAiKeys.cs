using LlmObs.Domain.Spans;
using static LlmObs.Ingest.Mapping.Source;

namespace LlmObs.Ingest.Mapping.Dialects.VercelAi;

/// <summary>The Vercel AI SDK up to version 6: <c>ai.*</c>. From 7 on it speaks OpenTelemetry's names.</summary>
internal static class VercelAiKeys
{
    private static readonly (SpanKind Kind, string Words)[] Operations =
    [
        (SpanKind.Llm, "ai.generatetext.dogenerate ai.streamtext.dostream ai.generateobject.dogenerate ai.streamobject.dostream"),
        (SpanKind.Embedding, "ai.embed.doembed ai.embedmany.doembed"),
        (SpanKind.Reranker, "ai.rerank.dorerank"),
        (SpanKind.Tool, "ai.toolcall"),
        (SpanKind.Agent, "ai.generatetext ai.streamtext ai.generateobject ai.streamobject"),
        (SpanKind.Chain, "ai.embed ai.embedmany ai.rerank"),
    ];
    public static readonly KindKey Kind = new("ai.operationId", Operations);

    // "ai.streamText.doStream summarise", of which the first word counts.
    public static readonly KindKey KindBefore = new("operation.name", Operations);

    public static readonly Source[] Operation = ["ai.operationId"];
    public static readonly Source[] Provider = ["ai.model.provider"];
    public static readonly Source[] RequestedModel = ["ai.model.id"];
    public static readonly Source[] ServedModel = ["ai.response.model"];

    public static readonly Source[] Session = ["ai.telemetry.metadata.sessionId", "ai.settings.context.sessionId"];
    public static readonly Source[] User = ["ai.telemetry.metadata.userId", "ai.settings.context.userId"];
    public static readonly Source[] Request = ["ai.telemetry.metadata.requestId", "ai.telemetry.metadata.request_id"];
    public static readonly Source[] Tags = ["ai.telemetry.metadata.tags"];

    public static readonly Source[] ResponseId = ["ai.response.id"];
    public static readonly Source[] FinishReason = ["ai.response.finishReason"];
    public static readonly Source[] Prompt = [Json("ai.telemetry.metadata.langfusePrompt", "name"), "ai.telemetry.metadata.promptName"];
    public static readonly Source[] PromptVersion = [Json("ai.telemetry.metadata.langfusePrompt", "version"), "ai.telemetry.metadata.promptVersion"];

    public static readonly Source[] InputTokens = ["ai.usage.inputTokens", "ai.usage.promptTokens", "ai.usage.tokens"];
    public static readonly Source[] OutputTokens = ["ai.usage.outputTokens", "ai.usage.completionTokens"];
    public static readonly Source[] CachedRead = ["ai.usage.inputTokenDetails.cacheReadTokens", "ai.usage.cachedInputTokens"];
    public static readonly Source[] CachedWrite = ["ai.usage.inputTokenDetails.cacheWriteTokens"];
    public static readonly Source[] Reasoning = ["ai.usage.outputTokenDetails.reasoningTokens", "ai.usage.reasoningTokens"];
    public static readonly Source[] TotalTokens = ["ai.usage.totalTokens"];
    public static readonly Source[] FirstTokenMilliseconds = ["ai.response.msToFirstChunk", "ai.stream.msToFirstChunk"];

    public static readonly Source[] Input = ["ai.prompt", "ai.prompt.messages", "ai.value", "ai.values"];
    public static readonly Source[] Output = ["ai.response.text", "ai.response.object", "ai.result.text", "ai.result.object"];

    public static readonly Source[] ToolName = ["ai.toolCall.name"];
    public static readonly Source[] ToolCallId = ["ai.toolCall.id"];
    public static readonly Source[] ToolArguments = ["ai.toolCall.args"];
    public static readonly Source[] ToolResult = ["ai.toolCall.result"];

    /// <summary>A list of JSON texts.</summary>
    public const string Tools = "ai.prompt.tools";

    public static readonly (string Key, string Parameter)[] Parameters =
    [
        ("ai.settings.temperature", "temperature"),
        ("ai.settings.topP", "top_p"),
        ("ai.settings.topK", "top_k"),
        ("ai.settings.maxOutputTokens", "max_tokens"),
        ("ai.settings.maxTokens", "max_tokens"),
        ("ai.settings.seed", "seed"),
        ("ai.settings.frequencyPenalty", "frequency_penalty"),
        ("ai.settings.presencePenalty", "presence_penalty"),
        ("ai.settings.stopSequences", "stop"),
        ("ai.settings.output", "response_format"),
    ];
}
