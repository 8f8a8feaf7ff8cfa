using System.Text.Json;
using LlmObs.Domain.Scores;

namespace LlmObs.Domain.Quality;

/// <summary>Reads what users said as 1–5.</summary>
public static class Feedback
{
    private static readonly string[] Liked = ["up", "thumbs_up", "like", "liked", "good", "positive", "yes"];
    private static readonly string[] Disliked = ["down", "thumbs_down", "dislike", "disliked", "bad", "negative", "no"];

    public static bool IsFeedback(Score score) =>
        score.Source == "feedback" && !Signals.IsSignal(score.Name) || score.Name == ScoreNames.UserFeedback;

    /// <summary>
    /// 1–5; null when it cannot be read as that. Yes or no is 5 or 1. A number is taken on the scale that metadata's <c>max</c> names;
    /// without one, 0 to 1 is a share and above it up to 5 are stars.
    /// </summary>
    public static double? Stars(Score score) =>
        score.Type switch
        {
            ScoreType.Boolean => score.Value == 0 ? 1 : 5,
            ScoreType.Numeric when score.Value is { } value => Stars(value, Max(score.Metadata)),
            ScoreType.Categorical when Liked.Contains(score.Label, StringComparer.OrdinalIgnoreCase) => 5,
            ScoreType.Categorical when Disliked.Contains(score.Label, StringComparer.OrdinalIgnoreCase) => 1,
            _ => null,
        };

    private static double? Stars(double value, double? max) =>
        (value, max) switch
        {
            (>= 0, > 0 and var top) when value <= top => top == 5 ? Math.Max(1, value) : 1 + 4 * value / top,
            (_, not null) => null,
            (>= 0 and <= 1, _) => 1 + 4 * value,
            (>= -1 and < 0, _) => 1,
            (<= 5, _) => value,
            _ => null,
        };

    private static double? Max(JsonText metadata) =>
        ScoreMetadata.Member(metadata, "max") is { ValueKind: JsonValueKind.Number } max ? max.GetDouble() : null;
}
