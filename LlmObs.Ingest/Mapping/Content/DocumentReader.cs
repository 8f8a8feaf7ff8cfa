using System.Text.Json;
using LlmObs.Domain;
using LlmObs.Domain.GenAi;
using LlmObs.Domain.Spans;
using LlmObs.Ingest.Otlp.Protos;

namespace LlmObs.Ingest.Mapping.Content;

/// <summary>What a retriever or reranker was asked and what it found.</summary>
internal static class DocumentReader
{
    private static readonly Precedence Queries = new(GenAiNames.RetrievalQueryText, "retrieval.query", "reranker.query");
    private static readonly Precedence Documents = new(GenAiNames.RetrievalDocuments, GenAiNames.RerankOutputDocuments);
    private static readonly string[] Named = ["id", "score", "title", "content", "pageContent", "page_content", "text", "document"];

    public static string? Query(AttributeMap attributes) => attributes.Text(Queries);

    public static string? DocumentsText(AttributeMap attributes) => attributes.Text(Documents);

    public static IReadOnlyList<RetrievedDocument> Read(AttributeMap attributes) => Documents.First(attributes, Read) ?? [];

    private static List<RetrievedDocument>? Read(AnyValue value)
    {
        using var document = value.ParseJson();
        if (document?.RootElement is not { ValueKind: JsonValueKind.Array } array)
        {
            return null;
        }

        return [.. array.EnumerateArray().Select(One)];
    }

    private static RetrievedDocument One(JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            return new(null, null, null, element.Text());
        }

        var metadata = element.Member("metadata") ?? default;
        return new(
            element.MemberText("id") ?? metadata.MemberText("id"),
            element.MemberNumber("score") ?? metadata.MemberNumber("score"),
            element.MemberText("title") ?? metadata.MemberText("title"),
            element.MemberText("content") ?? element.MemberText("pageContent") ?? element.MemberText("page_content") ?? element.MemberText("text") ?? element.MemberText("document"))
        {
            Metadata = Rest(element),
        };
    }

    // What has no field of its own: source, metadata, and whatever else was said about the document.
    private static JsonText Rest(JsonElement element)
    {
        var rest = element.EnumerateObject().Where(member => !Named.Contains(member.Name, StringComparer.Ordinal)).ToList();
        return rest.Count == 0 ? JsonText.Null : new(AttributeJson.WriteText(writer =>
        {
            writer.WriteStartObject();
            foreach (var member in rest)
            {
                writer.WritePropertyName(member.Name);
                writer.WriteRawValue(member.Value.Raw().ToString(), skipInputValidation: true);
            }

            writer.WriteEndObject();
        }));
    }
}
