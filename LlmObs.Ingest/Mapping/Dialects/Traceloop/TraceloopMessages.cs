using System.Text.Json;
using LlmObs.Domain.Spans;
using LlmObs.Ingest.Mapping.Content;
using LlmObs.Ingest.Mapping.Fields;

namespace LlmObs.Ingest.Mapping.Dialects.Traceloop;

/// <summary>Traceloop before it took up OpenTelemetry's messages: <c>gen_ai.prompt.0.content</c>, <c>gen_ai.completion.0.tool_calls.0.name</c>. Laminar and others kept the form.</summary>
internal static class TraceloopMessages
{
    public static List<Message>? Input(AttributeMap attributes) => Read(attributes, "gen_ai.prompt", "input");

    public static List<Message>? Output(AttributeMap attributes) => Read(attributes, "gen_ai.completion", "output");

    private static List<Message>? Read(AttributeMap attributes, string prefix, string direction)
    {
        var messages = attributes.Items(prefix).Select(item => One(item, direction)).OfType<Message>().ToList();
        return messages.Count == 0 ? null : messages;
    }

    // An assistant that only called tools says "null", as text: the map takes that for nothing.
    private static Message? One(AttributeMap item, string direction)
    {
        var role = MessageReader.Role(item.Text("role")) ?? (direction == "output" ? "assistant" : "user");
        var parts = new List<MessagePart>();
        if (item.Json("content") is { ValueKind: JsonValueKind.Array } content && MessageReader.HoldsParts(content))
        {
            PartReader.AddAll(parts, content);
        }
        else if (item.Text("content") is { } text)
        {
            parts.Add(role == "tool" ? MessagePart.ToolResult(item.Text("tool_call_id"), item.Text("name"), text) : MessagePart.Text(text));
        }

        parts.AddRange(
            item.Items("tool_calls").Select(call => MessagePart.ToolCall(call.Text("id"), call.Text("name"), AttributeDocument.Of(call, "arguments")))
        );
        var finish = item.Text("finish_reason") is { } sent ? Words.Finish(sent) : null;
        return parts.Count == 0 && finish is null && direction == "output" ? null : new(direction, role, parts, FinishReason: finish);
    }
}
