using System.Text.Json;
using LlmObs.Domain.Spans;
using LlmObs.Ingest.Mapping.Fields;

namespace LlmObs.Ingest.Mapping.Content;

/// <summary>JSON messages → ours. Reads the convention's form (<c>parts</c>) and the wire form of chat APIs (<c>content</c>, <c>tool_calls</c>), which older events carry.</summary>
internal static class MessageReader
{
    /// <summary>Reads an array of messages, one message, or a request that holds <c>messages</c>. What is no message is kept as raw.</summary>
    public static List<Message> Read(JsonElement document, string direction)
    {
        var defaultRole = direction == "output" ? "assistant" : "user";
        if (document.ValueKind == JsonValueKind.Object && document.Member("messages") is { ValueKind: JsonValueKind.Array } inner)
        {
            document = inner;
        }

        if (document.ValueKind != JsonValueKind.Array)
        {
            return One(document, direction, defaultRole) is { } single ? [single] : [];
        }

        var messages = new List<Message>(document.GetArrayLength());
        foreach (var element in document.EnumerateArray())
        {
            if (One(element, direction, defaultRole) is { } message)
            {
                messages.Add(message);
            }
        }

        return messages;
    }

    /// <summary>One message. The role is the one it names, else <paramref name="defaultRole"/>.</summary>
    public static Message? One(JsonElement element, string direction, string defaultRole)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            var text = element.Text();
            return text.Length == 0 ? null : new(direction, defaultRole, [MessagePart.Text(text)]);
        }

        var role = Role(element.MemberText("role")) ?? defaultRole;
        var parts = new List<MessagePart>();
        if (element.Structure("parts") is { ValueKind: JsonValueKind.Array } own)
        {
            PartReader.AddAll(parts, own);
        }
        else
        {
            AddContent(parts, element, role);
        }

        if (element.Structure("tool_calls") is { ValueKind: JsonValueKind.Array } calls)
        {
            PartReader.AddCalls(parts, calls);
        }

        var finish = element.MemberText("finish_reason");
        return parts.Count == 0 && finish is null ? null : new(direction, role, parts, element.MemberText("name"), finish is null ? null : Words.Finish(finish));
    }

    /// <summary>System instructions: an array of parts, or plain text.</summary>
    public static Message? Instructions(JsonElement? document, string text)
    {
        var parts = new List<MessagePart>();
        if (document is { ValueKind: JsonValueKind.Array } array)
        {
            PartReader.AddAll(parts, array);
        }
        else if (text.Length > 0)
        {
            parts.Add(MessagePart.Text(text));
        }

        return parts.Count == 0 ? null : new("system", "system", parts);
    }

    private static void AddContent(List<MessagePart> parts, JsonElement message, string role)
    {
        if (message.Structure("content") is { } content && HoldsParts(content))
        {
            PartReader.AddAll(parts, content);
        }
        else if (message.MemberText("content") is { Length: > 0 } text)
        {
            parts.Add(role == "tool" ? MessagePart.ToolResult(message.MemberText("tool_call_id") ?? message.MemberText("id"), message.MemberText("name"), text) : MessagePart.Text(text));
        }
    }

    // A user may ask with, and a tool may answer with, any JSON; a list of parts says so by their type.
    private static bool HoldsParts(JsonElement content) =>
        content.ValueKind == JsonValueKind.Array && content.GetArrayLength() > 0
        && content.EnumerateArray().All(part => part.ValueKind == JsonValueKind.Object && part.Member("type") is not null);

    private static string? Role(string? sent) => sent switch
    {
        null or "" => null,
        "model" or "ai" or "bot" or "AIMessage" => "assistant",
        "human" or "customer" or "HumanMessage" => "user",
        "function" or "ToolMessage" => "tool",
        "SystemMessage" or "instructions" => "system",
        _ => sent,
    };
}
