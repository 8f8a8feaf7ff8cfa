using System.Text.Json;
using LlmObs.Domain;
using LlmObs.Domain.Spans;
using LlmObs.Ingest.Mapping.Content;

namespace LlmObs.Ingest.Mapping.Dialects.OpenInference;

/// <summary>Documents that OpenInference flattens into keys: <c>retrieval.documents.0.document.content</c>.</summary>
internal static class OpenInferenceDocuments
{
    public static List<RetrievedDocument>? Read(AttributeMap attributes, string prefix)
    {
        var documents = attributes.Items(prefix).Select(One).ToList();
        return documents.Count == 0 ? null : documents;
    }

    // LangChain has no ids and scores of its own: its metadata may.
    private static RetrievedDocument One(AttributeMap item)
    {
        var metadata = item.Json("document.metadata") is { ValueKind: JsonValueKind.Object } known ? known : default;
        return new(
            item.Text("document.id") ?? metadata.MemberText("id"),
            item.Find("document.score")?.Double() ?? metadata.MemberNumber("score"),
            metadata.AnyText("title", "source"),
            item.Text("document.content")
        )
        {
            Metadata = metadata.ValueKind == JsonValueKind.Object ? metadata.Raw() : JsonText.Null,
        };
    }
}
