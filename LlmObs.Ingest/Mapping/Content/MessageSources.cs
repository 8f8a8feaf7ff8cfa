using LlmObs.Domain.GenAi;
using LlmObs.Domain.Spans;

namespace LlmObs.Ingest.Mapping.Content;

/// <summary>A span's attributes, its kind, and what its events told: all that messages are read from.</summary>
internal readonly record struct SpanFacts(AttributeMap Attributes, SpanKind Kind, GenAiContent Told);

/// <summary>
/// Where a span's messages come from, most trusted first. The first that has any gives them all: several dialects say the same
/// conversation on one span, up to three times, and it is kept once.
/// </summary>
internal static class MessageSources
{
    private delegate IReadOnlyList<Message>? MessageSource(SpanFacts facts);

    private static readonly MessageSource[] Inputs =
    [
        .. Documents("input", LangfuseKeys.Input).Select(OfModelCall),
        facts => Attribute(facts, GenAiNames.InputMessages, "input"),
        facts =>
            facts.Told.Messages.Any(message => message.Direction == "input")
                ? [.. facts.Told.Messages.Where(message => message.Direction != "output")]
                : null,
        facts => OpenInferenceMessages.Input(facts.Attributes),
        facts => VercelAiMessages.Input(facts.Attributes),
        .. Documents("input", GenkitKeys.Input),
        facts => TraceloopMessages.Input(facts.Attributes),
        .. Documents(
            "input",
            OpenTelemetryKeys.InputBefore,
            OpenInferenceKeys.Input,
            MastraKeys.ModelInput,
            LaminarKeys.Input,
            TraceloopKeys.Input,
            PydanticKeys.Messages,
            PydanticKeys.Events,
            ApplicationKeys.Prompt,
            MlflowKeys.Input,
            GoogleAdkKeys.Input
        ),
    ];

    private static readonly MessageSource[] Outputs =
    [
        .. Documents("output", LangfuseKeys.Output).Select(OfModelCall),
        facts => Attribute(facts, GenAiNames.OutputMessages, "output"),
        facts =>
            facts.Told.Messages.Any(message => message.Direction == "output")
                ? [.. facts.Told.Messages.Where(message => message.Direction == "output")]
                : null,
        facts => OpenInferenceMessages.Output(facts.Attributes),
        facts => VercelAiMessages.Output(facts.Attributes),
        .. Documents("output", GenkitKeys.Output),
        facts => TraceloopMessages.Output(facts.Attributes),
        .. Documents(
            "output",
            OpenTelemetryKeys.OutputBefore,
            OpenInferenceKeys.Output,
            MastraKeys.ModelOutput,
            LaminarKeys.Output,
            MlflowKeys.Output,
            GoogleAdkKeys.Output
        ),
    ];

    /// <summary>System instructions first, then input, then output. A model call without any has its input and output as one message each.</summary>
    public static List<Message> Read(SpanFacts facts, string? input, string? output)
    {
        var asked = First(Inputs, facts) ?? (facts.Kind == SpanKind.Llm ? Plain("input", "user", input) : null) ?? [];
        var answered = First(Outputs, facts) ?? Answers(asked) ?? (facts.Kind == SpanKind.Llm ? Plain("output", "assistant", output) : null) ?? [];
        var conversation = asked.Where(message => message.Direction == "input").ToList();
        // Some libraries send the system prompt in both places; the conversation's own copy is kept.
        var system = conversation is [{ Role: "system" }, ..] ? [] : System(facts, asked);
        return [.. system, .. conversation, .. answered];
    }

    // Where one list holds both sides.
    private static List<Message>? Answers(IReadOnlyList<Message> asked) =>
        asked.Where(message => message.Direction == "output").ToList() is { Count: > 0 } answers ? answers : null;

    private static IReadOnlyList<Message> System(SpanFacts facts, IReadOnlyList<Message> asked)
    {
        var own = GenAiContent.Instructions(facts.Attributes);
        own = own.Count > 0 ? own : [.. asked.Where(message => message.Direction == "system")];
        return own.Count > 0 ? own : [.. facts.Told.Messages.Where(message => message.Direction == "system")];
    }

    private static IReadOnlyList<Message>? First(MessageSource[] sources, SpanFacts facts)
    {
        foreach (var source in sources)
        {
            if (source(facts) is { Count: > 0 } messages)
            {
                return messages;
            }
        }

        return null;
    }

    // The convention's own attribute is taken at its word: what is no list of messages is text.
    private static List<Message>? Attribute(SpanFacts facts, string key, string direction) =>
        facts.Attributes.TryFind(key, out var value) ? GenAiContent.Parse(value, direction) : null;

    private static IEnumerable<MessageSource> Documents(string direction, params Source[][] dialects) =>
        dialects.SelectMany(sources => sources).Select(source => (MessageSource)(facts => Document(facts, source, direction)));

    private static List<Message>? Document(SpanFacts facts, Source source, string direction) =>
        source.DocumentIn(facts.Attributes) is { } document ? Conversation.Read(document, direction) : null;

    private static MessageSource OfModelCall(MessageSource source) => facts => facts.Kind == SpanKind.Llm ? source(facts) : null;

    private static List<Message>? Plain(string direction, string role, string? text) =>
        text is { Length: > 0 } ? [new(direction, role, [MessagePart.Text(text)])] : null;
}
