namespace LlmObs.SqlCopilot.Scripted;

/// <summary>The scripted model's own unit: a Chinese character is one token, other text one per four characters.</summary>
internal static class ScriptedTokens
{
    public static int Count(string text)
    {
        var quarters = 0;
        foreach (var c in text)
        {
            quarters += Weight(c);
        }

        return (quarters + 3) / 4;
    }

    /// <summary>The longest start of <paramref name="text"/> within a budget.</summary>
    public static string Cut(string text, int tokens)
    {
        var left = tokens * 4;
        for (var i = 0; i < text.Length; i++)
        {
            left -= Weight(text[i]);
            if (left < 0)
            {
                return text[..(char.IsLowSurrogate(text[i]) ? i - 1 : i)];
            }
        }

        return text;
    }

    private static int Weight(char c) => c >= 0x2e80 ? 4 : 1;
}
