using LlmObs.Domain;
using LlmObs.Ingest.Otlp.Protos;

namespace LlmObs.Ingest.Mapping.Content;

/// <summary>An attribute as a document of its own: the JSON in it, or its text as a JSON string.</summary>
internal static class AttributeDocument
{
    public static JsonText Of(AttributeMap attributes, string key) =>
        attributes.Json(key)?.Raw()
        ?? (attributes.Text(key) is { } text ? new JsonText(AttributeJson.Write(new AnyValue { StringValue = text })) : JsonText.Null);
}
