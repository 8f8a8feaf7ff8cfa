using System.Globalization;
using LlmObs.Domain;
using LlmObs.Domain.Spans;

namespace LlmObs.Web.Pages.Traces;

/// <summary>Finds the value a raw address names.</summary>
public static class RawValue
{
    /// <summary>The value exactly as stored; null when the span has no such field.</summary>
    /// <param name="field">input, output, query, attributes, attributes.NAME, resource, parameters, message.N.M, document.N, tool.N, stacktrace.</param>
    public static string? Of(SpanRecord record, string field)
    {
        var content = record.Content;
        return field switch
        {
            "input" => content.Input ?? SpanPanel.RanTool(record)?.Arguments.Text,
            "output" => content.Output ?? SpanPanel.RanTool(record)?.Result,
            "query" => content.RetrievalQuery,
            "attributes" => content.Attributes.ToString(),
            "resource" => content.Resource.ToString(),
            "parameters" => content.Parameters.ToString(),
            "stacktrace" => SpanException.Of(content.Events)?.StackTrace,
            _ when field.StartsWith("attributes.", StringComparison.Ordinal) => Member(content.Attributes, field["attributes.".Length..]),
            _ when field.StartsWith("resource.", StringComparison.Ordinal) => Member(content.Resource, field["resource.".Length..]),
            _ when Numbers(field, "message.") is [var message, var part] => content
                .Messages.ElementAtOrDefault(message)
                ?.Parts.ElementAtOrDefault(part)
                is { } found
                ? CardPart.TextOf(found)
                : null,
            _ when Numbers(field, "document.") is [var document] => content.Documents.ElementAtOrDefault(document)?.Content,
            _ when Numbers(field, "tool.") is [var tool] => content.Tools.ElementAtOrDefault(tool)?.Parameters.Text,
            _ => null,
        };
    }

    private static string? Member(JsonText json, string name) => SpanPanel.Members(json).FirstOrDefault(member => member.Name == name).Value;

    private static List<int> Numbers(string field, string prefix)
    {
        var numbers = new List<int>();
        if (field.StartsWith(prefix, StringComparison.Ordinal))
        {
            foreach (var word in field[prefix.Length..].Split('.'))
            {
                numbers.Add(int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : int.MaxValue);
            }
        }

        return numbers;
    }
}
