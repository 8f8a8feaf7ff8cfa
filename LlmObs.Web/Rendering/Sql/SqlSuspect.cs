using System.Text.RegularExpressions;

namespace LlmObs.Web.Rendering.Sql;

/// <summary>A name in a statement that the database complained about.</summary>
/// <param name="Line">From 0.</param>
internal sealed partial record SqlSuspect(int Line, string Name)
{
    /// <summary>Finds the first name of the statement that the message names too; null when none does. Keywords and short names don't count.</summary>
    public static SqlSuspect? Find(List<List<SqlToken>> lines, string? message)
    {
        if (string.IsNullOrEmpty(message))
        {
            return null;
        }

        // The most telling name is the last one of a dotted path: o.gmv_amount.
        var named = Word()
            .Matches(message.Length > 1000 ? message[..1000] : message)
            .Select(match => match.Value.Split('.')[^1])
            .Where(name => name.Length > 3 && !SqlTokenizer.IsKeyword(name))
            .ToHashSet(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < lines.Count; i++)
        {
            foreach (var token in lines[i])
            {
                if (token.Kind == SqlTokenKind.Name && IsSpecific(token.Text) && named.Contains(token.Text.Trim('"', '`')))
                {
                    return new(i, token.Text);
                }
            }
        }

        return null;
    }

    // A word of plain English in the message proves nothing; an identifier with an underscore or a digit does.
    private static bool IsSpecific(string name) =>
        name.Contains('_', StringComparison.Ordinal) || name.Any(char.IsAsciiDigit) || name[0] is '"' or '`';

    [GeneratedRegex(@"[\p{L}_][\w.]*", RegexOptions.CultureInvariant)]
    private static partial Regex Word();
}
