using LlmObs.Domain.GenAi;

namespace LlmObs.Ingest.Mapping.Fields;

/// <summary>Where a step's raw input and output come from, of whatever kind it is.</summary>
internal static class ContentTables
{
    // Mastra names the attribute after the kind of span.
    private static readonly string[] MastraTypes =
    [
        "agent_run",
        "workflow_run",
        "workflow_step",
        "model_generation",
        "model_step",
        "model_inference",
        "tool_call",
        "mcp_tool_call",
        "processor_run",
        "generic",
    ];

    public static readonly Precedence Input = new([
        "langfuse.observation.input",
        "input.value",
        "traceloop.entity.input",
        "genkit:input",
        .. Mastra("input"),
        "lmnr.span.input",
        GenAiNames.InputMessages,
        GenAiNames.Prompt,
        "ai.prompt",
        "ai.prompt.messages",
        "ai.value",
        "ai.values",
        "db.query.text",
        "db.statement",
        "mlflow.spanInputs",
        "tool_arguments",
        "gcp.vertex.agent.llm_request",
        "gcp.vertex.agent.tool_call_args",
        "embedding.text",
        "input",
        "prompt",
    ]);

    public static readonly Precedence Output = new([
        "langfuse.observation.output",
        "output.value",
        "traceloop.entity.output",
        "genkit:output",
        .. Mastra("output"),
        "lmnr.span.output",
        GenAiNames.OutputMessages,
        GenAiNames.Completion,
        "ai.response.text",
        "ai.response.object",
        "ai.result.text",
        "ai.result.object",
        "mlflow.spanOutputs",
        "tool_response",
        "final_result",
        "gcp.vertex.agent.llm_response",
        "gcp.vertex.agent.tool_response",
        "output",
    ]);

    public static readonly Precedence PromptTemplate = new("llm.prompt_template.template", "traceloop.prompt.template");

    public static readonly Precedence PromptVariables = new("llm.prompt_template.variables", "traceloop.prompt.template_variables");

    private static IEnumerable<Source> Mastra(string end) => MastraTypes.Select(type => new Source($"mastra.{type}.{end}"));
}
