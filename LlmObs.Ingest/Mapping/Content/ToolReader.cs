using System.Text.Json;
using LlmObs.Domain;
using LlmObs.Domain.GenAi;
using LlmObs.Domain.Spans;
using LlmObs.Ingest.Mapping.Dialects.Traceloop;

namespace LlmObs.Ingest.Mapping.Content;

/// <summary>Tools a model was offered, and the one a tool span ran.</summary>
internal static class ToolReader
{
    private static readonly Precedence CallIds = new(GenAiNames.ToolCallId, "ai.toolCall.id", "tool_call.id", "tool.id");
    private static readonly Precedence Results = new(
        GenAiNames.ToolCallResult,
        "ai.toolCall.result",
        "langfuse.observation.output",
        "output.value",
        "traceloop.entity.output",
        "genkit:output",
        "mastra.tool_call.output",
        "mastra.mcp_tool_call.output",
        "lmnr.span.output",
        GenAiNames.Completion,
        "tool_response",
        "mlflow.spanOutputs",
        "gcp.vertex.agent.tool_response"
    );

    // The names of the attributes; Traceloop's is read on its way, since it wraps them.
    private static readonly string[] Arguments =
    [
        GenAiNames.ToolCallArguments,
        "gen_ai.tool.args",
        "ai.toolCall.args",
        "tool.parameters",
        "langfuse.observation.input",
        "input.value",
        "traceloop.entity.input",
        "genkit:input",
        "mastra.tool_call.input",
        "mastra.mcp_tool_call.input",
        "lmnr.span.input",
        GenAiNames.Prompt,
        "tool_arguments",
        "mlflow.spanInputs",
        "gcp.vertex.agent.tool_call_args",
    ];

    private static readonly string[] Requests =
    [
        "langfuse.observation.input",
        "genkit:input",
        "llm.invocation_parameters",
        "input.value",
        "gcp.vertex.agent.llm_request",
    ];

    public static string? ArgumentsText(AttributeMap attributes) => ArgumentsKey(attributes) is { } key ? attributes.Text(key) : null;

    public static string? ResultText(AttributeMap attributes) => attributes.Text(Results);

    /// <summary>The tools a request offered, in the first place that names any.</summary>
    public static IReadOnlyList<Tool> Offered(AttributeMap attributes) =>
        Definitions(attributes.Json(GenAiNames.ToolDefinitions))
        ?? Flattened(attributes, "llm.tools", item => Definition(item.Json("tool.json_schema")))
        ?? Definitions(attributes.Json("ai.prompt.tools"))
        ?? Flattened(attributes, "llm.request.functions", Function)
        ?? Requests
            .Select(key =>
                attributes.Json(key) is { ValueKind: JsonValueKind.Object } request
                    ? Definitions(request.Member("tools") ?? (request.Object("config") ?? default).Member("tools"))
                    : null
            )
            .FirstOrDefault(found => found is not null)
        ?? Definitions(attributes.Json(GenAiNames.RequestToolDefinitions))
        ?? [];

    /// <summary>The tool that ran. A span's name says which when nothing else does.</summary>
    public static Tool Ran(AttributeMap attributes, string displayName) =>
        new(
            displayName,
            attributes.Text(GenAiNames.ToolType),
            attributes.Text(GenAiNames.ToolDescription) ?? attributes.Text("tool.description"),
            CallId: attributes.Text(CallIds),
            Result: ResultText(attributes)
        )
        {
            Arguments = ArgumentsKey(attributes) switch
            {
                null => JsonText.Null,
                "traceloop.entity.input" when TraceloopEntity.Arguments(attributes) is { } unwrapped => unwrapped.Raw(),
                var key => AttributeDocument.Of(attributes, key),
            },
        };

    private static string? ArgumentsKey(AttributeMap attributes) => System.Array.Find(Arguments, attributes.Has);

    private static List<Tool>? Definitions(JsonElement? document)
    {
        if (document is not { ValueKind: JsonValueKind.Array } array)
        {
            return null;
        }

        var tools = array.EnumerateArray().SelectMany(Declared).Select(element => Definition(element)).OfType<Tool>().ToList();
        return tools.Count == 0 ? null : tools;
    }

    // Google groups its functions.
    private static IEnumerable<JsonElement> Declared(JsonElement element) =>
        (element.Array("function_declarations") ?? element.Array("functionDeclarations")) is { } group ? group.EnumerateArray() : [element];

    private static List<Tool>? Flattened(AttributeMap attributes, string prefix, Func<AttributeMap, Tool?> read)
    {
        var tools = attributes.Items(prefix).Select(read).OfType<Tool>().ToList();
        return tools.Count == 0 ? null : tools;
    }

    private static Tool? Function(AttributeMap item) =>
        item.Text("name") is { } name
            ? new(name, "function", item.Text("description"))
            {
                Parameters = AttributeDocument.Of(item, item.Has("parameters") ? "parameters" : "arguments"),
            }
            : null;

    private static Tool? Definition(JsonElement? sent)
    {
        // The AI SDK sends a list of JSON texts.
        var element = sent is { ValueKind: JsonValueKind.String } text ? JsonInText.Parse(text.Text()) ?? default : sent ?? default;
        var inner = element.Object("function") ?? element;
        return inner.MemberText("name") is { Length: > 0 } name
            ? new(name, element.MemberText("type"), inner.MemberText("description"))
            {
                Parameters = inner.AnyMember("parameters", "inputSchema", "input_schema")?.Raw() ?? JsonText.Null,
            }
            : null;
    }
}
