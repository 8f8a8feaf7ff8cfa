using System.Text.Json;
using LlmObs.Domain.Spans;
using LlmObs.Ingest.Mapping.Fields;

namespace LlmObs.Ingest.Mapping.Content;

/// <summary>
/// Finds the messages in a JSON document by its form: a list of messages, or the request or response of a model API or a framework that holds one.
/// Dialects differ in the attribute they put it into, hardly in the form, so the forms are read in one place.
/// </summary>
internal static class Conversation
{
    private static readonly string[] MessageTypes =
    [
        "human",
        "ai",
        "AIMessageChunk",
        "system",
        "tool",
        "message",
        "function_call",
        "function_call_output",
        "reasoning",
    ];

    /// <summary>The messages, or null when the document is no conversation. System instructions that stand apart have the direction <c>system</c>.</summary>
    public static List<Message>? Read(JsonElement? document, string direction)
    {
        var messages = document switch
        {
            { ValueKind: JsonValueKind.Array } array => List(array, direction),
            { ValueKind: JsonValueKind.Object } root => direction == "output" ? Response(root) : Request(root),
            _ => null,
        };
        return messages is { Count: > 0 } ? messages : null;
    }

    /// <summary>Any list of messages, without doubting that it is one.</summary>
    public static List<Message> Messages(JsonElement array, string direction)
    {
        var defaultRole = direction == "output" ? "assistant" : "user";
        var messages = new List<Message>(array.GetArrayLength());
        foreach (var element in array.EnumerateArray())
        {
            if (MessageReader.One(element, direction, defaultRole) is { } message)
            {
                messages.Add(message);
            }
        }

        return messages;
    }

    private static List<Message>? List(JsonElement array, string direction)
    {
        // LangChain batches: a list of conversations, of which there is one.
        if (array.GetArrayLength() == 1 && array[0].ValueKind == JsonValueKind.Array)
        {
            return List(array[0], direction);
        }

        if (MessageReader.HoldsParts(array) && !IsMessage(array[0]))
        {
            var parts = new List<MessagePart>();
            PartReader.AddAll(parts, array);
            return parts.TrueForAll(part => part.Type == "other") ? null : [new(direction, direction == "output" ? "assistant" : "user", parts)];
        }

        return array.EnumerateArray().All(IsMessage) ? Messages(array, direction) : null;
    }

    private static bool IsMessage(JsonElement element) =>
        element.ValueKind == JsonValueKind.Object
        && (
            element.AnyMember("role", "parts", "lc", "event.name") is not null
            || element.MemberText("type") is { } type && MessageTypes.Contains(type, StringComparer.Ordinal)
        );

    private static List<Message>? Request(JsonElement root)
    {
        var told =
            root.AnyMember("system", "instructions", "systemInstruction", "system_instruction")
            ?? (root.Object("config") ?? default).AnyMember("system_instruction", "systemInstruction");
        var system = told is { ValueKind: not (JsonValueKind.True or JsonValueKind.False) } instructions
            ? MessageReader.Instructions(instructions, instructions.Text())
            : null;
        var messages = (root.Array("messages") ?? root.Array("contents") ?? root.Array("input")) is { } list ? List(list, "input") : null;
        messages ??= Asked(root, system is not null) ?? (IsMessage(root) && MessageReader.One(root, "input", "user") is { } one ? [one] : null);
        messages ??= Inner(root, "input");
        return messages is null || system is null ? messages : [system, .. messages];
    }

    // {"system": …, "prompt": …} of the AI SDK, {"instructions": …, "input": …} of OpenAI's responses, {"question": …} is none.
    private static List<Message>? Asked(JsonElement root, bool isInstructed)
    {
        if (root.Member("prompt") is { } prompt)
        {
            return prompt.ValueKind == JsonValueKind.Array ? List(prompt, "input")
                : MessageReader.One(prompt, "input", "user") is { } asked ? [asked]
                : null;
        }

        var isRequest = isInstructed || root.Member("model") is not null;
        return
            isRequest && root.Member("input") is { ValueKind: JsonValueKind.String } input && MessageReader.One(input, "input", "user") is { } message
            ? [message]
            : null;
    }

    private static List<Message>? Response(JsonElement root)
    {
        if ((root.Array("choices") ?? root.Array("candidates")) is { } choices)
        {
            return Messages(choices, Choice);
        }

        if (root.Array("generations") is { } generations)
        {
            return Messages(
                generations.GetArrayLength() > 0 && generations[0].ValueKind == JsonValueKind.Array ? generations[0] : generations,
                Choice
            );
        }

        if (root.Array("output") is { } items && items.EnumerateArray().Any(IsMessage))
        {
            return OneAnswer(Messages(items, "output"));
        }

        if (root.Object("message") is not null && Choice(root) is { } message)
        {
            return [message];
        }

        if (root.Object("content") is { } content && MessageReader.One(content, "output", "assistant") is { } said)
        {
            return [said];
        }

        if (root.Array("messages") is { } messages)
        {
            return List(messages, "output");
        }

        return (IsMessage(root) || root.Member("tool_calls") is not null) && MessageReader.One(root, "output", "assistant") is { } one
            ? [one]
            : Inner(root, "output");
    }

    // {"args": [], "kwargs": {…}} and {"inputs": {…}} are what decorators and frameworks wrap the call of a function in.
    private static List<Message>? Inner(JsonElement root, string direction) =>
        (root.Object("inputs") ?? root.Object("outputs") ?? root.Object("kwargs") ?? root.Object("request") ?? root.Object("response")) is { } inner
            ? Read(inner, direction)
            : null;

    private static List<Message> Messages(JsonElement choices, Func<JsonElement, Message?> read) =>
        [.. choices.EnumerateArray().Select(read).OfType<Message>()];

    // {"message": {…}, "finish_reason": …}, {"text": …}, and Google's {"content": {"parts": …}}.
    private static Message? Choice(JsonElement choice)
    {
        var said = choice.Object("message") ?? choice.Object("delta") ?? choice.Object("content") ?? choice.Member("text") ?? choice;
        var finish = choice.AnyText("finish_reason", "finishReason") is { Length: > 0 } sent ? Words.Finish(sent) : null;
        var message = MessageReader.One(said, "output", "assistant");
        return message is null && finish is null
            ? null
            : (message ?? new("output", "assistant", [])) with
            {
                FinishReason = finish ?? message?.FinishReason,
            };
    }

    // A response is a list of items: reasoning, calls, text. Together they are one answer.
    private static List<Message> OneAnswer(List<Message> items) =>
        items.Count <= 1 ? items : [new("output", "assistant", [.. items.SelectMany(item => item.Parts)], FinishReason: items[^1].FinishReason)];
}
