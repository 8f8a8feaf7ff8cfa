namespace LlmObs.Domain.Evaluators.Rules;

/// <param name="Detail">What was found, in a few words; null when it passed.</param>
public sealed record RuleResult(bool Passed, string? Detail)
{
    public static readonly RuleResult Pass = new(true, null);

    public static RuleResult Of(string? fault) => fault is null ? Pass : new(false, fault);
}

/// <summary>Rules that need no model. Each passes, fails, or has nothing to say of a span.</summary>
public static class AnswerRules
{
    /// <summary>What the names of the rules' scores begin with.</summary>
    public const string Prefix = "rule.";

    private static readonly Dictionary<string, Func<Subject, RuleSettings, RuleResult?>> Rules = new(StringComparer.Ordinal)
    {
        ["format"] = AnswerFormat.Check,
        ["language"] = (subject, _) => AnswerLanguage.Check(subject.Question, subject.Answer),
        ["refusal"] = (subject, _) => Refusal.Check(subject.Answer),
        ["repetition"] = (subject, _) => Repetition.Check(subject.Answer),
        ["cut"] = (subject, _) => CutAnswer.Check(subject),
        ["retrieval"] = (subject, _) => Retrieval.Found(subject),
        ["grounded"] = Retrieval.Grounded,
        ["latency"] = (subject, settings) => Budgets.Latency(subject, settings.LatencyMs),
        ["cost"] = (subject, settings) => Budgets.Cost(subject, settings.CostLimit),
        ["tool_error"] = (subject, _) => ToolCalls.Failed(subject),
        ["loop"] = (subject, settings) => ToolCalls.Looped(subject, settings.LoopCalls),
    };

    /// <summary>Every rule: format, language, refusal, repetition, cut, retrieval, grounded, latency, cost, tool_error, loop.</summary>
    public static IReadOnlyCollection<string> Names => Rules.Keys;

    /// <summary>A finding <c>rule.{name}</c> for each rule that is on and has something to say.</summary>
    public static IReadOnlyList<Finding> Check(Subject subject, RuleSettings settings) =>
        [
            .. from name in settings.On
            where Rules.ContainsKey(name)
            let result = Rules[name](subject, settings)
            where result is not null
            select Finding.Passed(Prefix + name, result.Passed, null, result.Detail, JsonText.Null),
        ];
}
