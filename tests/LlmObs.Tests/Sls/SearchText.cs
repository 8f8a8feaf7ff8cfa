using System.Text;

namespace LlmObs.Tests.Sls;

/// <summary>Reads SLS search text with the two readings its documentation leaves open, and keeps what stands outside quotes.</summary>
internal static class SearchText
{
    /// <param name="backslashEscapesItself">Whether <c>\\</c> is one backslash, or two of which each may escape what follows.</param>
    /// <returns>The text outside quotes, each quoted value replaced by <c>¶</c>; null when a quote is not closed.</returns>
    public static string? Outside(string search, bool backslashEscapesItself)
    {
        var outside = new StringBuilder();
        for (var i = 0; i < search.Length; i++)
        {
            if (search[i] != '"')
            {
                outside.Append(search[i]);
                continue;
            }

            outside.Append('¶');
            for (i++; ; i++)
            {
                if (i >= search.Length)
                {
                    return null;
                }

                if (search[i] == '\\' && i + 1 < search.Length && (search[i + 1] == '"' || (backslashEscapesItself && search[i + 1] == '\\')))
                {
                    i++;
                }
                else if (search[i] == '"')
                {
                    break;
                }
            }
        }

        return outside.ToString();
    }

    /// <summary>Parentheses close in order and never more than were opened.</summary>
    public static bool IsBalanced(string outside)
    {
        var depth = 0;
        foreach (var character in outside)
        {
            depth += character switch
            {
                '(' => 1,
                ')' => -1,
                _ => 0,
            };
            if (depth < 0)
            {
                return false;
            }
        }

        return depth == 0;
    }
}
