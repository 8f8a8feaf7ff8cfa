using System.Text.Json;
using LlmObs.Domain.GenAi;
using LlmObs.Domain.Spans;
using LlmObs.Ingest.Mapping.Fields;

namespace LlmObs.Ingest.Mapping.Content;

/// <summary>One JSON message → ours. Reads the convention's form (<c>parts</c>), the wire form of chat APIs (<c>content</c>, <c>tool_calls</c>), and what frameworks make of it.</summary>
internal static class MessageReader
{
    /// <summary>One message, or null when it says nothing. The role is the one it names, else <paramref name="defaultRole"/>.</summary>
    public static Message? One(JsonElement element, string direction, string defaultRole)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            var text = element.Text();
            return text.Length == 0 ? null : new(direction, defaultRole, [MessagePart.Text(text)]);
        }

        // LangChain writes a constructor and its arguments; Pydantic AI's choices wrap the message.
        var message = element.Object("kwargs") ?? element.Object("message") ?? element;
        // A list of events tells the answer apart by its name alone.
        direction = element.MemberText("event.name") == GenAiNames.Events.Choice ? "output" : direction;
        var role = RoleOf(element) ?? RoleOf(message) ?? defaultRole;
        var parts = Parts(message, role);
        var finish =
            element.AnyText("finish_reason", "stop_reason", "finishReason")
            ?? (message.Object("response_metadata") ?? default).MemberText("finish_reason");
        return parts.Count == 0 && finish is null
            ? null
            : new(direction, role, parts, message.MemberText("name"), finish is null ? null : Words.Finish(finish));
    }

    /// <summary>System instructions: an array of parts, a message, or plain text.</summary>
    public static Message? Instructions(JsonElement? document, string text)
    {
        var parts = new List<MessagePart>();
        if (document is { ValueKind: JsonValueKind.Array } array)
        {
            PartReader.AddAll(parts, array);
        }
        else if (document is { ValueKind: JsonValueKind.Object } message)
        {
            parts = Parts(message, "system");
        }
        else if (text.Length > 0)
        {
            parts.Add(MessagePart.Text(text));
        }

        return parts.Count == 0 ? null : new("system", "system", parts);
    }

    /// <summary>True for an array whose elements say by their type that they are parts, not messages.</summary>
    public static bool HoldsParts(JsonElement content) =>
        content.ValueKind == JsonValueKind.Array
        && content.GetArrayLength() > 0
        && content
            .EnumerateArray()
            .All(part =>
                part.ValueKind == JsonValueKind.Object
                && part.Member("role") is null
                && (
                    part.Member("type") is not null
                    || part.AnyMember("text", "toolRequest", "toolResponse", "media", "reasoning", "functionCall", "function_call", "inlineData")
                        is not null
                )
            );

    /// <summary>Our word for a role; null when none is given.</summary>
    public static string? Role(string? sent) =>
        sent switch
        {
            null or "" => null,
            "model" or "ai" or "bot" or "AIMessage" or "AIMessageChunk" => "assistant",
            "human" or "customer" or "HumanMessage" => "user",
            "function" or "ToolMessage" or "FunctionMessage" => "tool",
            "SystemMessage" or "instructions" => "system",
            _ => sent,
        };

    private static string? RoleOf(JsonElement message)
    {
        if (Role(message.MemberText("role")) is { } role)
        {
            return role;
        }

        if (message.Array("id") is { } constructor && constructor.GetArrayLength() > 0)
        {
            return Role(constructor[constructor.GetArrayLength() - 1].Text());
        }

        return message.AnyText("type", "event.name") switch
        {
            "human" or "gen_ai.user.message" => "user",
            "ai" or "AIMessageChunk" or "gen_ai.assistant.message" or "gen_ai.choice" => "assistant",
            "system" or "gen_ai.system.message" => "system",
            "tool" or "function_call_output" or "gen_ai.tool.message" => "tool",
            "function_call" or "reasoning" => "assistant",
            _ => null,
        };
    }

    private static List<MessagePart> Parts(JsonElement message, string role)
    {
        var parts = new List<MessagePart>();
        // Models that think put it beside their answer.
        if (message.MemberText("reasoning_content") is { Length: > 0 } thought)
        {
            parts.Add(MessagePart.Reasoning(thought));
        }

        if (message.Array("parts") is { } own)
        {
            PartReader.AddAll(parts, own);
        }
        else if (message.MemberText("type") is "function_call" or "function_call_output" or "reasoning")
        {
            AddItem(parts, message);
        }
        else
        {
            AddContent(parts, message, role);
        }

        if (
            (message.Array("tool_calls") ?? (message.Object("additional_kwargs") ?? default).Array("tool_calls")) is { } calls
            && !parts.Exists(part => part.Type == "tool_call")
        )
        {
            PartReader.AddCalls(parts, calls);
        }
        else if (message.Object("function_call") is { } call)
        {
            parts.Add(MessagePart.ToolCall(null, call.MemberText("name"), PartReader.Arguments(call.Member("arguments"))));
        }

        return parts;
    }

    private static void AddItem(List<MessagePart> parts, JsonElement item)
    {
        if (PartReader.Read(item) is { } part && part is not { Type: "reasoning", Content: "" })
        {
            parts.Add(part);
        }
    }

    private static void AddContent(List<MessagePart> parts, JsonElement message, string role)
    {
        if (message.Structure("content") is { } content && HoldsParts(content))
        {
            PartReader.AddAll(parts, content);
        }
        else if (message.MemberText("content") is { Length: > 0 } text && text != "null")
        {
            parts.Add(
                role == "tool"
                    ? MessagePart.ToolResult(message.AnyText("tool_call_id", "id"), message.MemberText("name"), text)
                    : MessagePart.Text(text)
            );
        }
    }
}
