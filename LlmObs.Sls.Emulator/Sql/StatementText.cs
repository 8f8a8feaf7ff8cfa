using System.Text;
using System.Text.RegularExpressions;
using LlmObs.Sls.Emulator.Http;

namespace LlmObs.Sls.Emulator.Sql;

/// <summary>What has to happen to a statement as text, before DuckDB's parser reads it: Presto spellings that parser does not know.</summary>
public static partial class StatementText
{
    /// <summary>Strips <c>set session …;</c> and tells whether it asks for a scan, turns <c>LIMIT a,b</c> into what DuckDB reads, and refuses what the service refuses.</summary>
    public static (string Sql, bool IsScan) Prepare(string sql)
    {
        var isScan = false;
        var session = SetSession().Match(sql);
        while (session.Success)
        {
            if (Is(session.Groups["name"].Value, "mode"))
            {
                if (!Is(session.Groups["value"].Value, "scan"))
                {
                    throw SlsException.Unsupported(session.Value.Trim());
                }
                isScan = true;
            }
            sql = sql[session.Length..];
            session = SetSession().Match(sql);
        }
        var tokens = Tokenize(sql).ToList();
        var text = new StringBuilder(sql.Length + 16);
        // array(bigint) is bigint[]: the depths at which such a type's parenthesis opened.
        var arrays = new Stack<int>();
        var depth = 0;
        for (var i = 0; i < tokens.Count; i++)
        {
            var token = tokens[i];
            if (token == ";")
            {
                throw SlsException.Parameter("ErrorType:SyntaxError.ErrorMessage:one statement without a closing semicolon is expected");
            }
            if (Is(token, "limit") && Next(tokens, i, 1) is { } first && char.IsAsciiDigit(first[0]))
            {
                if (Next(tokens, i, 2) == "," && Next(tokens, i, 3) is { } count && char.IsAsciiDigit(count[0]))
                {
                    CheckPage(first, count);
                    text.Append("limit ").Append(count).Append(" offset ").Append(first).Append(' ');
                    i = Index(tokens, i, 3);
                    continue;
                }
                if (Is(Next(tokens, i, 2), "offset"))
                {
                    throw SlsException.Parameter("ErrorType:SyntaxError.ErrorMessage:LIMIT n OFFSET m is not supported, use LIMIT m,n");
                }
            }
            if (Is(token, "offset") && char.IsAsciiDigit((Next(tokens, i, 1) ?? "x")[0]))
            {
                throw SlsException.Parameter("ErrorType:SyntaxError.ErrorMessage:OFFSET is not supported, use LIMIT m,n");
            }
            if (Is(token, "array") && Next(tokens, i, 1) == "(")
            {
                arrays.Push(depth++);
                i = Index(tokens, i, 1);
                continue;
            }
            depth +=
                token == "(" ? 1
                : token == ")" ? -1
                : 0;
            if (token == ")" && arrays.TryPeek(out var opened) && opened == depth)
            {
                arrays.Pop();
                text.Append("[]");
                continue;
            }
            text.Append(Is(token, "if") && Next(tokens, i, 1) == "(" ? "sls_if" : token);
        }
        return (text.ToString(), isScan);
    }

    private static void CheckPage(string offset, string count)
    {
        if (!long.TryParse(offset, out var from) || !long.TryParse(count, out var rows) || from > 1_000_000 || rows > 10_000)
        {
            throw SlsException.Parameter("ErrorType:SyntaxError.ErrorMessage:LIMIT offset,n: n is at most 10000, offset at most 1000000");
        }
    }

    // Blanks and comments are tokens too, so that joining all tokens gives the text back.
    private static IEnumerable<string> Tokenize(string sql)
    {
        foreach (Match match in Token().Matches(sql))
        {
            yield return match.Value.StartsWith("--", StringComparison.Ordinal) || match.Value.StartsWith("/*", StringComparison.Ordinal)
                ? " "
                : match.Value;
        }
    }

    private static bool Is(string? token, string keyword) => keyword.Equals(token, StringComparison.OrdinalIgnoreCase);

    private static string? Next(List<string> tokens, int from, int steps) =>
        Index(tokens, from, steps) is var index && index < tokens.Count ? tokens[index] : null;

    private static int Index(List<string> tokens, int from, int steps)
    {
        var index = from;
        while (steps > 0 && ++index < tokens.Count)
        {
            if (!string.IsNullOrWhiteSpace(tokens[index]))
            {
                steps--;
            }
        }
        return index;
    }

    [GeneratedRegex(
        """'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|/\*[\s\S]*?\*/|[\p{L}_][\p{L}\p{N}_]*|[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|\s+|[\s\S]"""
    )]
    private static partial Regex Token();

    [GeneratedRegex(@"^\s*set\s+session\s+(?<name>\w+)\s*=\s*(?<value>\w+)\s*;", RegexOptions.IgnoreCase)]
    private static partial Regex SetSession();
}
