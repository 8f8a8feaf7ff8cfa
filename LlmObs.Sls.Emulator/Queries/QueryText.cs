using LlmObs.Sls.Emulator.Http;

namespace LlmObs.Sls.Emulator.Queries;

/// <summary>A query string, cut at the first <c>|</c> outside double quotes.</summary>
/// <param name="Statement">Null: a search only.</param>
/// <param name="WithPackMeta">Each log comes with <c>__pack_meta__</c>, from which its neighbours are found.</param>
public sealed record QueryText(string Search, string? Statement, bool WithPackMeta = false)
{
    public static QueryText Parse(string text)
    {
        var isQuoted = false;
        for (var i = 0; i < text.Length; i++)
        {
            switch (text[i])
            {
                case '\\' when isQuoted:
                    i++;
                    break;
                case '"':
                    isQuoted = !isQuoted;
                    break;
                case '|' when !isQuoted:
                    return Split(text[..i].Trim(), text[(i + 1)..].Trim());
            }
        }
        return StartsWithWord(text.TrimStart(), "select")
            ? throw SlsException.Parameter("ErrorType:SyntaxError.ErrorMessage:sql query must follow search query,please read syntex doc")
            : new QueryText(text.Trim(), null);
    }

    private static QueryText Split(string search, string rest)
    {
        var withPackMeta = rest.Equals("with_pack_meta", StringComparison.OrdinalIgnoreCase);
        if (rest.Length == 0 || withPackMeta)
        {
            return new QueryText(search, null, withPackMeta);
        }
        return StartsWithWord(rest, "select") || StartsWithWord(rest, "with") || StartsWithWord(rest, "set")
            ? new QueryText(search, rest)
            : throw SlsException.Unsupported($"'{rest.Split((char[]?)null, 2)[0]}' after '|': a statement starts with select, with or set session");
    }

    private static bool StartsWithWord(string text, string word) =>
        text.StartsWith(word, StringComparison.OrdinalIgnoreCase)
        && text.Length > word.Length
        && (char.IsWhiteSpace(text[word.Length]) || text[word.Length] is '*' or '(' or '"');
}
