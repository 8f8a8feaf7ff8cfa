using System.Text.Json;
using LlmObs.Domain.Spans;
using LlmObs.Ingest.Mapping.Content;
using LlmObs.Ingest.Mapping.Fields;

namespace LlmObs.Ingest.Mapping.Dialects.VercelAi;

/// <summary>The AI SDK up to version 6: messages as one JSON text, the answer in pieces beside each other.</summary>
internal static class VercelAiMessages
{
    private static readonly Precedence Text = new("ai.response.text", "ai.result.text", "ai.response.object", "ai.result.object");
    private static readonly Precedence Reasoning = new("ai.response.reasoning", "ai.result.reasoning");
    private static readonly string[] Calls = ["ai.response.toolCalls", "ai.result.toolCalls"];

    public static List<Message>? Input(AttributeMap attributes) =>
        Conversation.Read(attributes.Json("ai.prompt.messages"), "input") ?? Conversation.Read(attributes.Json("ai.prompt"), "input");

    public static List<Message>? Output(AttributeMap attributes)
    {
        var parts = new List<MessagePart>();
        if (attributes.Text(Reasoning) is { } reasoning)
        {
            parts.Add(
                attributes.Json("ai.response.reasoning") is { ValueKind: JsonValueKind.Array } steps
                    ? MessagePart.Reasoning(string.Join("\n\n", steps.EnumerateArray().Select(step => step.MemberText("text") ?? step.Text())))
                    : MessagePart.Reasoning(reasoning)
            );
        }

        if (attributes.Text(Text) is { } text)
        {
            parts.Add(MessagePart.Text(text));
        }

        foreach (var key in Calls)
        {
            if (attributes.Json(key) is { ValueKind: JsonValueKind.Array } calls && !parts.Exists(part => part.Type == "tool_call"))
            {
                PartReader.AddCalls(parts, calls);
            }
        }

        return parts.Count == 0
            ? null
            :
            [
                new(
                    "output",
                    "assistant",
                    parts,
                    FinishReason: attributes.Text("ai.response.finishReason") is { } finish ? Words.Finish(finish) : null
                ),
            ];
    }
}
