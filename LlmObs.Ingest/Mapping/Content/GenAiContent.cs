using System.Text.Json;
using LlmObs.Domain.GenAi;
using LlmObs.Domain.Spans;
using LlmObs.Ingest.Mapping.Fields;
using LlmObs.Ingest.Otlp.Protos;

namespace LlmObs.Ingest.Mapping.Content;

/// <summary>What a span, an event or a log record says about a model call, in the names of OpenTelemetry's GenAI conventions.</summary>
internal sealed record GenAiContent(
    IReadOnlyList<Message> Messages,
    IReadOnlyList<Tool> Tools,
    TokenUsage? Usage = null,
    string? ErrorType = null,
    string? ErrorMessage = null,
    IReadOnlyList<string>? Finish = null)
{
    public static readonly GenAiContent Nothing = new([], []);

    private static readonly Precedence Input = new(GenAiNames.InputMessages, GenAiNames.Prompt);
    private static readonly Precedence Output = new(GenAiNames.OutputMessages, GenAiNames.Completion);

    public IReadOnlyList<string> FinishReasons => Finish ?? [];

    /// <summary>From attributes, as spans and <c>operation.details</c> events carry them.</summary>
    public static GenAiContent FromAttributes(AttributeMap attributes)
    {
        var messages = new List<Message>();
        if (attributes.TryFind(GenAiNames.SystemInstructions, out var instructions))
        {
            using var document = instructions.ParseJson();
            if (MessageReader.Instructions(document?.RootElement, instructions.Text()) is { } system)
            {
                messages.Add(system);
            }
        }

        messages.AddRange(Input.First(attributes, value => Parse(value, "input")) ?? []);
        messages.AddRange(Output.First(attributes, value => Parse(value, "output")) ?? []);
        return new(messages, ToolReader.Offered(attributes), UsageTables.Usage(attributes), Finish: FinishOf(attributes, messages));
    }

    /// <summary>From an event by its name; nothing when the name is none of GenAI's.</summary>
    /// <param name="body">A log's body; for a span's event its attributes as one object.</param>
    public static GenAiContent FromEvent(string name, AttributeMap attributes, JsonElement body) => name switch
    {
        GenAiNames.Events.SystemMessage => Single(body, "input", "system"),
        GenAiNames.Events.UserMessage => Single(body, "input", "user"),
        GenAiNames.Events.AssistantMessage => Single(body, "input", "assistant"),
        GenAiNames.Events.ToolMessage => Single(body, "input", "tool"),
        GenAiNames.Events.Choice => Choice(body),
        GenAiNames.Events.InferenceDetails or GenAiNames.Events.AgentInvokeDetails or GenAiNames.Events.ContentPrompt or GenAiNames.Events.ContentCompletion => FromAttributes(attributes),
        GenAiNames.Events.OperationException => Nothing with { ErrorType = attributes.Text(GenAiNames.ExceptionType), ErrorMessage = attributes.Text(GenAiNames.ExceptionMessage) },
        _ => Nothing,
    };

    private static GenAiContent Single(JsonElement body, string direction, string role) =>
        MessageReader.One(Unwrapped(body), direction, role) is { } message ? Nothing with { Messages = [message] } : Nothing;

    private static GenAiContent Choice(JsonElement body)
    {
        var choice = Unwrapped(body);
        var finish = choice.MemberText("finish_reason") is { Length: > 0 } sent ? Words.Finish(sent) : null;
        var message = MessageReader.One(choice.Structure("message") ?? choice, "output", "assistant");
        if (choice.Member("message") is not null && choice.Structure("tool_calls") is { ValueKind: JsonValueKind.Array } calls)
        {
            // Span events are flat: the calls stand beside the message.
            List<MessagePart> parts = [.. message?.Parts ?? []];
            PartReader.AddCalls(parts, calls);
            message = new("output", message?.Role ?? "assistant", parts);
        }

        return Nothing with
        {
            Messages = message is null ? [] : [message with { FinishReason = finish ?? message.FinishReason }],
            Finish = finish is null ? [] : [finish],
        };
    }

    // Python's span events put the body, as JSON, into one attribute.
    private static JsonElement Unwrapped(JsonElement body)
    {
        if (body.MemberText("gen_ai.event.content") is not { } text)
        {
            return body;
        }

        using var document = JsonInText.Parse(text);
        return document?.RootElement.Clone() ?? body;
    }

    private static List<Message>? Parse(AnyValue value, string direction)
    {
        using var document = value.ParseJson();
        var messages = document is not null
            ? MessageReader.Read(document.RootElement, direction)
            : [new Message(direction, direction == "output" ? "assistant" : "user", [MessagePart.Text(value.Text())])];
        return messages.Count == 0 ? null : messages;
    }

    private static IReadOnlyList<string> FinishOf(AttributeMap attributes, List<Message> messages) =>
        FieldTables.FinishReasons.First(attributes, value => value.List()) is { Count: > 0 } sent
            ? [.. sent.Select(Words.Finish)]
            : [.. messages.Select(message => message.FinishReason).OfType<string>()];
}
