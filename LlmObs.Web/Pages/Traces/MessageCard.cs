using System.Globalization;
using System.Text.RegularExpressions;
using LlmObs.Domain.Spans;

namespace LlmObs.Web.Pages.Traces;

/// <summary>One block of a conversation: a message, or a tool call together with its result.</summary>
/// <param name="Style">system, user, assistant or call.</param>
/// <param name="Role">As the sender wrote it, or the tool's name.</param>
/// <param name="IsOpen">False where a long conversation is folded to its beginning and end.</param>
public sealed record MessageCard(string Style, string Role, string? Name, string? FinishReason, bool IsOpen, IReadOnlyList<CardPart> Parts)
{
    private const int LongConversation = 10;
    private const int OpenAtEnd = 4;

    /// <summary>What the model wrote in this call, not before it.</summary>
    public bool IsOutput { get; init; }

    /// <summary>Brings messages into cards, in order. Every part is in exactly one card.</summary>
    public static IReadOnlyList<MessageCard> From(IReadOnlyList<Message> messages)
    {
        var results = Results(messages);
        var paired = new HashSet<(int, int)>();
        var cards = new List<MessageCard>();
        for (var m = 0; m < messages.Count; m++)
        {
            var message = messages[m];
            var said = new List<CardPart>();
            var calls = new List<MessageCard>();
            for (var p = 0; p < message.Parts.Count; p++)
            {
                var part = message.Parts[p];
                if (paired.Contains((m, p)))
                {
                    continue;
                }

                if (part.Type == "tool_call")
                {
                    List<CardPart> pair = [CardPart.Of(part, m, p)];
                    if (
                        part.Id is { Length: > 0 } id
                        && results.TryGetValue(id, out var at)
                        && (at.Message > m || (at.Message == m && at.Part > p))
                        && paired.Add(at)
                    )
                    {
                        pair.Add(CardPart.Of(messages[at.Message].Parts[at.Part], at.Message, at.Part));
                    }

                    calls.Add(
                        new("call", part.Name ?? part.Id ?? "tool", null, null, IsOpen: true, pair) { IsOutput = message.Direction == "output" }
                    );
                }
                else
                {
                    said.Add(CardPart.Of(part, m, p));
                }
            }

            if (said.Count > 0 || (calls.Count == 0 && message.Parts.Count == 0))
            {
                var isResult = said.Count > 0 && said.All(part => part.Type == "tool_result");
                cards.Add(
                    new(isResult ? "call" : StyleOf(message), message.Role, message.Name, message.FinishReason, IsOpen: true, said)
                    {
                        IsOutput = message.Direction == "output",
                    }
                );
            }

            cards.AddRange(calls);
        }

        return cards.Count <= LongConversation
            ? cards
            : [.. cards.Select((card, i) => card with { IsOpen = i == 0 || i >= cards.Count - OpenAtEnd })];
    }

    private static Dictionary<string, (int Message, int Part)> Results(IReadOnlyList<Message> messages)
    {
        var results = new Dictionary<string, (int, int)>(StringComparer.Ordinal);
        for (var m = 0; m < messages.Count; m++)
        {
            for (var p = 0; p < messages[m].Parts.Count; p++)
            {
                if (messages[m].Parts[p] is { Type: "tool_result", Id: { Length: > 0 } id })
                {
                    results.TryAdd(id, (m, p));
                }
            }
        }

        return results;
    }

    private static string StyleOf(Message message) =>
        (message.Direction, message.Role) switch
        {
            ("system", _) or (_, "system" or "developer") => "system",
            ("output", _) or (_, "assistant" or "model" or "ai") => "assistant",
            (_, "tool" or "function") => "call",
            _ => "user",
        };
}

/// <summary>A piece of a message.</summary>
/// <param name="Type">text, reasoning, tool_call, tool_result, media or other.</param>
/// <param name="Field">Its place in the raw address: <c>message.2.0</c>.</param>
/// <param name="Picture">The <c>data:</c> address of an image that came within the message and can be shown; null for all else.</param>
public sealed partial record CardPart(string Type, string Text, string Field, string? Picture = null)
{
    public static CardPart Of(MessagePart part, int message, int index)
    {
        var picture = part.Type == "media" && part.Uri is { } uri && Embedded().IsMatch(uri) ? uri : null;
        return new(part.Type, TextOf(part), string.Create(CultureInfo.InvariantCulture, $"message.{message}.{index}"), picture);
    }

    /// <summary>What a part says, as one text. A media part says what it is and where: it is never loaded.</summary>
    public static string TextOf(MessagePart part) =>
        part.Type switch
        {
            "tool_call" => part.Arguments.IsNull ? part.Content ?? "" : part.Arguments.ToString(),
            "media" => string.Join(" · ", new[] { part.Modality, part.MimeType, part.Uri, part.FileId }.Where(word => !string.IsNullOrEmpty(word))),
            "other" => part.Raw.IsNull ? part.Content ?? "" : part.Raw.ToString(),
            _ => part.Content ?? "",
        };

    // Pictures that cannot hold a script; SVG can. Up to about three megabytes.
    [GeneratedRegex(@"\Adata:image/(png|jpeg|gif|webp);base64,[A-Za-z0-9+/=]{1,4000000}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Embedded();
}
