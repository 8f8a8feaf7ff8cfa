namespace LlmObs.Web.Formatting;

/// <summary>Finds searched words in a text, so that they can be marked.</summary>
public static class Marks
{
    /// <summary>The text in pieces; all of them together are the text. The longest of words that begin at one place is taken.</summary>
    public static IEnumerable<(string Piece, bool IsHit)> Split(string text, IReadOnlyList<string> words)
    {
        // A phrase is found as a whole first, then by its words: SLS matches them in any order.
        var needles = words
            .SelectMany(word => word.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Append(word))
            .Where(word => word.Length > 0)
            .Distinct(StringComparer.OrdinalIgnoreCase)
            .OrderByDescending(word => word.Length)
            .ToList();
        var done = 0;
        while (done < text.Length && Next(text, done, needles) is var (at, length))
        {
            if (at > done)
            {
                yield return (text[done..at], false);
            }

            yield return (text.Substring(at, length), true);
            done = at + length;
        }

        if (done < text.Length)
        {
            yield return (text[done..], false);
        }
    }

    /// <summary>The text from a little before its first hit, so that the hit is in sight where a line is cut at its end.</summary>
    /// <param name="lead">How many characters may stand before the hit.</param>
    public static string From(string text, IReadOnlyList<string> words, int lead = 16)
    {
        var first = Split(text, words).FirstOrDefault();
        if (first.IsHit || first.Piece is null || first.Piece.Length <= lead || first.Piece.Length == text.Length)
        {
            return text;
        }

        var start = first.Piece.Length - lead;
        var blank = text.IndexOf(' ', start, lead);
        start =
            blank >= 0 ? blank + 1
            : char.IsLowSurrogate(text[start]) ? start + 1
            : start;
        return "…" + text[start..];
    }

    private static (int At, int Length)? Next(string text, int from, List<string> needles)
    {
        (int At, int Length)? best = null;
        foreach (var needle in needles)
        {
            var at = text.IndexOf(needle, from, StringComparison.OrdinalIgnoreCase);
            if (at >= 0 && (best is null || at < best.Value.At))
            {
                best = (at, needle.Length);
            }
        }

        return best;
    }
}
