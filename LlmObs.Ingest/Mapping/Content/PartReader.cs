using System.Text.Json;
using LlmObs.Domain;
using LlmObs.Domain.Spans;

namespace LlmObs.Ingest.Mapping.Content;

/// <summary>Parts of messages → ours. A part of unknown form is kept raw.</summary>
internal static class PartReader
{
    public static void AddAll(List<MessagePart> parts, JsonElement array)
    {
        foreach (var element in array.EnumerateArray())
        {
            if (Read(element) is { } part)
            {
                parts.Add(part);
            }
        }
    }

    /// <summary>The <c>tool_calls</c> of a chat API's message.</summary>
    public static void AddCalls(List<MessagePart> parts, JsonElement calls)
    {
        foreach (var call in calls.EnumerateArray())
        {
            var function = call.Member("function") ?? call;
            var name = function.MemberText("name");
            if (name is not null || call.MemberText("id") is not null)
            {
                parts.Add(MessagePart.ToolCall(call.MemberText("id"), name, Arguments(function.Member("arguments") ?? function.Member("args") ?? function.Member("input"))));
            }
        }
    }

    /// <summary>Arguments as a document: the one inside the string when it is one, else the string itself.</summary>
    public static JsonText Arguments(JsonElement? arguments)
    {
        if (arguments is not { } value || value.ValueKind == JsonValueKind.Null)
        {
            return JsonText.Null;
        }

        if (value.ValueKind != JsonValueKind.String)
        {
            return value.Raw();
        }

        using var document = JsonInText.Parse(value.Text());
        return document?.RootElement.Raw() ?? value.Raw();
    }

    private static MessagePart? Read(JsonElement part)
    {
        if (part.ValueKind != JsonValueKind.Object)
        {
            return part.Text() is { Length: > 0 } plain ? MessagePart.Text(plain) : null;
        }

        var type = part.MemberText("type");
        return type switch
        {
            "text" or "input_text" or "output_text" => part.MemberText("content") is { } content || (content = part.MemberText("text")) is not null ? MessagePart.Text(content) : null,
            "reasoning" or "thinking" => MessagePart.Reasoning(part.MemberText("content") ?? part.MemberText("thinking") ?? part.MemberText("text") ?? ""),
            "tool_call" or "tool_use" => MessagePart.ToolCall(part.MemberText("id"), part.MemberText("name"), Arguments(part.Member("arguments") ?? part.Member("input"))),
            "tool_call_response" or "tool_result" => MessagePart.ToolResult(
                part.MemberText("id") ?? part.MemberText("tool_use_id"), part.MemberText("name"), (part.Member("response") ?? part.Member("result") ?? part.Member("content"))?.Text()),
            "blob" => Media(part, uri: part.MemberText("content") is { } data ? $"data:{part.MemberText("mime_type")};base64,{data}" : null),
            "uri" or "file" => Media(part, part.MemberText("uri")),
            "image_url" => Media(part, part.Member("image_url") is { ValueKind: JsonValueKind.Object } image ? image.MemberText("url") : part.MemberText("image_url"), "image"),
            null => part.MemberText("text") is { Length: > 0 } text ? MessagePart.Text(text) : Other(part),
            _ => Other(part),
        };
    }

    private static MessagePart Media(JsonElement part, string? uri, string? modality = null) =>
        new("media", Modality: modality ?? part.MemberText("modality"), MimeType: part.MemberText("mime_type"), Uri: uri, FileId: part.MemberText("file_id"));

    private static MessagePart? Other(JsonElement part) => part.EnumerateObject().Any() ? new("other") { Raw = part.Raw() } : null;
}
