namespace LlmObs.Ingest.Dify;

/// <summary>Attributes of a step of Dify's, beside those of OpenTelemetry's GenAI conventions.</summary>
internal static class DifyAttributes
{
    public const string RunId = "dify.workflow_run_id";
    public const string RunStatus = "dify.workflow_run.status";
    public const string TriggeredFrom = "dify.triggered_from";
    public const string MessageId = "dify.message_id";
    public const string InvokeFrom = "dify.invoke_from";
    public const string AppId = "dify.app_id";
    public const string AppName = "dify.app_name";
    public const string AppMode = "dify.app_mode";
    public const string Workspace = "dify.workspace";
    public const string TenantId = "dify.tenant_id";
    public const string WorkflowId = "dify.workflow_id";
    public const string WorkflowVersion = "dify.workflow_version";
    public const string NodeExecutionId = "dify.node.execution_id";
    public const string NodeId = "dify.node.id";
    public const string NodeType = "dify.node.type";
    public const string NodeTitle = "dify.node.title";
    public const string NodeStatus = "dify.node.status";
    public const string NodeIndex = "dify.node.index";
    public const string ProcessData = "dify.process_data";
    public const string Metadata = "dify.execution_metadata";
    public const string RecoveredError = "dify.recovered_error";
    public const string RoundIndex = "dify.round";
    public const string Cut = "dify.cut_columns";

    public const string Input = "input.value";
    public const string Output = "output.value";
    public const string Kind = "gen_ai.span.kind";
    public const string User = "user.id";
    public const string Service = "service.name";
    public const string Framework = "gen_ai.framework";

    private static readonly HashSet<string> Ids =
    [
        RunId,
        RunStatus,
        MessageId,
        AppId,
        TenantId,
        WorkflowId,
        NodeExecutionId,
        NodeId,
        NodeType,
        NodeStatus,
        NodeIndex,
        RoundIndex,
        Kind,
        Framework,
    ];

    /// <summary>True for what Dify numbers or enumerates: no words of people.</summary>
    public static bool AreIds(string name) => Ids.Contains(name) || name.StartsWith("gen_ai.usage.", StringComparison.Ordinal);
}
