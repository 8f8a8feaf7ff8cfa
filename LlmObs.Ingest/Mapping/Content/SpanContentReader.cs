using LlmObs.Domain.Spans;
using LlmObs.Ingest.Mapping.Fields;

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
    string? Question
)
{
    public bool HasOutput => Output is not null || Messages.Any(message => message.Direction == "output");
}

/// <summary>Puts a span's content together: its attributes win, its events add what is missing.</summary>
internal static class SpanContentReader
{
    public static ReadContent Read(AttributeMap attributes, SpanKind kind, string name, GenAiContent told)
    {
        var input =
            (kind == SpanKind.Tool ? ToolReader.ArgumentsText(attributes) : null)
            ?? attributes.Text(ContentTables.Input)
            ?? (kind == SpanKind.Embedding ? OpenInferenceEmbeddings.Texts(attributes) : null);
        var output = (kind == SpanKind.Tool ? ToolReader.ResultText(attributes) : null) ?? attributes.Text(ContentTables.Output);
        var messages = MessageSources.Read(new(attributes, kind, told), input, output);
        var isRetrieval = kind is SpanKind.Retriever or SpanKind.Reranker;
        var query = DocumentReader.Query(attributes, isRetrieval);
        var tools = kind == SpanKind.Tool ? [ToolReader.Ran(attributes, name)] : ToolReader.Offered(attributes);
        var finish = GenAiContent.FinishOf(attributes, messages);
        var documents = DocumentReader.Read(attributes, isRetrieval);
        return new(
            input ?? query,
            output ?? (isRetrieval ? DocumentReader.DocumentsText(attributes) : null),
            messages,
            tools.Count > 0 ? tools : told.Tools,
            documents.Count > 0 ? documents : told.Documents,
            query ?? (isRetrieval ? input : null),
            UsageTables.Usage(attributes) ?? told.Usage,
            finish.Count > 0 ? finish : told.FinishReasons,
            SpanMerge.Question(messages) ?? Asked(kind, query ?? input)
        );
    }

    // A tool's arguments, a statement or an address are no question; a structure makes no title.
    private static string? Asked(SpanKind kind, string? text) =>
        kind is SpanKind.Tool or SpanKind.Db or SpanKind.Http || text is null || text.AsSpan().TrimStart() is ['{' or '[', ..]
            ? null
            : SpanMerge.OneLine(text);
}
