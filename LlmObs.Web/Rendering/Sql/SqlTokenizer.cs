using System.Collections.Frozen;

namespace LlmObs.Web.Rendering.Sql;

/// <summary>Cuts SQL of any dialect into tokens to colour. It never fails: what it doesn't know is a mark.</summary>
public static class SqlTokenizer
{
    private static readonly FrozenSet<string> Keywords = """
        ADD ALL ALTER ANALYZE AND ANY AS ASC BEGIN BETWEEN BY CASE CAST CHECK COLUMN COMMIT CONFLICT CONSTRAINT CREATE CROSS CURRENT
        DATABASE DECLARE DEFAULT DELETE DESC DESCRIBE DISTINCT DO DROP ELSE END ESCAPE EXCEPT EXISTS EXPLAIN EXTRACT FALSE FETCH FILTER FIRST
        FOLLOWING FOR FOREIGN FROM FULL FUNCTION GLOB GRANT GROUP GROUPING HAVING IF ILIKE IN INDEX INNER INSERT INTERSECT INTERVAL INTO IS JOIN
        KEY LAST LATERAL LEFT LIKE LIMIT MATERIALIZED MERGE NATURAL NOT NULL NULLS OFFSET ON ONLY OR ORDER OUTER OVER PARTITION PRAGMA
        PRECEDING PRIMARY PROCEDURE QUALIFY RANGE RECURSIVE REFERENCES REPLACE RETURNING REVOKE RIGHT RLIKE ROLLBACK ROLLUP ROW ROWS SELECT SET
        SETS SHOW SIMILAR SOME TABLE TEMPORARY THEN TIES TO TOP TRUE TRUNCATE UNBOUNDED UNION UNIQUE UNNEST UPDATE USING VALUES VIEW WHEN WHERE
        WINDOW WITH WITHIN WITHOUT
        BIGINT BLOB BOOLEAN BYTEA CHAR DATE DATETIME DECIMAL DOUBLE FLOAT INT INTEGER JSON JSONB NUMERIC REAL SERIAL SMALLINT TEXT TIME TIMESTAMP
        TIMESTAMPTZ TINYINT UUID VARCHAR
        """.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    public static bool IsKeyword(string word) => Keywords.Contains(word);

    public static List<SqlToken> Tokens(string sql)
    {
        var tokens = new List<SqlToken>();
        for (var at = 0; at < sql.Length; )
        {
            var end = End(sql, at, out var kind);
            var text = sql[at..end];
            tokens.Add(new(kind == SqlTokenKind.Name && IsKeyword(text) && !FollowsDot(tokens) ? SqlTokenKind.Keyword : kind, text));
            at = end;
        }

        NameFunctions(tokens);
        return tokens;
    }

    private static int End(string sql, int at, out SqlTokenKind kind)
    {
        var c = sql[at];
        var next = at + 1 < sql.Length ? sql[at + 1] : '\0';
        (kind, var end) = c switch
        {
            _ when char.IsWhiteSpace(c) => (SqlTokenKind.Space, While(sql, at, char.IsWhiteSpace)),
            '-' when next == '-' => (SqlTokenKind.Comment, Until(sql, at, "\n", includes: false)),
            '/' when next == '*' => (SqlTokenKind.Comment, Until(sql, at + 2, "*/", includes: true)),
            '\'' => (SqlTokenKind.Text, Quoted(sql, at, '\'')),
            '"' or '`' => (SqlTokenKind.Name, Quoted(sql, at, c)),
            _ when char.IsAsciiDigit(c) => (SqlTokenKind.Number, While(sql, at, d => char.IsAsciiLetterOrDigit(d) || d == '.')),
            _ when IsWord(c) => (SqlTokenKind.Name, While(sql, at, IsWord)),
            _ => (SqlTokenKind.Mark, at + 1),
        };
        return end;
    }

    private static bool IsWord(char c) => char.IsLetterOrDigit(c) || c is '_' or '$' or '@' || char.IsSurrogate(c);

    private static int While(string sql, int at, Func<char, bool> belongs)
    {
        while (at < sql.Length && belongs(sql[at]))
        {
            at++;
        }

        return at;
    }

    private static int Until(string sql, int from, string end, bool includes)
    {
        var found = from <= sql.Length ? sql.IndexOf(end, from, StringComparison.Ordinal) : -1;
        return found < 0 ? sql.Length : found + (includes ? end.Length : 0);
    }

    // A doubled quote stands for itself. A backslash doesn't escape: MySQL would, but then 'C:\' swallows the rest elsewhere.
    private static int Quoted(string sql, int at, char quote)
    {
        for (var i = at + 1; i < sql.Length; i++)
        {
            if (sql[i] != quote)
            {
                continue;
            }

            if (i + 1 < sql.Length && sql[i + 1] == quote)
            {
                i++;
                continue;
            }

            return i + 1;
        }

        return sql.Length;
    }

    private static bool FollowsDot(List<SqlToken> tokens) => tokens is [.., { Kind: SqlTokenKind.Mark, Text: "." }];

    private static void NameFunctions(List<SqlToken> tokens)
    {
        for (var i = 0; i + 1 < tokens.Count; i++)
        {
            if (
                tokens[i].Kind == SqlTokenKind.Name
                && tokens[i + 1] is { Kind: SqlTokenKind.Mark, Text: "(" }
                && tokens[i].Text[0] is not ('"' or '`')
            )
            {
                tokens[i] = tokens[i] with { Kind = SqlTokenKind.Function };
            }
        }
    }
}
