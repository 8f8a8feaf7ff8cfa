using System.Text.Json;
using LlmObs.Domain;
using LlmObs.Domain.Spans;

namespace LlmObs.Ingest.Mapping.Content;

/// <summary>What a retriever or reranker was asked and what it found.</summary>
internal static class DocumentReader
{
    private static readonly Precedence Queries = Precedence.Of(
        OpenTelemetryKeys.RetrievalQuery,
        ArmsKeys.RetrievalQuery,
        OpenInferenceKeys.RerankerQuery
    );
    private static readonly Precedence GenkitQuery = Precedence.Of(GenkitKeys.RetrievalQuery);
    private static readonly Precedence Documents = Precedence.Of(OpenTelemetryKeys.Documents, ArmsKeys.RerankedDocuments);
    private static readonly Precedence Outputs = Precedence.Of(
        LangfuseKeys.Output,
        OpenInferenceKeys.Output,
        GenkitKeys.Output,
        TraceloopKeys.Output,
        LaminarKeys.Output,
        MlflowKeys.Output
    );
    private static readonly string[] Named = ["id", "score", "title", "content", "pageContent", "page_content", "text", "document"];

    /// <summary>What was asked for, where it is said as such; of a retriever also as the argument of its function.</summary>
    public static string? Query(AttributeMap attributes, bool isRetrieval) =>
        attributes.Text(Queries) ?? (isRetrieval ? attributes.Text(GenkitQuery) ?? TraceloopEntity.Query(attributes) : null);

    public static string? DocumentsText(AttributeMap attributes) => attributes.Text(Documents);

    public static IReadOnlyList<RetrievedDocument> Read(AttributeMap attributes, bool isRetrieval)
    {
        if (Documents.First(attributes, value => List(value.Json())) is { } said)
        {
            return said;
        }

        foreach (var prefix in OpenInferenceKeys.Documents)
        {
            if (OpenInferenceDocuments.Read(attributes, prefix) is { } flattened)
            {
                return flattened;
            }
        }

        return isRetrieval
            ? Outputs.Sources.Select(source => List(source.DocumentIn(attributes))).FirstOrDefault(list => list is not null) ?? []
            : [];
    }

    /// <summary>A document that a vector store's client tells in an event: <c>db.query.result.id</c>, <c>.score</c>, <c>.document</c>.</summary>
    public static RetrievedDocument FromEvent(string name, AttributeMap attributes)
    {
        var metadata = attributes.Json($"{name}.metadata") is { ValueKind: JsonValueKind.Object } known ? known : default;
        return new(
            attributes.Text($"{name}.id"),
            attributes.Find($"{name}.score")?.Double(),
            metadata.MemberText("title"),
            attributes.Text($"{name}.document") ?? metadata.AnyText("text", "content", "page_content")
        )
        {
            Metadata = metadata.ValueKind == JsonValueKind.Object ? metadata.Raw() : JsonText.Null,
        };
    }

    private static List<RetrievedDocument>? List(JsonElement? found) =>
        found switch
        {
            { ValueKind: JsonValueKind.Array } array when array.GetArrayLength() > 0 => [.. array.EnumerateArray().Select(One)],
            { ValueKind: JsonValueKind.Object } root => List(root.AnyMember("documents", "results")),
            _ => null,
        };

    private static RetrievedDocument One(JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            return new(null, null, null, element.Text());
        }

        // LangChain's constructor form.
        element = element.Object("kwargs") ?? element;
        var metadata = element.Member("metadata") ?? default;
        return new(
            element.MemberText("id") ?? metadata.MemberText("id"),
            element.MemberNumber("score") ?? metadata.MemberNumber("score"),
            element.MemberText("title") ?? metadata.MemberText("title"),
            Content(element)
        )
        {
            Metadata = Rest(element),
        };
    }

    // Genkit's content is a list of parts.
    private static string? Content(JsonElement element) =>
        element.Member("content") is { ValueKind: JsonValueKind.Array } parts
            ? string.Join("\n", parts.EnumerateArray().Select(part => part.MemberText("text")).OfType<string>())
            : element.AnyText("content", "pageContent", "page_content", "text", "document");

    // What has no field of its own: source, metadata, and whatever else was said about the document.
    private static JsonText Rest(JsonElement element)
    {
        var rest = element.EnumerateObject().Where(member => !Named.Contains(member.SafeName(), StringComparer.Ordinal)).ToList();
        return rest.Count == 0
            ? JsonText.Null
            : new(
                AttributeJson.WriteText(writer =>
                {
                    writer.WriteStartObject();
                    foreach (var member in rest)
                    {
                        writer.WritePropertyName(member.SafeName());
                        writer.WriteRawValue(member.Value.Raw().ToString(), skipInputValidation: true);
                    }

                    writer.WriteEndObject();
                })
            );
    }
}
