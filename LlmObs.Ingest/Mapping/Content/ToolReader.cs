using System.Text.Json;
using LlmObs.Domain;
using LlmObs.Domain.GenAi;
using LlmObs.Domain.Spans;
using LlmObs.Ingest.Mapping.Fields;
using LlmObs.Ingest.Otlp.Protos;

namespace LlmObs.Ingest.Mapping.Content;

/// <summary>Tools a model was offered, and the one a tool span ran.</summary>
internal static class ToolReader
{
    private static readonly Precedence Definitions = new(GenAiNames.ToolDefinitions, GenAiNames.RequestToolDefinitions);
    private static readonly Precedence CallIds = new(GenAiNames.ToolCallId, "ai.toolCall.id", "tool_call.id", "tool.id");
    private static readonly Precedence Arguments = new(GenAiNames.ToolCallArguments, "gen_ai.tool.args", "ai.toolCall.args", "tool.parameters");
    private static readonly Precedence Results = new(GenAiNames.ToolCallResult, "ai.toolCall.result");

    public static string? ArgumentsText(AttributeMap attributes) => attributes.Text(Arguments);

    public static string? ResultText(AttributeMap attributes) => attributes.Text(Results) is { } result ? JsonInText.Unquote(result) : null;

    public static IReadOnlyList<Tool> Offered(AttributeMap attributes) => Definitions.First(attributes, Offered) ?? [];

    /// <summary>The tool that ran. A span's name says which when nothing else does.</summary>
    public static Tool Ran(AttributeMap attributes, string displayName) => new(
        displayName,
        attributes.Text(GenAiNames.ToolType),
        attributes.Text(GenAiNames.ToolDescription),
        CallId: attributes.Text(CallIds),
        Result: ResultText(attributes))
    {
        Arguments = Arguments.First(attributes, value => AsDocument(value) is { IsNull: false } document ? (JsonText?)document : null) ?? JsonText.Null,
    };

    private static List<Tool>? Offered(AnyValue value)
    {
        using var document = value.ParseJson();
        if (document?.RootElement is not { ValueKind: JsonValueKind.Array } array)
        {
            return null;
        }

        var tools = array.EnumerateArray().Select(Definition).OfType<Tool>().ToList();
        return tools.Count == 0 ? null : tools;
    }

    private static Tool? Definition(JsonElement element)
    {
        var inner = element.Member("function") ?? element;
        return inner.MemberText("name") is { Length: > 0 } name
            ? new(name, element.MemberText("type"), inner.MemberText("description"))
            {
                Parameters = (inner.Member("parameters") ?? inner.Member("inputSchema") ?? inner.Member("input_schema"))?.Raw() ?? JsonText.Null,
            }
            : null;
    }

    private static JsonText AsDocument(AnyValue value)
    {
        using var document = value.ParseJson();
        return document?.RootElement.Raw() ?? new(AttributeJson.Write(new AnyValue { StringValue = value.Text() }));
    }
}
