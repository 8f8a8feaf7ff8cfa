namespace LlmObs.Web.Search;

/// <summary>What is being written where the caret stands.</summary>
/// <param name="Field">The field whose value is being written; null while it is a field's name, or a word to look for.</param>
/// <param name="Typed">What stands there up to the caret, without quotes.</param>
/// <param name="From">Where it begins in the line; a suggestion replaces what stands from here …</param>
/// <param name="To">… to here.</param>
/// <param name="Rest">The line without it, and without the field it is the value of.</param>
public sealed record QueryCaret(string? Field, string Typed, int From, int To, string Rest)
{
    /// <param name="at">Zero-based place in the line; one outside of it is at its end.</param>
    public static QueryCaret Of(string line, int at)
    {
        at = at < 0 || at > line.Length ? line.Length : at;
        var tokens = QueryLexer.Read(line);
        var index = tokens.FindIndex(token =>
            token.Start < at && at <= token.End && token.Kind is not (QueryTokenKind.Colon or QueryTokenKind.Compare or QueryTokenKind.Open)
        );
        var (from, to) = index < 0 ? (at, at) : (tokens[index].Start, tokens[index].End);
        var before = index < 0 ? tokens.FindLastIndex(token => token.End <= at) : index - 1;
        var isValue =
            before > 0
            && tokens[before].Kind is QueryTokenKind.Colon or QueryTokenKind.Compare
            && tokens[before - 1].Kind is QueryTokenKind.Text or QueryTokenKind.Quoted;
        var start = isValue ? tokens[before - 1].Start : from;
        return new(
            isValue ? line[tokens[before - 1].Start..tokens[before - 1].End].Trim('"') : null,
            line[from..at].Trim('"', '#'),
            from,
            to,
            Closed(line[..start], line[to..])
        );
    }

    // What is left must be a line again: a word that joined the piece to the others goes with it.
    private static string Closed(string before, string after)
    {
        var left = Trimmed(before.TrimEnd(), fromEnd: true);
        var right = Trimmed(after.TrimStart(), fromEnd: false);
        return $"{left} {right}".Trim();
    }

    private static string Trimmed(string text, bool fromEnd)
    {
        var tokens = QueryLexer.Read(text);
        while (tokens.Count > 0 && tokens[fromEnd ? ^1 : 0] is { Kind: QueryTokenKind.And or QueryTokenKind.Or or QueryTokenKind.Not } word)
        {
            text = fromEnd ? text[..word.Start].TrimEnd() : text[word.End..].TrimStart();
            tokens = QueryLexer.Read(text);
        }

        return text;
    }
}
