using System.Globalization;

namespace LlmObs.Web.Formatting;

/// <summary>Keeps a spreadsheet from taking what somebody wrote for a formula. What goes out guarded comes back as it was.</summary>
public static class FormulaGuard
{
    private const char Guard = '\'';

    public static string Neutral(string text) => IsRisky(text) ? Guard + text : text;

    public static string Restore(string text) => text is [Guard, .. var rest] && IsRisky(rest) ? rest : text;

    // A number is none. The guard itself is guarded too, so that a text that begins with one comes back with it.
    private static bool IsRisky(string text) =>
        text is ['=' or '+' or '-' or '@' or '\t' or '\r' or Guard, ..]
        && !double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _);
}
