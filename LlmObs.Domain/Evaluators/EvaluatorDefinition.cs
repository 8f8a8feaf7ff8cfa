using System.Text.Json.Serialization;
using LlmObs.Domain.Evaluators.Rules;
using LlmObs.Domain.Evaluators.Sql;

namespace LlmObs.Domain.Evaluators;

/// <summary>What an evaluator judges with.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<EvaluatorKind>))]
public enum EvaluatorKind
{
    /// <summary>Runs the SQL a span generated, in a sandbox.</summary>
    [JsonStringEnumMemberName("sql")]
    Sql = 0,

    /// <summary>Rules that need no model.</summary>
    [JsonStringEnumMemberName("rules")]
    Rules = 1,

    /// <summary>A model is asked.</summary>
    [JsonStringEnumMemberName("judge")]
    Judge = 2,

    /// <summary>A program of one's own, by HTTP.</summary>
    [JsonStringEnumMemberName("http")]
    Http = 3,
}

/// <summary>One version of an evaluator: what it looks at and what it asks. Never changed once saved; a change is the next version.</summary>
public sealed record EvaluatorDefinition
{
    public required EvaluatorKind Kind { get; init; }

    /// <summary>A query line: which spans. Empty for every span.</summary>
    public string Filter { get; init; } = "";

    /// <summary>Only spans without a parent: requests as a whole.</summary>
    public bool RootsOnly { get; init; }

    /// <summary>Share of traces, 0 to 1, chosen by the trace's id: the same traces at every run.</summary>
    public double SampleShare { get; init; } = 1;

    public SqlSettings? Sql { get; init; }
    public RuleSettings? Rules { get; init; }
    public JudgeSettings? Judge { get; init; }
    public HttpSettings? Http { get; init; }
}

/// <summary>How generated SQL is found, run and looked at.</summary>
/// <param name="Connection">A name of <c>Quality:Connections</c>.</param>
/// <param name="Field">Where the SQL is: <c>output</c>, <c>output.sql</c> (a member of a JSON answer), <c>input</c>, or an attribute's name; empty to look for it in the output.</param>
public sealed record SqlSettings(string Connection, string Field = "")
{
    public DataRuleSettings Data { get; init; } = new();
}

/// <summary>A judgement by a model.</summary>
/// <param name="Model">A name of <c>Quality:Models</c>.</param>
/// <param name="Measure">What is asked: a built-in measure, or <c>own</c> with <paramref name="Prompt"/>.</param>
/// <param name="Prompt">A prompt of one's own with <c>{{question}}</c>, <c>{{answer}}</c>, <c>{{context}}</c>, <c>{{sql}}</c>; empty for the measure's own.</param>
/// <param name="ScoreName">The name of the score when the measure is <c>own</c>.</param>
/// <param name="HumanName">The name of the human score it is compared with; empty for none.</param>
/// <param name="HumanYes">Of human scores that are words, the one that means yes; every other means no. Empty when they are numbers.</param>
public sealed record JudgeSettings(
    string Model,
    JudgeMeasure Measure,
    string Prompt = "",
    string ScoreName = "",
    string HumanName = "",
    string HumanYes = ""
);

[JsonConverter(typeof(JsonStringEnumConverter<JudgeMeasure>))]
public enum JudgeMeasure
{
    [JsonStringEnumMemberName("reverse")]
    Reverse = 0,

    [JsonStringEnumMemberName("relevance")]
    Relevance = 1,

    [JsonStringEnumMemberName("faithfulness")]
    Faithfulness = 2,

    [JsonStringEnumMemberName("own")]
    Own = 3,
}

/// <summary>A call to a program of one's own.</summary>
/// <param name="Url">http or https, on a host of <c>Quality:Http:AllowedHosts</c>.</param>
public sealed record HttpSettings(string Url);
