using System.Text.Json;
using LlmObs.Domain;
using LlmObs.Domain.Spans;
using LlmObs.Ingest.Mapping.Fields;

namespace LlmObs.Ingest.Mapping.Content;

/// <summary>The template a prompt was made of, and what was filled in.</summary>
internal static class PromptReader
{
    public static PromptTemplate? Read(AttributeMap attributes)
    {
        var template = attributes.Text(ContentTables.PromptTemplate);
        var variables = ContentTables.PromptVariables.First(
            attributes,
            value => value.Json() is { ValueKind: JsonValueKind.Object } filled ? filled.GetRawText() : null
        );
        return (template ?? variables) is null ? null : new(template) { Variables = new JsonText(variables) };
    }
}
