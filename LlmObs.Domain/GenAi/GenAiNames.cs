namespace LlmObs.Domain.GenAi;

/// <summary>Attribute and event names of OpenTelemetry's GenAI conventions, spelled as the convention spells them, old names beside new ones.</summary>
public static class GenAiNames
{
    public const string OperationName = "gen_ai.operation.name";
    public const string ProviderName = "gen_ai.provider.name";
    public const string System = "gen_ai.system";
    public const string OutputType = "gen_ai.output.type";

    public const string RequestPrefix = "gen_ai.request.";
    public const string RequestModel = "gen_ai.request.model";
    public const string RequestStopSequences = "gen_ai.request.stop_sequences";
    public const string RequestChoiceCount = "gen_ai.request.choice.count";
    public const string OpenAiRequestSeed = "gen_ai.openai.request.seed";
    public const string OpenAiRequestResponseFormat = "gen_ai.openai.request.response_format";

    public const string ResponseModel = "gen_ai.response.model";
    public const string ResponseId = "gen_ai.response.id";
    public const string ResponseFinishReasons = "gen_ai.response.finish_reasons";
    public const string ResponseTimeToFirstChunk = "gen_ai.response.time_to_first_chunk";
    public const string OperationTimeToFirstChunk = "gen_ai.client.operation.time_to_first_chunk";
    public const string ServerTimeToFirstToken = "gen_ai.server.time_to_first_token";
    public const string ResponseTimeToFirstToken = "gen_ai.response.time_to_first_token";
    public const string UserTimeToFirstToken = "gen_ai.user.time_to_first_token";

    public const string UsageInputTokens = "gen_ai.usage.input_tokens";
    public const string UsageOutputTokens = "gen_ai.usage.output_tokens";
    public const string UsagePromptTokens = "gen_ai.usage.prompt_tokens";
    public const string UsageCompletionTokens = "gen_ai.usage.completion_tokens";
    public const string UsageTotalTokens = "gen_ai.usage.total_tokens";
    public const string UsageCacheReadInputTokens = "gen_ai.usage.cache_read.input_tokens";
    public const string UsageCacheCreationInputTokens = "gen_ai.usage.cache_creation.input_tokens";
    public const string UsageReasoningOutputTokens = "gen_ai.usage.reasoning.output_tokens";
    public const string UsageCost = "gen_ai.usage.cost";

    public const string InputMessages = "gen_ai.input.messages";
    public const string OutputMessages = "gen_ai.output.messages";
    public const string SystemInstructions = "gen_ai.system_instructions";
    public const string Prompt = "gen_ai.prompt";
    public const string Completion = "gen_ai.completion";

    public const string ToolDefinitions = "gen_ai.tool.definitions";
    public const string RequestToolDefinitions = "gen_ai.request.tool_definitions";
    public const string ToolName = "gen_ai.tool.name";
    public const string ToolType = "gen_ai.tool.type";
    public const string ToolDescription = "gen_ai.tool.description";
    public const string ToolCallId = "gen_ai.tool.call.id";
    public const string ToolCallArguments = "gen_ai.tool.call.arguments";
    public const string ToolCallResult = "gen_ai.tool.call.result";

    public const string RetrievalQueryText = "gen_ai.retrieval.query.text";
    public const string RetrievalDocuments = "gen_ai.retrieval.documents";
    public const string RerankOutputDocuments = "gen_ai.rerank.output_documents";
    public const string RerankInputDocuments = "gen_ai.rerank.input_documents";

    public const string ConversationId = "gen_ai.conversation.id";
    public const string AgentName = "gen_ai.agent.name";
    public const string AgentVersion = "gen_ai.agent.version";
    public const string WorkflowName = "gen_ai.workflow.name";
    public const string PromptName = "gen_ai.prompt.name";
    public const string EvaluationName = "gen_ai.evaluation.name";

    public const string ErrorType = "error.type";
    public const string ErrorMessage = "error.message";
    public const string ExceptionType = "exception.type";
    public const string ExceptionMessage = "exception.message";

    /// <summary>Events, of spans and of logs.</summary>
    public static class Events
    {
        public const string SystemMessage = "gen_ai.system.message";
        public const string UserMessage = "gen_ai.user.message";
        public const string AssistantMessage = "gen_ai.assistant.message";
        public const string ToolMessage = "gen_ai.tool.message";
        public const string Choice = "gen_ai.choice";
        public const string InferenceDetails = "gen_ai.client.inference.operation.details";
        public const string AgentInvokeDetails = "gen_ai.client.agent.invoke.operation.details";
        public const string OperationException = "gen_ai.client.operation.exception";
        public const string ContentPrompt = "gen_ai.content.prompt";
        public const string ContentCompletion = "gen_ai.content.completion";
        public const string DbQueryResult = "db.query.result";
        public const string DbSearchResult = "db.search.result";
        public const string Exception = "exception";
    }
}
