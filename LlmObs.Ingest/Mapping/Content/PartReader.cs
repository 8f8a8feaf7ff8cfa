using System.Text.Json;
using LlmObs.Domain;
using LlmObs.Domain.Spans;

namespace LlmObs.Ingest.Mapping.Content;

/// <summary>Parts of messages → ours, in the forms of the convention, of chat APIs and of SDKs. A part of unknown form is kept raw.</summary>
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
            if (Call(call) is { } part)
            {
                parts.Add(part);
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

        return value.ValueKind == JsonValueKind.String ? JsonInText.Parse(value.Text())?.Raw() ?? value.Raw() : value.Raw();
    }

    /// <summary>One part, or null when there is nothing in it.</summary>
    public static MessagePart? Read(JsonElement part)
    {
        if (part.ValueKind != JsonValueKind.Object)
        {
            return part.Text() is { Length: > 0 } plain ? MessagePart.Text(plain) : null;
        }

        return part.MemberText("type") switch
        {
            "text" or "input_text" or "output_text" => part.AnyText("content", "text") is { } text ? MessagePart.Text(text) : null,
            "refusal" => part.MemberText("refusal") is { } refusal ? MessagePart.Text(refusal) : null,
            "reasoning" or "thinking" => MessagePart.Reasoning(part.AnyText("content", "thinking", "text") ?? Summary(part)),
            "tool_call" or "tool_use" or "tool-call" or "function_call" => Call(part),
            "tool_call_response" or "tool_result" or "tool-result" or "function_call_output" => Result(part),
            "blob" => Media(
                part,
                part.MemberText("content") is { } data ? $"data:{part.MemberText("mime_type")};base64,{data}" : null,
                part.MemberText("modality")
            ),
            "uri" or "file" when part.Member("data") is null => Media(part, part.AnyText("uri", "url"), part.MemberText("modality")),
            "image_url" or "input_image" or "image" or "input_audio" or "audio" or "file" or "document" or "video_url" => MediaOfApi(part),
            null => Untyped(part),
            _ => Other(part),
        };
    }

    private static MessagePart? Call(JsonElement call)
    {
        var function = call.Object("function") ?? call;
        var name = function.AnyText("name", "toolName");
        var id = call.AnyText("id", "call_id", "toolCallId", "ref");
        return name is null && id is null ? null : MessagePart.ToolCall(id, name, Arguments(function.AnyMember("arguments", "args", "input")));
    }

    private static MessagePart Result(JsonElement part)
    {
        var result = part.AnyMember("response", "result", "output", "content");
        // The AI SDK says of what type its output is.
        if (result is { ValueKind: JsonValueKind.Object } wrapped && wrapped.Member("type") is not null && wrapped.Member("value") is { } value)
        {
            result = value;
        }

        return MessagePart.ToolResult(
            part.AnyText("id", "tool_use_id", "call_id", "toolCallId", "ref"),
            part.AnyText("name", "toolName"),
            result?.Text() is { } text ? JsonInText.Unquote(text) : null
        );
    }

    // Genkit and Google name a part by its only member.
    private static MessagePart? Untyped(JsonElement part)
    {
        if (part.Member("text") is { } text)
        {
            var said = text.Text();
            return said.Length == 0 ? null
                : part.Member("thought") is { ValueKind: JsonValueKind.True } ? MessagePart.Reasoning(said)
                : MessagePart.Text(said);
        }

        if (part.MemberText("reasoning") is { } reasoning)
        {
            return MessagePart.Reasoning(reasoning);
        }

        if (part.AnyMember("toolRequest", "functionCall", "function_call") is { } call)
        {
            return Call(call);
        }

        if (part.AnyMember("toolResponse", "functionResponse", "function_response") is { } response)
        {
            return Result(response);
        }

        if (part.AnyMember("media", "inlineData", "inline_data", "fileData", "file_data") is { } media)
        {
            var type = media.AnyText("contentType", "mimeType", "mime_type");
            return new(
                "media",
                Modality: Modality(type),
                MimeType: type,
                Uri: media.AnyText("url", "fileUri", "file_uri") ?? Data(type, media.MemberText("data"))
            );
        }

        return Other(part);
    }

    private static MessagePart MediaOfApi(JsonElement part)
    {
        var type = part.MemberText("type")!;
        var source = part.AnyMember("image_url", "input_audio", "source", "image", "file", "video_url", "audio") ?? part;
        if (source.ValueKind == JsonValueKind.String)
        {
            return new("media", Modality: Modality(type), MimeType: part.AnyText("mediaType", "mimeType"), Uri: source.Text());
        }

        var mimeType = source.AnyText("media_type", "mediaType", "mimeType", "mime_type");
        return new(
            "media",
            Modality: Modality(mimeType ?? type),
            MimeType: mimeType,
            Uri: source.AnyText("url", "uri") ?? Data(mimeType ?? type, source.AnyText("data", "file_data")),
            FileId: source.MemberText("file_id")
        );
    }

    private static MessagePart Media(JsonElement part, string? uri, string? modality) =>
        new("media", Modality: modality, MimeType: part.MemberText("mime_type"), Uri: uri, FileId: part.MemberText("file_id"));

    private static string? Data(string? type, string? data) =>
        data is null
        || data.StartsWith("data:", StringComparison.Ordinal)
        || data.StartsWith("@@@", StringComparison.Ordinal)
        || data.StartsWith("http", StringComparison.Ordinal)
            ? data
            : $"data:{type};base64,{data}";

    private static string Modality(string? type) =>
        type switch
        {
            not null when type.Contains("image", StringComparison.Ordinal) => "image",
            not null when type.Contains("audio", StringComparison.Ordinal) => "audio",
            not null when type.Contains("video", StringComparison.Ordinal) => "video",
            _ => "document",
        };

    // OpenAI's reasoning items hold a list of summaries.
    private static string Summary(JsonElement part) =>
        part.Array("summary") is { } summary
            ? string.Join("\n\n", summary.EnumerateArray().Select(item => item.MemberText("text") ?? item.Text()))
            : "";

    private static MessagePart? Other(JsonElement part) =>
        part.EnumerateObject().Any(member => member.Value.ValueKind != JsonValueKind.Null) ? new("other") { Raw = part.Raw() } : null;
}
