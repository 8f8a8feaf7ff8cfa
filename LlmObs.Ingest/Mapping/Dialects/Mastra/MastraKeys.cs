using LlmObs.Domain.Spans;

namespace LlmObs.Ingest.Mapping.Dialects.Mastra;

/// <summary>Mastra: <c>mastra.*</c>. It names what a step was given and what it gave after the type of the span.</summary>
internal static class MastraKeys
{
    private static readonly string[] ModelTypes = ["model_generation", "model_step", "model_inference"];
    private static readonly string[] ToolTypes = ["tool_call", "mcp_tool_call"];
    private static readonly string[] Types = ["agent_run", "workflow_run", "workflow_step", .. ModelTypes, .. ToolTypes, "processor_run", "generic"];

    public static readonly KindKey Kind = new(
        "mastra.span.type",
        (SpanKind.Agent, "agent_run"),
        (SpanKind.Workflow, "workflow_run"),
        (SpanKind.Llm, "model_inference"),
        (SpanKind.Chain, "model_generation"),
        (
            SpanKind.Task,
            "model_step workflow_step workflow_conditional workflow_conditional_eval workflow_parallel workflow_loop workflow_sleep workflow_wait_event processor_run"
        ),
        (SpanKind.Other, "model_chunk"),
        (SpanKind.Tool, "tool_call mcp_tool_call")
    );

    /// <summary>"failed" among others.</summary>
    public static readonly Source[] Status =
    [
        "mastra.workflow_run.status",
        "mastra.workflow_step.status",
        "mastra.agent_run.status",
        "mastra.status",
    ];

    public static readonly Source[] Session = ["mastra.metadata.sessionId", "mastra.metadata.threadId"];
    public static readonly Source[] User = ["mastra.metadata.userId"];
    public static readonly Source[] Request = ["mastra.metadata.requestId", "mastra.metadata.request_id"];
    public static readonly Source[] Tags = ["mastra.tags"];
    public static readonly Source[] FirstTokenAt = ["mastra.completion_start_time"];

    public static readonly Source[] Input = Of(Types, "input");
    public static readonly Source[] ModelInput = Of(ModelTypes, "input");
    public static readonly Source[] ToolInput = Of(ToolTypes, "input");
    public static readonly Source[] Output = Of(Types, "output");
    public static readonly Source[] ModelOutput = Of(ModelTypes, "output");
    public static readonly Source[] ToolOutput = Of(ToolTypes, "output");

    private static Source[] Of(string[] types, string end) => [.. types.Select(type => new Source($"mastra.{type}.{end}"))];
}
