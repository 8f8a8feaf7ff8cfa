namespace LlmObs.Domain.Evaluators;

/// <summary>What an evaluator must be before it is saved. Limits are in characters.</summary>
public static class EvaluatorFaults
{
    public const int MaxFilter = 4000;
    public const int MaxPrompt = 20_000;
    public const int MaxField = 200;
    public const int MaxUrl = 2000;

    /// <summary>What is wrong, with the field and the limit; null when it can be saved. The filter's grammar is the query line's to check.</summary>
    public static (string Field, string Problem)? Find(string name, EvaluatorDefinition definition)
    {
        if (!Project.IsName(name))
        {
            return ("name", "is lower-case letters, digits, and hyphens between them; at most 63 characters.");
        }

        if (definition.Filter.Length > MaxFilter)
        {
            return ("filter", $"has {definition.Filter.Length} characters; the limit is {MaxFilter}.");
        }

        if (definition.SampleShare is not (> 0 and <= 1))
        {
            return ("sampleShare", "is more than 0 and at most 1.");
        }

        return definition.Kind switch
        {
            EvaluatorKind.Sql => SqlFault(definition),
            EvaluatorKind.Rules => RuleFault(definition),
            EvaluatorKind.Judge => JudgeFault(definition),
            _ => HttpFault(definition),
        };
    }

    private static (string, string)? SqlFault(EvaluatorDefinition definition) =>
        definition.Sql switch
        {
            null or { Connection: "" } => ("connection", "is missing: the name of a connection the sandbox may use."),
            { Field.Length: > MaxField } => ("field", $"has more than {MaxField} characters."),
            { Data.MostPlausible: not > 0 } => ("mostPlausible", "is a number greater than 0."),
            _ => null,
        };

    private static (string, string)? RuleFault(EvaluatorDefinition definition) =>
        definition.Rules switch
        {
            null or { On.Count: 0 } => ("rules", "names no rule: choose at least one."),
            { } rules when rules.On.FirstOrDefault(rule => !Rules.AnswerRules.Names.Contains(rule)) is { } unknown => (
                "rules",
                $"has no rule '{unknown}'."
            ),
            { LatencyMs: not > 0 } => ("latencyMs", "is a number greater than 0."),
            { CostLimit: < 0 } => ("costLimit", "is not negative."),
            { GroundedShare: not (>= 0 and <= 1) } => ("groundedShare", "is between 0 and 1."),
            { LoopCalls: not (>= 2 and <= 100) } => ("loopCalls", "is between 2 and 100."),
            _ => null,
        };

    private static (string, string)? JudgeFault(EvaluatorDefinition definition) =>
        definition.Judge switch
        {
            null or { Model: "" } => ("model", "is missing: the name of a model."),
            { Prompt.Length: > MaxPrompt } => ("prompt", $"has more than {MaxPrompt} characters."),
            { Measure: JudgeMeasure.Own, Prompt: "" } => ("prompt", "is missing: a measure of one's own needs one."),
            { Measure: JudgeMeasure.Own, ScoreName.Length: 0 or > Scores.ScoreRules.MaxName } => (
                "scoreName",
                $"has 1 to {Scores.ScoreRules.MaxName} characters."
            ),
            { HumanYes.Length: > Labels.LabelSet.MaxChoice } => ("humanYes", $"has more than {Labels.LabelSet.MaxChoice} characters."),
            _ => null,
        };

    private static (string, string)? HttpFault(EvaluatorDefinition definition) =>
        definition.Http switch
        {
            null or { Url: "" } => ("url", "is missing."),
            { Url.Length: > MaxUrl } => ("url", $"has more than {MaxUrl} characters."),
            { } http
                when !Uri.TryCreate(http.Url, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https") || url.UserInfo.Length > 0 => (
                "url",
                "is no http or https address without a user name."
            ),
            _ => null,
        };
}
