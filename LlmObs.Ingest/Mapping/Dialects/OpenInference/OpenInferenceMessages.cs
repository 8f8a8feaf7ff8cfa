using LlmObs.Domain;
using LlmObs.Domain.Spans;
using LlmObs.Ingest.Mapping.Content;

namespace LlmObs.Ingest.Mapping.Dialects.OpenInference;

/// <summary>OpenInference flattens messages into keys: <c>llm.input_messages.0.message.contents.1.message_content.text</c>.</summary>
internal static class OpenInferenceMessages
{
    public static List<Message>? Input(AttributeMap attributes) => Read(attributes, "llm.input_messages", "input") ?? Prompts(attributes);

    public static List<Message>? Output(AttributeMap attributes) => Read(attributes, "llm.output_messages", "output") ?? Choices(attributes);

    private static List<Message>? Read(AttributeMap attributes, string prefix, string direction)
    {
        var messages = attributes.Items(prefix).Select(item => One(item, direction, attributes)).OfType<Message>().ToList();
        return messages.Count == 0 ? null : messages;
    }

    private static Message? One(AttributeMap item, string direction, AttributeMap span)
    {
        var role = MessageReader.Role(item.Text("message.role")) ?? (direction == "output" ? "assistant" : "user");
        var parts = new List<MessagePart>();
        if (item.Text("message.content") is { } text)
        {
            parts.Add(
                role == "tool" ? MessagePart.ToolResult(item.Text("message.tool_call_id"), item.Text("message.name"), text) : MessagePart.Text(text)
            );
        }

        // Parts whose members are all null do occur: nothing is read from them.
        parts.AddRange(item.Items("message.contents").Select(Part).OfType<MessagePart>());
        parts.AddRange(item.Items("message.tool_calls").Select(Call).OfType<MessagePart>());
        if (item.Text("message.function_call_name") is { } function)
        {
            parts.Add(MessagePart.ToolCall(null, function, PartReader.Arguments(item.Json("message.function_call_arguments_json"))));
        }

        return parts.Count == 0
            ? null
            : new(
                direction,
                role,
                parts,
                item.Text("message.name"),
                direction == "output" && span.Text("llm.finish_reason") is { } finish ? Fields.Words.Finish(finish) : null
            );
    }

    private static MessagePart? Part(AttributeMap part)
    {
        if (part.Text("message_content.text") is { } text)
        {
            return part.Text("message_content.type") == "reasoning" ? MessagePart.Reasoning(text) : MessagePart.Text(text);
        }

        return part.Text("message_content.image.image.url") is { } image ? new("media", Modality: "image", Uri: image)
            : part.Text("message_content.audio.audio.url") is { } audio ? new("media", Modality: "audio", Uri: audio)
            : null;
    }

    private static MessagePart? Call(AttributeMap call)
    {
        var name = call.Text("tool_call.function.name");
        var id = call.Text("tool_call.id");
        return name is null && id is null ? null : MessagePart.ToolCall(id, name, AttributeDocument.Of(call, "tool_call.function.arguments"));
    }

    // Text completions: prompts without roles.
    private static List<Message>? Prompts(AttributeMap attributes) => Texts(attributes, "llm.prompts", "prompt.text", "input", "user");

    private static List<Message>? Choices(AttributeMap attributes) => Texts(attributes, "llm.choices", "completion.text", "output", "assistant");

    private static List<Message>? Texts(AttributeMap attributes, string prefix, string key, string direction, string role)
    {
        var messages = attributes
            .Items(prefix)
            .Select(item => item.Text(key))
            .OfType<string>()
            .Select(text => new Message(direction, role, [MessagePart.Text(text)]))
            .ToList();
        return messages.Count == 0 ? null : messages;
    }
}
