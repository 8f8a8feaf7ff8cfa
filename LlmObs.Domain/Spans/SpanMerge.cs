using System.Text;

namespace LlmObs.Domain.Spans;

/// <summary>Adds content that came apart from its span. What the span says itself wins; the late part adds what is missing.</summary>
public static class SpanMerge
{
    /// <summary>Merges <paramref name="late"/>, in order of time, into <paramref name="record"/>. Merging the same part twice changes nothing.</summary>
    public static SpanRecord With(this SpanRecord record, IReadOnlyList<LateContent> late)
    {
        var (span, content) = record;
        var ordered = late.OrderBy(part => part.Event.TimeUnixNano).ToList();
        var ownMessages = content.Messages;

        foreach (var direction in (string[])["system", "input", "output"])
        {
            if (!ownMessages.Any(message => message.Direction == direction))
            {
                content = content with
                {
                    Messages = InOrder([
                        .. content.Messages,
                        .. ordered.SelectMany(part => part.Messages).Where(message => message.Direction == direction),
                    ]),
                };
            }
        }

        var finishReasons = span.FinishReasons.Count > 0 ? span.FinishReasons : [.. ordered.SelectMany(part => part.FinishReasons).Distinct()];
        var error = ordered.FirstOrDefault(part => part.ErrorType is not null || part.ErrorMessage is not null);
        span = span with
        {
            Usage = span.Usage ?? ordered.Select(part => part.Usage).FirstOrDefault(usage => usage is not null),
            FinishReasons = finishReasons,
            ErrorType = span.ErrorType ?? error?.ErrorType,
            StatusMessage = span.StatusMessage ?? error?.ErrorMessage,
            Status = error is null ? span.Status : SpanStatus.Error,
            Question = span.Question ?? Question(content.Messages),
        };
        content = content with
        {
            Tools = content.Tools.Count > 0 ? content.Tools : [.. ordered.SelectMany(part => part.Tools)],
            Events = [.. content.Events.Concat(ordered.Select(part => part.Event)).Distinct().OrderBy(e => e.TimeUnixNano)],
        };
        return record with { Span = span, Content = content };
    }

    /// <summary>The last thing a user said, on one line of at most 500 characters.</summary>
    public static string? Question(IReadOnlyList<Message> messages)
    {
        var user = messages.LastOrDefault(message => message is { Direction: "input", Role: "user" });
        var text = user?.Parts.LastOrDefault(part => part is { Type: "text", Content.Length: > 0 })?.Content;
        return text is null ? null : OneLine(text);
    }

    /// <summary>Folds white space and cuts at 500 characters, never inside a surrogate pair.</summary>
    public static string OneLine(string text, int limit = 500)
    {
        var line = new StringBuilder(Math.Min(text.Length, limit) + 1);
        var isGap = false;
        foreach (var letter in text.AsSpan(0, Math.Min(text.Length, 8 * limit)))
        {
            if (char.IsWhiteSpace(letter))
            {
                isGap = line.Length > 0;
                continue;
            }

            if (isGap)
            {
                line.Append(' ');
                isGap = false;
            }

            if (line.Length >= limit)
            {
                break;
            }

            line.Append(letter);
        }

        var end = Math.Min(line.Length, limit);
        return line.ToString(0, end == limit && char.IsHighSurrogate(line[end - 1]) ? end - 1 : end);
    }

    // Some libraries say the system prompt twice, on the span and, with the conversation, apart from it: the conversation's is kept.
    private static List<Message> InOrder(IReadOnlyList<Message> messages)
    {
        var input = messages.Where(message => message.Direction == "input").ToList();
        return
        [
            .. messages.Where(message => message.Direction == "system" && input is not [{ Role: "system" }, ..]),
            .. input,
            .. messages.Where(message => message.Direction == "output"),
        ];
    }
}
