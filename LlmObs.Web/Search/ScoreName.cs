using System.Globalization;
using LlmObs.Domain.Scores;

namespace LlmObs.Web.Search;

/// <summary>How the query line names scores and their values: <c>score.answer: wrong</c>.</summary>
public static class ScoreName
{
    private const string Prefix = "score.";

    public static string Field(string score) => Prefix + score;

    /// <summary>The score that a field of the query line stands for; null when it stands for none.</summary>
    public static string? Of(string? field) =>
        field?.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) == true && field.Length > Prefix.Length ? field[Prefix.Length..] : null;

    /// <summary>What to ask for to find scores that say the same: the number, <c>true</c> or <c>false</c>, or the word.</summary>
    public static string? Value(ScoreType type, double? value, string? label) =>
        (type, value) switch
        {
            (ScoreType.Boolean, { } truth) => truth != 0 ? "true" : "false",
            (ScoreType.Numeric, { } number) => number.ToString(CultureInfo.InvariantCulture),
            _ => label,
        };
}
