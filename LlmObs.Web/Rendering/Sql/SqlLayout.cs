namespace LlmObs.Web.Rendering.Sql;

/// <summary>
/// Breaks a statement written on one long line into clauses. Only white space changes: the tokens and their order stay,
/// so that what is read is what was run.
/// </summary>
public static class SqlLayout
{
    private const int LongLine = 100;

    private sealed class Level(int indent, bool isQuery, bool isList)
    {
        public int Indent => indent;
        public bool IsQuery => isQuery;
        public bool IsList => isList;
        public string Clause { get; set; } = "";
        public bool InBetween { get; set; }
    }

    /// <summary>True when a line is too long to read. A statement its author laid out is left alone.</summary>
    public static bool IsNeeded(string sql)
    {
        var longest = 0;
        foreach (var line in sql.AsSpan().EnumerateLines())
        {
            longest = Math.Max(longest, line.Length);
        }

        return longest > LongLine || (longest > 60 && !sql.AsSpan().Trim().Contains('\n'));
    }

    /// <summary>The same tokens with other white space between them.</summary>
    public static List<SqlToken> Format(List<SqlToken> tokens)
    {
        var laid = new List<SqlToken>(tokens.Count + 16);
        var levels = new Stack<Level>();
        levels.Push(new(0, isQuery: true, isList: false));
        for (var i = 0; i < tokens.Count; i++)
        {
            var token = tokens[i];
            var level = levels.Peek();
            if (token.Kind == SqlTokenKind.Space)
            {
                Space(laid, AfterLineComment(tokens, i) ? "\n" + new string(' ', level.Indent) : " ");
                continue;
            }

            if (level.IsQuery && StartsClause(tokens, i))
            {
                if (laid.Count > 0)
                {
                    Break(laid, level.Indent);
                }

                level.Clause = token.Text.ToUpperInvariant();
            }
            else if (level.IsQuery && (token.Is("AND") || token.Is("OR")) && !level.InBetween)
            {
                Break(laid, level.Indent + 2);
            }

            level.InBetween = token.Is("BETWEEN") || (level.InBetween && !token.Is("AND"));
            if (token.Text == ")" && token.Kind == SqlTokenKind.Mark && levels.Count > 1)
            {
                levels.Pop();
                if (level.IsQuery || level.IsList)
                {
                    Break(laid, levels.Peek().Indent);
                }
            }

            laid.Add(token);
            if (token is { Kind: SqlTokenKind.Mark, Text: "(" })
            {
                var holdsQuery = Next(tokens, i) is { } next && (next.Is("SELECT") || next.Is("WITH"));
                var holdsColumns = level is { IsQuery: true, Clause: "CREATE" };
                levels.Push(new(level.Indent + 2, holdsQuery, holdsColumns));
                if (holdsQuery || holdsColumns)
                {
                    Break(laid, level.Indent + 2);
                }
            }
            else if (
                token is { Kind: SqlTokenKind.Mark, Text: "," }
                && (level.IsList || level is { IsQuery: true, Clause: "SELECT" or "WITH" or "SET" })
            )
            {
                Break(laid, level.Indent + (level.IsList || level.Clause == "WITH" ? 0 : level.Clause.Length + 1));
            }
            else if (token is { Kind: SqlTokenKind.Mark, Text: ";" } && Next(tokens, i) is not null)
            {
                Break(laid, 0);
            }
        }

        return laid;
    }

    private static bool StartsClause(List<SqlToken> tokens, int i)
    {
        var token = tokens[i];
        if (token.Kind != SqlTokenKind.Keyword)
        {
            return false;
        }

        var before = Previous(tokens, i);
        return token.Text.ToUpperInvariant() switch
        {
            "SELECT"
            or "FROM"
            or "WHERE"
            or "HAVING"
            or "LIMIT"
            or "UNION"
            or "EXCEPT"
            or "INTERSECT"
            or "VALUES"
            or "RETURNING"
            or "QUALIFY"
            or "CREATE" => !Is(before, "DISTINCT"),
            "SET" => !Is(before, "UPDATE"),
            "WITH" => before is null or { Text: ";" or "(" },
            "GROUP" or "ORDER" => Next(tokens, i) is { } by && by.Is("BY"),
            "LEFT" or "RIGHT" or "INNER" or "FULL" or "CROSS" or "NATURAL" => Next(tokens, i) is { } next && (next.Is("JOIN") || next.Is("OUTER")),
            "JOIN" => !Is(before, "LEFT")
                && !Is(before, "RIGHT")
                && !Is(before, "INNER")
                && !Is(before, "FULL")
                && !Is(before, "CROSS")
                && !Is(before, "NATURAL")
                && !Is(before, "OUTER"),
            _ => false,
        };
    }

    private static bool Is(SqlToken? token, string keyword) => token is { } one && one.Is(keyword);

    private static SqlToken? Next(List<SqlToken> tokens, int i)
    {
        for (i++; i < tokens.Count; i++)
        {
            if (tokens[i].Kind != SqlTokenKind.Space)
            {
                return tokens[i];
            }
        }

        return null;
    }

    private static SqlToken? Previous(List<SqlToken> tokens, int i)
    {
        for (i--; i >= 0; i--)
        {
            if (tokens[i].Kind != SqlTokenKind.Space)
            {
                return tokens[i];
            }
        }

        return null;
    }

    private static bool AfterLineComment(List<SqlToken> tokens, int i) =>
        i > 0 && tokens[i - 1] is { Kind: SqlTokenKind.Comment } comment && comment.Text.StartsWith("--", StringComparison.Ordinal);

    private static void Break(List<SqlToken> laid, int indent) => Space(laid, "\n" + new string(' ', indent));

    private static void Space(List<SqlToken> laid, string text)
    {
        if (laid is [.., { Kind: SqlTokenKind.Space } last])
        {
            laid[^1] =
                last.Text.Contains('\n', StringComparison.Ordinal) && !text.Contains('\n', StringComparison.Ordinal)
                    ? last
                    : new(SqlTokenKind.Space, text);
        }
        else if (laid.Count > 0)
        {
            laid.Add(new(SqlTokenKind.Space, text));
        }
    }
}
