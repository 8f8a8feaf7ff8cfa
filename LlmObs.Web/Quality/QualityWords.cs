using Microsoft.Extensions.Localization;

namespace LlmObs.Web.Quality;

/// <summary>Names the words that the quality pages share: <c>IStringLocalizer&lt;QualityWords&gt;</c>, Resources/Quality/QualityWords.zh.resx.</summary>
public sealed class QualityWords
{
    /// <summary>English words for the outcomes of SQL and the rules for data; what is not here is shown as it came.</summary>
    public static readonly IReadOnlyDictionary<string, string> Outcomes = new Dictionary<string, string>
    {
        ["syntax"] = "SQL syntax",
        ["unknown_table"] = "Unknown table",
        ["unknown_column"] = "Unknown column",
        ["type"] = "Type mismatch",
        ["permission"] = "Not permitted",
        ["timeout"] = "SQL took too long",
        ["too_large"] = "Result too large",
        ["not_empty"] = "Empty result",
        ["not_all_null"] = "Nothing but NULL",
        ["varied"] = "One value where several were asked",
        ["needed_columns"] = "A needed column is missing",
        ["plausible_magnitude"] = "Implausible magnitude",
        ["other"] = "Something else",
    };

    public static string Outcome(IStringLocalizer<QualityWords> words, string label) =>
        Outcomes.TryGetValue(label, out var known) ? words[known] : label;

    /// <summary>The word of a dimension or group of the address.</summary>
    public static string Dimension(string key) =>
        key switch
        {
            "step" => "Node",
            "release" => "Release",
            "prompt" => "Prompt",
            "model" => "Model",
            "service" => "App",
            "user" => "User",
            "tag" => "User group, tag",
            _ => "Environment",
        };

    /// <summary>The word of a <see cref="Storage.Quality.FailureGroup"/>'s category.</summary>
    public static string Category(string category) =>
        category switch
        {
            "sql" => "SQL did not run",
            "data" => "data not valid",
            _ => "request failed",
        };

    public static string Signal(string signal) =>
        signal switch
        {
            Domain.Quality.ScoreNames.Copied => "copied",
            Domain.Quality.ScoreNames.Retried => "asked again",
            Domain.Quality.ScoreNames.Rephrased => "rephrased",
            _ => "left without an answer",
        };
}
