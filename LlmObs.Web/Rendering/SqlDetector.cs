using LlmObs.Web.Rendering.Sql;

namespace LlmObs.Web.Rendering;

/// <summary>Tells a statement from a sentence that begins with "Select".</summary>
internal static class SqlDetector
{
    private static readonly string[] Verbs =
    [
        "SELECT",
        "WITH",
        "INSERT",
        "UPDATE",
        "DELETE",
        "CREATE",
        "ALTER",
        "DROP",
        "EXPLAIN",
        "MERGE",
        "SHOW",
        "DESCRIBE",
    ];

    public static bool StartsWithStatement(string text)
    {
        var start = text.AsSpan().TrimStart();
        return StartsWithVerb(start) || start.StartsWith("--") || start.StartsWith("/*");
    }

    /// <summary>True when the first word is one that begins a statement.</summary>
    public static bool StartsWithVerb(ReadOnlySpan<char> text)
    {
        foreach (var verb in Verbs)
        {
            if (text.StartsWith(verb, StringComparison.OrdinalIgnoreCase) && (text.Length == verb.Length || !char.IsLetterOrDigit(text[verb.Length])))
            {
                return true;
            }
        }

        return false;
    }

    public static bool IsSql(string text)
    {
        if (!StartsWithStatement(text))
        {
            return false;
        }

        // The first 4,000 characters decide; a dump of megabytes is not read twice.
        var tokens = SqlTokenizer
            .Tokens(text.Length > 4000 ? text[..4000] : text)
            .Where(token => token.Kind is not (SqlTokenKind.Space or SqlTokenKind.Comment))
            .ToList();
        return tokens.Count > 1 && HasItsPartner(tokens) && !ReadsAsProse(tokens);
    }

    /// <summary>The same for what stands among words, where "select another" is words.</summary>
    public static bool IsSqlAmongWords(string text) =>
        IsSql(text) && !(text.StartsWith("SELECT", StringComparison.OrdinalIgnoreCase) && IsShort(text));

    private static bool IsShort(string text) =>
        !text.AsSpan().Trim().Contains('\n')
        && !text.AsSpan().TrimEnd().EndsWith(';')
        && !text.Contains(" from ", StringComparison.OrdinalIgnoreCase);

    private static bool HasItsPartner(List<SqlToken> tokens)
    {
        bool Has(params ReadOnlySpan<string> words)
        {
            foreach (var token in tokens.Skip(1))
            {
                foreach (var word in words)
                {
                    if (token.Text.Equals(word, StringComparison.OrdinalIgnoreCase))
                    {
                        return true;
                    }
                }
            }

            return false;
        }

        return tokens[0].Text.ToUpperInvariant() switch
        {
            "SELECT" => Has("FROM") || tokens.Count < 12,
            "WITH" => Has("AS") && Has("SELECT", "INSERT", "UPDATE", "DELETE"),
            "INSERT" or "MERGE" => Has("INTO"),
            "UPDATE" => Has("SET"),
            "DELETE" => Has("FROM"),
            "CREATE" or "ALTER" or "DROP" => Has("TABLE", "VIEW", "INDEX", "DATABASE", "SCHEMA", "FUNCTION", "ROLE", "SEQUENCE", "TYPE", "EXTENSION"),
            "EXPLAIN" => Has("SELECT", "INSERT", "UPDATE", "DELETE", "WITH"),
            "SHOW" => Has("TABLES", "COLUMNS", "CREATE", "INDEX", "DATABASES") && tokens.Count < 12,
            "DESCRIBE" => tokens.Count <= 3,
            _ => false,
        };
    }

    // In SQL at most two bare names meet (a column and its alias); in a sentence many do.
    private static bool ReadsAsProse(List<SqlToken> tokens)
    {
        var names = 0;
        foreach (var token in tokens)
        {
            names = token.Kind is SqlTokenKind.Name && token.Text[0] is not ('"' or '`') ? names + 1 : 0;
            if (names > 2 || token.Text is "?" or "。" or "，" or "？" or "：" or "！" or "、")
            {
                return true;
            }
        }

        return tokens[^1].Text is "." or ":" or "!";
    }
}
