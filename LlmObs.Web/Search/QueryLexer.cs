namespace LlmObs.Web.Search;

internal enum QueryTokenKind
{
    Text,
    Quoted,
    Colon,
    Compare,
    Range,
    Open,
    Close,
    And,
    Or,
    Not,
    In,
}

/// <summary>A piece of a query line; positions are of the line.</summary>
internal readonly record struct QueryToken(QueryTokenKind Kind, int Start, int End);

/// <summary>Cuts a query line of SLS's search grammar into tokens. Never fails: what is wrong with a line, the search itself says.</summary>
internal static class QueryLexer
{
    public static List<QueryToken> Read(string text)
    {
        var tokens = new List<QueryToken>();
        for (var at = 0; at < text.Length; )
        {
            if (char.IsWhiteSpace(text[at]))
            {
                at++;
                continue;
            }

            var token = Next(text, at, tokens.Count > 0 && tokens[^1].Kind == QueryTokenKind.In);
            tokens.Add(token);
            at = token.End;
        }

        return tokens;
    }

    private static QueryToken Next(string text, int at, bool rangeExpected) =>
        text[at] switch
        {
            '[' or '(' when rangeExpected => new(QueryTokenKind.Range, at, EndOfRange(text, at)),
            '(' => new(QueryTokenKind.Open, at, at + 1),
            ')' => new(QueryTokenKind.Close, at, at + 1),
            ':' => new(QueryTokenKind.Colon, at, at + 1),
            '<' or '>' when at + 1 < text.Length && text[at + 1] == '=' => new(QueryTokenKind.Compare, at, at + 2),
            '<' or '>' or '=' => new(QueryTokenKind.Compare, at, at + 1),
            '#' when at + 1 < text.Length && text[at + 1] == '"' => new(QueryTokenKind.Quoted, at, EndOfQuote(text, at + 1)),
            '"' => new(QueryTokenKind.Quoted, at, EndOfQuote(text, at)),
            _ => Word(text, at),
        };

    private static QueryToken Word(string text, int at)
    {
        var end = at + 1;
        while (end < text.Length && !char.IsWhiteSpace(text[end]) && text[end] is not (':' or '<' or '>' or '=' or '(' or ')' or '"'))
        {
            end++;
        }

        var word = text.AsSpan(at, end - at);
        var kind = word switch
        {
            _ when word.Equals("and", StringComparison.OrdinalIgnoreCase) => QueryTokenKind.And,
            _ when word.Equals("or", StringComparison.OrdinalIgnoreCase) => QueryTokenKind.Or,
            _ when word.Equals("not", StringComparison.OrdinalIgnoreCase) => QueryTokenKind.Not,
            "in" => QueryTokenKind.In,
            _ => QueryTokenKind.Text,
        };
        return new(kind, at, end);
    }

    private static int EndOfQuote(string text, int at)
    {
        for (var i = at + 1; i < text.Length; i++)
        {
            if (text[i] == '\\')
            {
                i++;
            }
            else if (text[i] == '"')
            {
                return i + 1;
            }
        }

        return text.Length;
    }

    private static int EndOfRange(string text, int at)
    {
        var end = text.AsSpan(at).IndexOfAny(']', ')');
        return end < 0 ? text.Length : at + end + 1;
    }
}
