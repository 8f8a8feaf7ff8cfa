using System.Globalization;
using LlmObs.Domain;
using LlmObs.Domain.Spans;

namespace LlmObs.Web.Pages.Traces;

/// <summary>Finds the value a raw address names.</summary>
public static class RawValue
{
    /// <summary>The value exactly as stored; null when the span has no such field.</summary>
    /// <param name="field">input, output, query, attributes, attributes.NAME, resource, parameters, prompt, message.N.M, document.N, tool.N, event.N.NAME, stacktrace.</param>
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
            "prompt" => content.Prompt?.Template,
            "stacktrace" => SpanException.Of(content.Events)?.StackTrace,
            _ when field.StartsWith("attributes.", StringComparison.Ordinal) => Member(content.Attributes, field["attributes.".Length..]),
            _ when field.StartsWith("resource.", StringComparison.Ordinal) => Member(content.Resource, field["resource.".Length..]),
            _ when field.StartsWith("event.", StringComparison.Ordinal) && field.Split('.', 3) is [_, var number, var name] => int.TryParse(
                number,
                NumberStyles.None,
                CultureInfo.InvariantCulture,
                out var at
            ) && content.Events.ElementAtOrDefault(at) is { } item
                ? Member(item.Attributes, name)
                : null,
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

    /// <summary>The field of <paramref name="other"/> that says what <paramref name="field"/> says of <paramref name="record"/>: messages are counted by
    /// direction, since a conversation grows.</summary>
    public static string Counterpart(SpanRecord record, string field, SpanRecord other)
    {
        if (Numbers(field, "message.") is not [var message, var part] || record.Content.Messages.ElementAtOrDefault(message) is not { } own)
        {
            return field;
        }

        var place = record.Content.Messages.Take(message).Count(before => before.Direction == own.Direction);
        var index = other
            .Content.Messages.Select((candidate, i) => (candidate, i))
            .Where(pair => pair.candidate.Direction == own.Direction)
            .Skip(place)
            .Select(pair => (int?)pair.i)
            .FirstOrDefault();
        return string.Create(CultureInfo.InvariantCulture, $"message.{index ?? int.MaxValue}.{part}");
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
