using LlmObs.Domain.GenAi;
using LlmObs.Domain.Spans;
using static LlmObs.Ingest.Mapping.Source;

namespace LlmObs.Ingest.Mapping.Dialects.OpenTelemetry;

/// <summary>OpenTelemetry's conventions for GenAI, in their names of today and of before. What libraries add under <c>gen_ai</c> of their own accord stands here, too.</summary>
internal static class OpenTelemetryKeys
{
    public static readonly KindKey Kind = new(
        GenAiNames.OperationName,
        (SpanKind.Llm, "chat text_completion completion generate_content generate responses"),
        (SpanKind.Embedding, "embeddings embedding"),
        (SpanKind.Retriever, "retrieval vector_db_retrieve search_memory"),
        (SpanKind.Reranker, "rerank rerank_documents"),
        (SpanKind.Tool, "execute_tool"),
        (SpanKind.Agent, "invoke_agent create_agent plan"),
        (SpanKind.Workflow, "invoke_workflow enter workflow"),
        (SpanKind.Guardrail, "guardrail.run guard"),
        (SpanKind.Evaluator, "evaluate"),
        (SpanKind.Task, "agent_step workflow_step execute_task react model_generation orchestrate_tools task"),
        (SpanKind.Other, "model_chunk")
    );
    public static readonly Source[] Guardrail = ["gen_ai.guardrail.name"];
    public static readonly Source[] Evaluation = [GenAiNames.EvaluationName];

    public static readonly Source[] Operation = [GenAiNames.OperationName];
    public static readonly Source[] Workflow = [GenAiNames.WorkflowName];
    public static readonly Source[] Agent = [GenAiNames.AgentName];
    public static readonly Source[] Provider = [GenAiNames.ProviderName, GenAiNames.System];
    public static readonly Source[] RequestedModel = [GenAiNames.RequestModel];
    public static readonly Source[] RequestedModelBefore = ["gen_ai.request.model_name"];
    public static readonly Source[] ServedModel = [GenAiNames.ResponseModel];

    public static readonly Source[] Session = [GenAiNames.ConversationId];
    public static readonly Source[] User = ["enduser.id"];
    public static readonly Source[] Environment = ["gen_ai.environment"];
    public static readonly Source[] Version = [GenAiNames.AgentVersion];

    public static readonly Source[] ResponseId = [GenAiNames.ResponseId];
    public static readonly Source[] FinishReasons =
    [
        GenAiNames.ResponseFinishReasons,
        "gen_ai.response.finish_reason",
        "gen_ai.response.stop_reason",
    ];
    public static readonly Source[] FinishReasonBefore = ["gen_ai.finishReason"];
    public static readonly Source[] Prompt = [GenAiNames.PromptName];
    public static readonly Source[] ErrorMessage = [GenAiNames.ErrorMessage];

    public static readonly Source[] InputTokens = [GenAiNames.UsageInputTokens, GenAiNames.UsagePromptTokens];
    public static readonly Source[] OutputTokens = [GenAiNames.UsageOutputTokens, GenAiNames.UsageCompletionTokens];
    public static readonly Source[] CachedRead =
    [
        GenAiNames.UsageCacheReadInputTokens,
        "gen_ai.usage.cache_read_input_tokens",
        "gen_ai.usage.cache_read_tokens",
        "gen_ai.usage.details.cache_read_tokens",
    ];
    public static readonly Source[] CachedReadInDetails = [Json("gen_ai.usage.input_token_details", "cache_read")];
    public static readonly Source[] CachedWrite =
    [
        GenAiNames.UsageCacheCreationInputTokens,
        "gen_ai.usage.cache_creation_input_tokens",
        "gen_ai.usage.cache_write_tokens",
        "gen_ai.usage.details.cache_write_tokens",
    ];
    public static readonly Source[] CachedWriteInDetails = [Json("gen_ai.usage.input_token_details", "cache_creation")];
    public static readonly Source[] Reasoning = [GenAiNames.UsageReasoningOutputTokens, "gen_ai.usage.reasoning_tokens"];
    public static readonly Source[] ReasoningInDetails = [Json("gen_ai.usage.output_token_details", "reasoning")];
    public static readonly Source[] TotalTokens = [GenAiNames.UsageTotalTokens];
    public static readonly Source[] TotalCost = [GenAiNames.UsageCost];
    public static readonly Source[] TotalCostBefore = ["gen_ai.usage.total_cost"];
    public static readonly Source[] InputCost = ["gen_ai.usage.input_cost"];
    public static readonly Source[] OutputCost = ["gen_ai.usage.output_cost"];
    public static readonly Source[] CostCurrency = ["gen_ai.usage.cost_currency"];
    public static readonly Source[] FirstTokenSeconds =
    [
        GenAiNames.ResponseTimeToFirstChunk,
        GenAiNames.OperationTimeToFirstChunk,
        GenAiNames.ServerTimeToFirstToken,
    ];

    public static readonly Source[] Input = [GenAiNames.InputMessages];
    public static readonly Source[] InputBefore = [GenAiNames.Prompt];
    public static readonly Source[] Output = [GenAiNames.OutputMessages];
    public static readonly Source[] OutputBefore = [GenAiNames.Completion];

    public static readonly Source[] ToolName = [GenAiNames.ToolName];
    public static readonly Source[] ToolCallId = [GenAiNames.ToolCallId];
    public static readonly Source[] ToolArguments = [GenAiNames.ToolCallArguments, "gen_ai.tool.args"];
    public static readonly Source[] ToolResult = [GenAiNames.ToolCallResult];
    public static readonly Source[] ToolDescription = [GenAiNames.ToolDescription];
    public static readonly Source[] RetrievalQuery = [GenAiNames.RetrievalQueryText];
    public static readonly Source[] Documents = [GenAiNames.RetrievalDocuments];

    /// <summary>Beside <see cref="GenAiNames.RequestPrefix"/>, under which a parameter keeps its name.</summary>
    public static readonly (string Key, string Parameter)[] Parameters =
    [
        (GenAiNames.RequestStopSequences, "stop"),
        (GenAiNames.RequestChoiceCount, "n"),
        ("gen_ai.request.is_stream", "stream"),
        ("gen_ai.is_streaming", "stream"),
        (GenAiNames.OutputType, "response_format"),
        (GenAiNames.OpenAiRequestResponseFormat, "response_format"),
        (GenAiNames.OpenAiRequestSeed, "seed"),
        ("gen_ai.request.max_completion_tokens", "max_tokens"),
        ("gen_ai.request.reasoning.level", "reasoning_effort"),
    ];
}
