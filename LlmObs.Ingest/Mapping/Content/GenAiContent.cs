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
    IReadOnlyList<string>? Finish = null,
    IReadOnlyList<RetrievedDocument>? Found = null
)
{
    public static readonly GenAiContent Nothing = new([], []);

    private static readonly Precedence EventInput = new(GenAiNames.InputMessages, GenAiNames.Prompt);
    private static readonly Precedence EventOutput = new(GenAiNames.OutputMessages, GenAiNames.Completion);

    public IReadOnlyList<string> FinishReasons => Finish ?? [];

    public IReadOnlyList<RetrievedDocument> Documents => Found ?? [];

    /// <summary>From the attributes of an event that holds a whole call: <c>operation.details</c> and its older kin.</summary>
    public static GenAiContent FromAttributes(AttributeMap attributes)
    {
        List<Message> messages =
        [
            .. Instructions(attributes),
            .. EventInput.First(attributes, value => Parse(value, "input")) ?? [],
            .. EventOutput.First(attributes, value => Parse(value, "output")) ?? [],
        ];
        return new(messages, ToolReader.Offered(attributes), UsageTables.Usage(attributes), Finish: FinishOf(attributes, messages));
    }

    /// <summary>From an event by its name; nothing when the name is none of GenAI's.</summary>
    /// <param name="body">A log's body; for a span's event its attributes as one object.</param>
    public static GenAiContent FromEvent(string name, AttributeMap attributes, JsonElement body) =>
        name switch
        {
            GenAiNames.Events.SystemMessage => Single(body, "system"),
            GenAiNames.Events.UserMessage => Single(body, "user"),
            GenAiNames.Events.AssistantMessage => Single(body, "assistant"),
            GenAiNames.Events.ToolMessage => Single(body, "tool"),
            GenAiNames.Events.Choice => Choice(body),
            GenAiNames.Events.InferenceDetails
            or GenAiNames.Events.AgentInvokeDetails
            or GenAiNames.Events.ContentPrompt
            or GenAiNames.Events.ContentCompletion => FromAttributes(attributes),
            GenAiNames.Events.OperationException => Nothing with
            {
                ErrorType = attributes.Text(GenAiNames.ExceptionType),
                ErrorMessage = attributes.Text(GenAiNames.ExceptionMessage),
            },
            GenAiNames.Events.DbQueryResult or GenAiNames.Events.DbSearchResult => Nothing with
            {
                Found = [DocumentReader.FromEvent(name, attributes)],
            },
            _ => Nothing,
        };

    /// <summary>Instructions that stand apart from the conversation.</summary>
    public static IReadOnlyList<Message> Instructions(AttributeMap attributes) =>
        attributes.Text(GenAiNames.SystemInstructions) is { } text
        && MessageReader.Instructions(attributes.Json(GenAiNames.SystemInstructions), text) is { } system
            ? [system]
            : [];

    /// <summary>The messages in a value: a list, or what is no JSON (any more) as the text it is.</summary>
    public static List<Message>? Parse(AnyValue value, string direction) =>
        value.Json() switch
        {
            { ValueKind: JsonValueKind.Array } array => Conversation.Read(array, direction)
                ?? (Conversation.Messages(array, direction) is { Count: > 0 } any ? any : null),
            { ValueKind: JsonValueKind.Object } document => Conversation.Read(document, direction)
                ?? (MessageReader.One(document, direction, direction == "output" ? "assistant" : "user") is { } one ? [one] : null),
            _ => [new Message(direction, direction == "output" ? "assistant" : "user", [MessagePart.Text(value.Text())])],
        };

    /// <summary>The reasons that were sent, else those of the messages.</summary>
    public static IReadOnlyList<string> FinishOf(AttributeMap attributes, IReadOnlyList<Message> messages) =>
        FieldTables.FinishReasons.First(attributes, value => value.List() is { Count: > 0 } list ? list : null) is { } sent
            ? [.. sent.Select(Words.Finish)]
            : [.. messages.Select(message => message.FinishReason).OfType<string>()];

    private static GenAiContent Single(JsonElement body, string role) =>
        MessageReader.One(Unwrapped(body), "input", role) is { } message ? Nothing with { Messages = [message] } : Nothing;

    private static GenAiContent Choice(JsonElement body)
    {
        var choice = Unwrapped(body);
        var finish = choice.MemberText("finish_reason") is { Length: > 0 } sent ? Words.Finish(sent) : null;
        var message = MessageReader.One(choice.Structure("message") ?? choice, "output", "assistant");
        if (choice.Member("message") is not null && choice.Array("tool_calls") is { } calls)
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
    private static JsonElement Unwrapped(JsonElement body) =>
        body.MemberText("gen_ai.event.content") is { } text ? JsonInText.Parse(text) ?? body : body;
}
