using System.Text;

namespace LlmObs.Web.Search;

/// <summary>Splits a query line at its top-level "and"s, written or implied.</summary>
internal static class QueryParts
{
    public static IReadOnlyList<QueryPart> Of(string text)
    {
        var tokens = QueryLexer.Read(text);
        if (tokens.Count == 0 || text == "*")
        {
            return [];
        }

        if (HasLooseOr(tokens))
        {
            return [Alternatives(text, tokens) is var (field, values) ? new(text, false, field, values) : new(text, false, null, [])];
        }

        var parts = new List<QueryPart>();
        for (var at = 0; at < tokens.Count; )
        {
            if (tokens[at].Kind == QueryTokenKind.And)
            {
                at++;
                continue;
            }

            var end = EndOfUnit(tokens, at);
            parts.Add(Part(text, tokens[at..end]));
            at = end;
        }

        return parts;
    }

    /// <summary>True when an "or" stands outside every parenthesis.</summary>
    public static bool HasLooseOr(string text) => HasLooseOr(QueryLexer.Read(text));

    private static bool HasLooseOr(List<QueryToken> tokens)
    {
        var depth = 0;
        foreach (var token in tokens)
        {
            depth += token.Kind switch
            {
                QueryTokenKind.Open => 1,
                QueryTokenKind.Close => -1,
                _ => 0,
            };
            if (token.Kind == QueryTokenKind.Or && depth <= 0)
            {
                return true;
            }
        }

        return false;
    }

    // unit := "not" unit | "(" … ")" | text [":" value | cmp value | "in" range]
    private static int EndOfUnit(List<QueryToken> tokens, int at)
    {
        while (at < tokens.Count && tokens[at].Kind == QueryTokenKind.Not)
        {
            at++;
        }

        if (at < tokens.Count && tokens[at].Kind == QueryTokenKind.Open)
        {
            var depth = 0;
            for (; at < tokens.Count; at++)
            {
                depth += tokens[at].Kind switch
                {
                    QueryTokenKind.Open => 1,
                    QueryTokenKind.Close => -1,
                    _ => 0,
                };
                if (depth == 0)
                {
                    return at + 1;
                }
            }

            return tokens.Count;
        }

        at = Math.Min(at + 1, tokens.Count);
        if (at < tokens.Count && tokens[at].Kind is QueryTokenKind.Colon or QueryTokenKind.Compare or QueryTokenKind.In)
        {
            at = Math.Min(at + 2, tokens.Count);
        }

        return at;
    }

    private static QueryPart Part(string text, List<QueryToken> tokens)
    {
        var source = text[tokens[0].Start..tokens[^1].End];
        var negations = tokens.TakeWhile(token => token.Kind == QueryTokenKind.Not).Count();
        var body = tokens[negations..];
        var negated = negations % 2 == 1;
        return body switch
        {
            [{ Kind: QueryTokenKind.Text or QueryTokenKind.Quoted } only] => new(source, negated, null, [Value(text, only)]),
            [_, ..] when Alternatives(text, Unwrapped(body)) is var (field, values) => new(source, negated, field, values),
            _ => new(source, negated, null, []),
        };
    }

    private static List<QueryToken> Unwrapped(List<QueryToken> tokens) =>
        tokens is [{ Kind: QueryTokenKind.Open }, .., { Kind: QueryTokenKind.Close }] ? tokens[1..^1] : tokens;

    /// <summary><c>field: a [or field: b]…</c>, all of one field; else null.</summary>
    private static (string Field, IReadOnlyList<string> Values)? Alternatives(string text, List<QueryToken> tokens)
    {
        string? field = null;
        var values = new List<string>();
        for (var at = 0; at < tokens.Count; at += 4)
        {
            var isCondition =
                at + 2 < tokens.Count
                && tokens[at].Kind is QueryTokenKind.Text or QueryTokenKind.Quoted
                && tokens[at + 1].Kind == QueryTokenKind.Colon
                && tokens[at + 2].Kind is QueryTokenKind.Text or QueryTokenKind.Quoted;
            if (!isCondition || (at + 3 < tokens.Count && (tokens[at + 3].Kind != QueryTokenKind.Or || at + 4 == tokens.Count)))
            {
                return null;
            }

            var name = Value(text, tokens[at]);
            field ??= name;
            if (!field.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return null;
            }

            values.Add(Value(text, tokens[at + 2]));
        }

        return field is null ? null : (field, values);
    }

    private static string Value(string text, QueryToken token)
    {
        var raw = text.AsSpan(token.Start, token.End - token.Start);
        if (token.Kind != QueryTokenKind.Quoted)
        {
            return raw.ToString();
        }

        var value = new StringBuilder();
        var inside = raw.TrimStart('#')[1..];
        for (var i = 0; i < inside.Length && inside[i] != '"'; i++)
        {
            i += inside[i] == '\\' && i + 1 < inside.Length ? 1 : 0;
            value.Append(inside[i]);
        }

        return value.ToString();
    }
}
