using System.Text.RegularExpressions;

namespace LlmObs.Web.Rendering.Sql;

/// <summary>Finds a statement that stands within a line of words: <c>the query was SELECT … LIMIT 10; repair it</c>.</summary>
internal static partial class InlineSql
{
    // A shorter one reads well where it stands, and a longer line is data.
    private const int Shortest = 40;
    private const int LongestLine = 16_384;

    // A sentence about SQL names its verbs; a statement worth setting apart has one of these as well.
    private static readonly string[] Clauses = ["WHERE", "JOIN", "GROUP", "ORDER", "LIMIT", "UNION", "SET", "VALUES"];

    /// <summary>Where the first one begins and how long it is; null when there is none.</summary>
    public static (int Start, int Length)? Find(ReadOnlySpan<char> line)
    {
        if (line.Length is < Shortest or > LongestLine)
        {
            return null;
        }

        foreach (var verb in Verb().EnumerateMatches(line))
        {
            var tokens = Statement(line[verb.Index..].ToString());
            var statement = string.Concat(tokens.Select(token => token.Text)).TrimEnd();
            return statement.Length >= Shortest && HasClause(tokens) && SqlDetector.IsSqlAmongWords(statement)
                ? (verb.Index, statement.Length)
                : null;
        }

        return null;
    }

    /// <summary>What stands up to and with its semicolon, or before a mark that only sentences have.</summary>
    private static List<SqlToken> Statement(string text)
    {
        var tokens = SqlTokenizer.Tokens(text);
        var end = tokens.FindIndex(token => token.Text is ";" or "。" or "，" or "；" or "？" or "！");
        return end < 0 ? tokens : tokens[..(tokens[end].Text is ";" ? end + 1 : end)];
    }

    private static bool HasClause(List<SqlToken> tokens) => tokens.Exists(token => Clauses.Any(token.Is));

    // Within a line only capitals are believed: "select" is a word, too.
    [GeneratedRegex("""(?<![A-Za-z0-9_'"`(.])(?:SELECT|WITH|INSERT INTO|UPDATE|DELETE FROM) """, RegexOptions.CultureInvariant)]
    private static partial Regex Verb();
}
