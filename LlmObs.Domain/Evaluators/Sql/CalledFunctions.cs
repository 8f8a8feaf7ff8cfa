using System.Text;

namespace LlmObs.Domain.Evaluators.Sql;

/// <summary>Which functions a PostgreSQL statement names. Reads strings, comments and quoted names as PostgreSQL does.</summary>
public static class CalledFunctions
{
    /// <summary>
    /// Names before a parenthesis, without their schema, in the spelling of the catalogue. A name in escaped form (<c>U&amp;"…"</c>) and a text that
    /// ends inside a string, a name or a comment cannot be judged: null.
    /// </summary>
    public static IReadOnlySet<string>? In(string sql)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        string? name = null;
        for (var at = 0; at < sql.Length; )
        {
            var c = sql[at];
            var next = at + 1 < sql.Length ? sql[at + 1] : '\0';
            if (char.IsWhiteSpace(c))
            {
                at++;
                continue;
            }

            if ((c, next) is ('-', '-') or ('/', '*'))
            {
                if (AfterComment(sql, at) is not { } behind)
                {
                    return null;
                }

                at = behind;
                continue;
            }

            if (c == '(' && name is not null)
            {
                names.Add(name);
            }

            name = null;
            if (Token(sql, at, ref name) is not { } end)
            {
                return null;
            }

            at = end;
        }

        return names;
    }

    /// <returns>Where the token ends; null when it cannot be judged.</returns>
    private static int? Token(string sql, int at, ref string? name)
    {
        switch (sql[at])
        {
            case '\'':
                return AfterQuoted(sql, at, '\'', escapes: at > 0 && sql[at - 1] is 'e' or 'E' && (at < 2 || !IsWord(sql[at - 2])));
            case '"':
                if (AfterQuoted(sql, at, '"', escapes: false) is not { } end)
                {
                    return null;
                }

                name = sql[(at + 1)..(end - 1)].Replace("\"\"", "\"", StringComparison.Ordinal);
                return end;
            case '$' when DollarTag(sql, at) is { } tag:
                var close = sql.IndexOf(tag, at + tag.Length, StringComparison.Ordinal);
                return close < 0 ? null : close + tag.Length;
            case var c when IsWord(c):
                var from = at;
                while (at < sql.Length && (IsWord(sql[at]) || sql[at] == '$'))
                {
                    at++;
                }

                var isEscaped = at + 1 < sql.Length && sql[from..at] is "u" or "U" && sql[at] == '&' && sql[at + 1] is '"' or '\'';
                name = Lower(sql[from..at]);
                return isEscaped ? null : at;
            default:
                return at + 1;
        }
    }

    private static int? AfterComment(string sql, int at)
    {
        if (sql[at] == '-')
        {
            var line = sql.AsSpan(at).IndexOfAny('\n', '\r');
            return line < 0 ? sql.Length : at + line;
        }

        // They nest.
        var depth = 0;
        for (; at + 1 < sql.Length; at++)
        {
            if (sql[at] == '/' && sql[at + 1] == '*')
            {
                depth++;
                at++;
            }
            else if (sql[at] == '*' && sql[at + 1] == '/')
            {
                at++;
                if (--depth == 0)
                {
                    return at + 1;
                }
            }
        }

        return null;
    }

    private static int? AfterQuoted(string sql, int at, char quote, bool escapes)
    {
        for (at++; at < sql.Length; at++)
        {
            if (escapes && sql[at] == '\\')
            {
                at++;
            }
            else if (sql[at] == quote)
            {
                if (at + 1 == sql.Length || sql[at + 1] != quote)
                {
                    return at + 1;
                }

                at++;
            }
        }

        return null;
    }

    private static string? DollarTag(string sql, int at)
    {
        var end = at + 1;
        while (end < sql.Length && IsWord(sql[end]))
        {
            end++;
        }

        return end < sql.Length && sql[end] == '$' && (end == at + 1 || !char.IsAsciiDigit(sql[at + 1])) ? sql[at..(end + 1)] : null;
    }

    private static bool IsWord(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' or >= '\u0080';

    // Only ASCII letters: that is what PostgreSQL folds in every encoding.
    private static string Lower(string word)
    {
        var lower = new StringBuilder(word);
        for (var i = 0; i < lower.Length; i++)
        {
            lower[i] = char.IsAsciiLetterUpper(lower[i]) ? (char)(lower[i] | 0x20) : lower[i];
        }

        return lower.ToString();
    }
}
