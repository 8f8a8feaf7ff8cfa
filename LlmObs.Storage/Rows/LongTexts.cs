using LlmObs.Domain;
using LlmObs.Domain.Spans;

namespace LlmObs.Storage.Rows;

/// <summary>The texts of a content that are too long for a page, by name: input, output, message.N.M, document.N, attributes.</summary>
internal static class LongTexts
{
    /// <summary>Longer than this a text is kept apart.</summary>
    public const int Chars = 2 * TextParts.Chars;

    public const string Attributes = "attributes";

    /// <summary>The long texts, and the content without them.</summary>
    public static (SpanContent Others, IReadOnlyList<(string Field, string Text)> Texts) Take(SpanContent content)
    {
        if (!HasLong(content))
        {
            return (content, []);
        }

        var texts = new List<(string Field, string Text)>();
        var rest = Map(
            content,
            (field, text) =>
            {
                if (text is not { Length: > Chars })
                {
                    return text;
                }

                texts.Add((field, text));
                return null;
            }
        );
        return (rest, texts);
    }

    /// <summary>The content with texts put back where they were taken from.</summary>
    public static SpanContent Put(SpanContent rest, IReadOnlyDictionary<string, string> texts) =>
        Map(rest, (field, text) => texts.GetValueOrDefault(field) ?? text);

    private static bool HasLong(SpanContent content) =>
        content.Input is { Length: > Chars }
        || content.Output is { Length: > Chars }
        || content.Attributes.Text is { Length: > Chars }
        || content.Messages.Any(message => message.Parts.Any(part => part.Content is { Length: > Chars }))
        || content.Documents.Any(document => document.Content is { Length: > Chars });

    private static SpanContent Map(SpanContent content, Func<string, string?, string?> change) =>
        content with
        {
            Input = change("input", content.Input),
            Output = change("output", content.Output),
            Messages =
            [
                .. content.Messages.Select(
                    (message, m) =>
                        message with
                        {
                            Parts =
                            [
                                .. message.Parts.Select(
                                    (part, p) => part with { Content = change(FormattableString.Invariant($"message.{m}.{p}"), part.Content) }
                                ),
                            ],
                        }
                ),
            ],
            Documents =
            [
                .. content.Documents.Select(
                    (document, d) => document with { Content = change(FormattableString.Invariant($"document.{d}"), document.Content) }
                ),
            ],
            Attributes = new JsonText(change(Attributes, content.Attributes.Text) ?? "{}"),
        };
}
