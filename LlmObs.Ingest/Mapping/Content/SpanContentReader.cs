using LlmObs.Domain.GenAi;
using LlmObs.Domain.Spans;

namespace LlmObs.Ingest.Mapping.Content;

/// <summary>What a span was told and what it said.</summary>
internal sealed record ReadContent(
    string? Input,
    string? Output,
    IReadOnlyList<Message> Messages,
    IReadOnlyList<Tool> Tools,
    IReadOnlyList<RetrievedDocument> Documents,
    string? RetrievalQuery,
    TokenUsage? Usage,
    IReadOnlyList<string> FinishReasons,
    string? Question);

/// <summary>Puts a span's content together: its attributes win, its events add what is missing.</summary>
internal static class SpanContentReader
{
    private static readonly Precedence Inputs = new(
        "langfuse.observation.input", "input.value", "traceloop.entity.input", "genkit:input", "lmnr.span.input", GenAiNames.InputMessages, GenAiNames.Prompt,
        "db.query.text", "db.statement", "input");

    private static readonly Precedence Outputs = new(
        "langfuse.observation.output", "output.value", "traceloop.entity.output", "genkit:output", "lmnr.span.output", GenAiNames.OutputMessages, GenAiNames.Completion, "output");

    public static ReadContent Read(AttributeMap attributes, SpanKind kind, string name, GenAiContent events)
    {
        var own = GenAiContent.FromAttributes(attributes);
        var query = DocumentReader.Query(attributes);
        var input = Input(attributes, kind) ?? query;
        var output = Output(attributes, kind);
        var messages = Messages(own.Messages, events.Messages, kind, input);
        return new(
            input,
            output,
            messages,
            kind == SpanKind.Tool ? [ToolReader.Ran(attributes, name)] : own.Tools.Count > 0 ? own.Tools : events.Tools,
            DocumentReader.Read(attributes),
            query ?? (kind is SpanKind.Retriever or SpanKind.Reranker ? input : null),
            own.Usage ?? events.Usage,
            own.FinishReasons.Count > 0 ? own.FinishReasons : events.FinishReasons,
            SpanMerge.Question(messages) ?? Asked(kind, query ?? input));
    }

    private static string? Input(AttributeMap attributes, SpanKind kind) =>
        (kind == SpanKind.Tool ? ToolReader.ArgumentsText(attributes) : null) ?? attributes.Text(Inputs);

    private static string? Output(AttributeMap attributes, SpanKind kind) => kind switch
    {
        SpanKind.Tool => ToolReader.ResultText(attributes) ?? attributes.Text(Outputs),
        SpanKind.Retriever or SpanKind.Reranker => attributes.Text(Outputs) ?? DocumentReader.DocumentsText(attributes),
        _ => attributes.Text(Outputs),
    };

    private static List<Message> Messages(IReadOnlyList<Message> own, IReadOnlyList<Message> events, SpanKind kind, string? input)
    {
        var messages = new List<Message>();
        foreach (var direction in (string[])["system", "input", "output"])
        {
            var source = own.Any(message => message.Direction == direction) ? own : events;
            messages.AddRange(source.Where(message => message.Direction == direction));
        }

        if (messages.Find(message => message.Direction == "input") is { } first)
        {
            // Some libraries send the system prompt in both places; the conversation's own copy is kept.
            if (first.Role == "system")
            {
                messages.RemoveAll(message => message.Direction == "system");
            }
        }
        else if (kind == SpanKind.Llm && input is { Length: > 0 })
        {
            messages.Insert(messages.TakeWhile(message => message.Direction == "system").Count(), new("input", "user", [MessagePart.Text(input)]));
        }

        return messages;
    }

    // A tool's arguments, a statement or an address are no question; a structure makes no title.
    private static string? Asked(SpanKind kind, string? text) =>
        kind is SpanKind.Tool or SpanKind.Db or SpanKind.Http || text is null || text.AsSpan().TrimStart() is ['{' or '[', ..] ? null : SpanMerge.OneLine(text);
}
