using System.Text.Json;
using System.Text.RegularExpressions;
using LlmObs.Domain.Spans;

namespace LlmObs.Domain.Evaluators.Sql;

/// <summary>Finds the statement that a span generated: in a code fence, in a member of a JSON answer, or bare.</summary>
/// <remarks>
/// What is found here is judged, so that it takes what is too broken to be read, too, and SLS's queries. The pages ask another question of other texts, what to
/// colour as SQL among all that spans hold; their SqlDetector would rather miss a statement than colour a sentence.
/// </remarks>
public static partial class GeneratedSql
{
    // What stands in these is SQL by its name, also where it is too broken to be known for it: that is what is to be counted.
    private static readonly string[] Certain = ["sql", "sql_query", "generated_sql"];
    private static readonly string[] Likely = ["query", "statement"];

    /// <param name="field">Where to look, as <see cref="SqlSettings"/> says.</param>
    /// <returns>The statement without a closing semicolon; null when there is none.</returns>
    public static string? Find(SpanContent content, string field)
    {
        var (place, member) = field.Split('.', 2) is [var first, var rest] && first is "output" or "input" ? (first, rest) : (field, null);
        var text = place switch
        {
            "" or "output" => SpanTexts.Output(content) ?? ToolArguments(content),
            "input" => SpanTexts.Asked(content) ?? content.Input,
            _ => Attribute(content, place),
        };
        return text is null ? null
            : member is not null ? Trimmed(Member(text, member.Split('.')))
            : place is "" or "output" or "input" ? Within(text)
            : Trimmed(text);
    }

    /// <summary>The statement in a text of any form; null when there is none.</summary>
    public static string? Within(string text)
    {
        var fences = Fence().Matches(text);
        if (fences.Count > 0)
        {
            // A model that corrects itself does so further down.
            return fences.Select(OfFence).LastOrDefault(sql => sql is not null);
        }

        return OfJson(text) ?? Statement(text);
    }

    private static string? OfFence(Match fence)
    {
        var text = fence.Groups["text"].Value;
        return fence.Groups["language"].Value.EndsWith("sql", StringComparison.OrdinalIgnoreCase) ? Trimmed(text) : OfJson(text) ?? Statement(text);
    }

    private static string? OfJson(string text)
    {
        var start = text.AsSpan().TrimStart();
        if (start is not ['{' or '[', ..])
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(text);
            return OfJson(document.RootElement, 0);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? OfJson(JsonElement element, int depth)
    {
        if (depth > 8)
        {
            return null;
        }

        return element.ValueKind switch
        {
            JsonValueKind.Object => element
                .EnumerateObject()
                .OrderBy(member =>
                    Is(member, Certain) ? 0
                    : Is(member, Likely) ? 1
                    : 2
                )
                .Select(member =>
                    Is(member, Certain) && member.Value.ValueKind == JsonValueKind.String
                        ? Trimmed(member.Value.GetString())
                        : OfJson(member.Value, depth + 1)
                )
                .FirstOrDefault(sql => sql is not null),
            JsonValueKind.Array => element.EnumerateArray().Select(item => OfJson(item, depth + 1)).FirstOrDefault(sql => sql is not null),
            JsonValueKind.String => Statement(element.GetString()),
            _ => null,
        };
    }

    private static bool Is(JsonProperty member, string[] names) => names.Contains(member.Name, StringComparer.OrdinalIgnoreCase);

    private static string? Member(string text, IEnumerable<string> path)
    {
        try
        {
            using var document = JsonDocument.Parse(Fence().Match(text) is { Success: true } fence ? fence.Groups["text"].Value : text);
            var element = document.RootElement;
            foreach (var name in path)
            {
                if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out element))
                {
                    return null;
                }
            }

            return element.ValueKind == JsonValueKind.String ? element.GetString() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? Attribute(SpanContent content, string name)
    {
        using var attributes = content.Attributes.Parse();
        return
            attributes.RootElement.ValueKind == JsonValueKind.Object
            && attributes.RootElement.TryGetProperty(name, out var value)
            && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;
    }

    // A model that calls a tool to run its SQL says so in the call's arguments.
    private static string? ToolArguments(SpanContent content) =>
        content
            .Messages.LastOrDefault(message => message.Direction == "output")
            ?.Parts.Where(part => part.Type == "tool_call")
            .Select(part => part.Arguments.Text)
            .FirstOrDefault(text => text is not null && OfJson(text) is not null);

    private static string? Trimmed(string? text) => text?.Trim().TrimEnd(';').TrimEnd() is { Length: > 0 } trimmed ? trimmed : null;

    private static string? Statement(string? text)
    {
        var trimmed = Trimmed(text);
        return trimmed is not null && ((Begins().IsMatch(trimmed) && !Prose().IsMatch(trimmed)) || AfterSearch().IsMatch(trimmed)) ? trimmed : null;
    }

    [GeneratedRegex(@"```[ \t]*(?<language>[\w+-]*)[ \t]*\r?\n(?<text>.*?)```", RegexOptions.Singleline | RegexOptions.CultureInvariant)]
    private static partial Regex Fence();

    // Comments and parentheses may come first. What writes is SQL too: that it may not run is the sandbox's to say.
    [GeneratedRegex(
        """
            \A(?:\s|--[^\n]*\n|/\*.*?\*/|\()*
            (?:select\s+(?:.*\bfrom\b|distinct\b|case\b|[\d'(*]|\w+\s*\()
              |with\s+(?:recursive\s+)?["\w]+\s*(?:\([^)]*\)\s*)?as\s*(?:(?:not\s+)?materialized\s*)?\(
              |values\s*\( |table\s+["\w.]+\s*\z |explain\s+(?:analyze\s+)?(?:select|with)\b
              |insert\s+into\b |update\s+["\w.]+\s+set\b |delete\s+from\b |merge\s+into\b |copy\s+["\w.(]+.*\b(?:from|to)\b |truncate\s+["\w.]+
              |(?:create|alter|drop)\s+(?:or\s+replace\s+)?(?:temp(?:orary)?\s+)?(?:table|view|index|database|schema|function|role|sequence|type|extension)\b)
            """,
        RegexOptions.IgnoreCase | RegexOptions.Singleline | RegexOptions.CultureInvariant | RegexOptions.IgnorePatternWhitespace
    )]
    private static partial Regex Begins();

    // "Select the best shop from the list": three bare words in a row, none of them SQL's.
    [GeneratedRegex(
        @"\A\s*select\s+(?:(?!(?:distinct|all|as|from|is|and|or|not|in|case|when|then|else|end|over|filter|between|like|at|interval|date|timestamp)\b)[a-z]+\s+){3}",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant
    )]
    private static partial Regex Prose();

    // SLS: a search, then | and the analysis.
    [GeneratedRegex(
        @"\A[^|]*\|\s*(?:select|with|set\s+session)\b",
        RegexOptions.IgnoreCase | RegexOptions.Singleline | RegexOptions.CultureInvariant
    )]
    private static partial Regex AfterSearch();
}
