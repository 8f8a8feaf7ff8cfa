namespace LlmObs.SqlCopilot.Telemetry;

/// <summary>Attribute names as OpenTelemetry's conventions spell them; what the conventions lack is OpenInference's or ours.</summary>
internal static class Tags
{
    public const string Operation = "gen_ai.operation.name";
    public const string WorkflowName = "gen_ai.workflow.name";
    public const string ConversationId = "gen_ai.conversation.id";
    public const string UserId = "user.id";
    public const string RequestId = "llmobs.request.id";
    public const string RequestTags = "tag.tags";
    public const string PromptName = "gen_ai.prompt.name";
    public const string PromptVersion = "llm.prompt_template.version";

    public const string RetrievalQuery = "gen_ai.retrieval.query.text";
    public const string RetrievalDocuments = "gen_ai.retrieval.documents";
    public const string RetrievalTopK = "gen_ai.retrieval.top_k";
    public const string DataSourceId = "gen_ai.data_source.id";

    public const string DbSystem = "db.system.name";
    public const string DbNamespace = "db.namespace";
    public const string DbOperation = "db.operation.name";
    public const string DbQuery = "db.query.text";
    public const string DbRows = "db.response.returned_rows";
    public const string DbStatus = "db.response.status_code";

    public const string ErrorType = "error.type";

    // Input and output of a step that is no model call: OpenInference's names, which every GenAI backend reads.
    public const string Input = "input.value";
    public const string Output = "output.value";
}
