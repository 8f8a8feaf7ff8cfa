namespace LlmObs.Web.Pages.Evaluators;

/// <summary>What each rule wants, in English: the keys of the translations of <c>_RuleFields</c>.</summary>
public static class RuleTexts
{
    public static readonly IReadOnlyDictionary<string, string> All = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["format"] = "the answer has the agreed format",
        ["language"] = "in the language of the question",
        ["refusal"] = "no refusal",
        ["repetition"] = "does not repeat itself",
        ["cut"] = "whole, not cut off",
        ["retrieval"] = "something was retrieved",
        ["grounded"] = "rests on what was retrieved",
        ["latency"] = "within the time",
        ["cost"] = "within the cost",
        ["tool_error"] = "no tool failed",
        ["loop"] = "no call again and again",
    };

    public static string Of(string rule) => All[rule];
}
