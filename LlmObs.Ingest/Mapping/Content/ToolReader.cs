using System.Text.Json;
using LlmObs.Domain;
using LlmObs.Domain.GenAi;
using LlmObs.Domain.Spans;

namespace LlmObs.Ingest.Mapping.Content;

/// <summary>Tools a model was offered, and the one a tool span ran.</summary>
internal static class ToolReader
{
    private static readonly Precedence CallIds = Precedence.Of(OpenTelemetryKeys.ToolCallId, VercelAiKeys.ToolCallId, OpenInferenceKeys.ToolCallId);
    private static readonly Precedence Arguments = Precedence.Of(
        OpenTelemetryKeys.ToolArguments,
        VercelAiKeys.ToolArguments,
        OpenInferenceKeys.ToolArguments,
        LangfuseKeys.Input,
        OpenInferenceKeys.Input,
        TraceloopKeys.Input,
        GenkitKeys.Input,
        MastraKeys.ToolInput,
        LaminarKeys.Input,
        OpenTelemetryKeys.InputBefore,
        PydanticKeys.ToolArguments,
        MlflowKeys.Input,
        GoogleAdkKeys.ToolArguments
    );
    private static readonly Precedence Results = Precedence.Of(
        OpenTelemetryKeys.ToolResult,
        VercelAiKeys.ToolResult,
        LangfuseKeys.Output,
        OpenInferenceKeys.Output,
        TraceloopKeys.Output,
        GenkitKeys.Output,
        MastraKeys.ToolOutput,
        LaminarKeys.Output,
        OpenTelemetryKeys.OutputBefore,
        PydanticKeys.ToolResult,
        MlflowKeys.Output,
        GoogleAdkKeys.ToolResult
    );
    private static readonly Precedence Descriptions = Precedence.Of(OpenTelemetryKeys.ToolDescription, OpenInferenceKeys.ToolDescription);

    // The whole request, with its tools in it.
    private static readonly Precedence Requests = Precedence.Of(
        LangfuseKeys.Input,
        GenkitKeys.Input,
        OpenInferenceKeys.ParameterDocument,
        OpenInferenceKeys.Input,
        GoogleAdkKeys.Input
    );

    public static string? ArgumentsText(AttributeMap attributes) => attributes.Text(Arguments);

    public static string? ResultText(AttributeMap attributes) => attributes.Text(Results);

    /// <summary>The tools a request offered, in the first place that names any.</summary>
    public static IReadOnlyList<Tool> Offered(AttributeMap attributes) =>
        Definitions(attributes.Json(GenAiNames.ToolDefinitions))
        ?? Flattened(attributes, OpenInferenceKeys.Tools, item => Definition(item.Json("tool.json_schema")))
        ?? Definitions(attributes.Json(VercelAiKeys.Tools))
        ?? Flattened(attributes, TraceloopKeys.Functions, Function)
        ?? Requests
            .Sources.Select(source =>
                source.DocumentIn(attributes) is { ValueKind: JsonValueKind.Object } request
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
            attributes.Text(Descriptions),
            CallId: attributes.Text(CallIds),
            Result: ResultText(attributes)
        )
        {
            Arguments = Arguments.Find(attributes) switch
            {
                null => JsonText.Null,
                // Traceloop wraps them.
                { } source when TraceloopKeys.Input.Contains(source) && TraceloopEntity.Arguments(attributes) is { } unwrapped => unwrapped.Raw(),
                { } source => AttributeDocument.Of(attributes, source.Key),
            },
        };

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
