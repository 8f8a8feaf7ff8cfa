using LlmObs.Domain.Evaluators;
using LlmObs.Domain.Evaluators.Rules;

namespace LlmObs.Quality.Evaluation;

/// <summary>An evaluator as the configuration writes it: flat, and only what its kind needs.</summary>
public sealed class ConfiguredEvaluator
{
    /// <summary>The project; it must exist, or is waited for.</summary>
    public string Project { get; set; } = Domain.Project.DefaultName;

    public string Name { get; set; } = "";
    public EvaluatorKind Kind { get; set; }
    public bool OnArrival { get; set; } = true;
    public string Filter { get; set; } = "";
    public bool RootsOnly { get; set; }
    public double SampleShare { get; set; } = 1;

    /// <summary>Of a SQL evaluator.</summary>
    public string Connection { get; set; } = "";

    public string Field { get; set; } = "";

    /// <summary>Of a rule evaluator: names of rules.</summary>
    public IList<string> Rules { get; } = [];

    public double LatencyMs { get; set; } = 10_000;
    public decimal CostLimit { get; set; } = 0.10m;

    /// <summary>Of a judge.</summary>
    public string Model { get; set; } = "";

    public JudgeMeasure Measure { get; set; }
    public string HumanName { get; set; } = "";
    public string HumanYes { get; set; } = "";

    public EvaluatorDefinition ToDefinition() =>
        new()
        {
            Kind = Kind,
            Filter = Filter,
            RootsOnly = RootsOnly,
            SampleShare = SampleShare,
            Sql = Kind == EvaluatorKind.Sql ? new(Connection, Field) : null,
            Rules = Kind == EvaluatorKind.Rules ? new RuleSettings([.. Rules]) { LatencyMs = LatencyMs, CostLimit = CostLimit } : null,
            Judge = Kind == EvaluatorKind.Judge ? new(Model, Measure, HumanName: HumanName, HumanYes: HumanYes) : null,
        };
}
