namespace LlmObs.Domain.Spans;

/// <summary>Cuts a value that is too long for one page into parts of about <see cref="Chars"/> characters that end with a line where they can.</summary>
public static class TextParts
{
    public const int Chars = 256 * 1024;

    // So far back a line's end is looked for: no part gets much shorter than the others.
    private const int Slack = Chars / 8;

    /// <summary>At least 1.</summary>
    public static int Count(int length) => Math.Max(1, (length + Chars - 1) / Chars);

    /// <summary>Where a part lies. All parts together are the value, and none begins inside a surrogate pair.</summary>
    /// <param name="part">From 1; beyond the last it means the last.</param>
    public static (int Start, int End) Of(string value, int part)
    {
        var index = Math.Clamp(part, 1, Count(value.Length)) - 1;
        return (Start(value, index), Start(value, index + 1));
    }

    /// <summary>How often the words begin in each part that holds them, letters of either case alike; parts counted from 1.</summary>
    public static IReadOnlyList<(int Part, int Count)> Counts(string value, string words)
    {
        var counts = new List<(int Part, int Count)>();
        var (part, end) = (1, Of(value, 1).End);
        for (var at = Next(0); at >= 0; at = Next(at + words.Length))
        {
            while (at >= end)
            {
                end = Of(value, ++part).End;
            }

            if (counts is [.., (var last, var count)] && last == part)
            {
                counts[^1] = (part, count + 1);
            }
            else
            {
                counts.Add((part, 1));
            }
        }

        return counts;

        int Next(int from) => words.Length == 0 || from > value.Length ? -1 : value.IndexOf(words, from, StringComparison.OrdinalIgnoreCase);
    }

    private static int Start(string value, int index)
    {
        var at = (int)Math.Min(value.Length, (long)index * Chars);
        if (at == 0 || at == value.Length)
        {
            return at;
        }

        var line = value.LastIndexOf('\n', at - 1, Slack);
        return line >= 0 ? line + 1
            : char.IsLowSurrogate(value[at]) ? at - 1
            : at;
    }
}

/// <summary>A part of a text that may be all of it.</summary>
/// <param name="Start">Where in the text the part begins.</param>
/// <param name="Chars">Of the whole text.</param>
public sealed record TextPart(string Text, int Start, int Chars)
{
    public int End => Start + Text.Length;

    /// <summary>The part of a text that is at hand whole.</summary>
    /// <param name="part">From 1; beyond the last it means the last.</param>
    public static TextPart Of(string text, int part)
    {
        var (start, end) = TextParts.Of(text, part);
        return new(text[start..end], start, text.Length);
    }
}
