namespace LlmObs.Domain.Labels;

/// <summary>A passage of an answer, as somebody marked it on the page.</summary>
public static class Passage
{
    /// <summary>True when the answer says it. Only letters and digits are compared: the page shows Markdown without its signs.</summary>
    public static bool StandsIn(string answer, string passage)
    {
        var wanted = Letters(passage);
        return wanted.Length > 0 && Letters(answer).Contains(wanted, StringComparison.Ordinal);
    }

    private static string Letters(string text) => string.Concat(text.Where(char.IsLetterOrDigit));
}
