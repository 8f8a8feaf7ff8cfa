using LlmObs.Domain.Evaluators;
using LlmObs.Domain.Evaluators.Rules;
using LlmObs.Domain.Evaluators.Sql;
using LlmObs.Storage.Evaluators;

namespace LlmObs.Web.Pages.Evaluators;

/// <summary>An evaluator as it is typed; only the fields of its kind are shown and read.</summary>
public sealed class EvaluatorForm
{
    public string Name { get; set; } = "";
    public string? Filter { get; set; }
    public bool RootsOnly { get; set; }
    public bool OnArrival { get; set; }

    /// <summary>Percent of traces.</summary>
    public double SamplePercent { get; set; } = 100;

    public string? Connection { get; set; }
    public string? Field { get; set; }
    public IList<string> DataRulesOn { get; set; } = [];
    public double MostPlausible { get; set; } = 1e12;

    public IList<string> RulesOn { get; set; } = [];
    public string? Format { get; set; }
    public double LatencyMs { get; set; } = 10_000;
    public decimal CostLimit { get; set; } = 0.10m;
    public double GroundedPercent { get; set; } = 50;
    public int LoopCalls { get; set; } = 3;

    public string? Model { get; set; }
    public JudgeMeasure Measure { get; set; } = JudgeMeasure.Relevance;
    public string? Prompt { get; set; }
    public string? ScoreName { get; set; }
    public string? HumanName { get; set; }
    public string? HumanYes { get; set; }

    public string? Url { get; set; }

    public static EvaluatorForm New(EvaluatorKind kind, IReadOnlyList<QualityResource> resources) =>
        new()
        {
            Name = kind switch
            {
                EvaluatorKind.Sql => "sql",
                EvaluatorKind.Rules => "rules",
                EvaluatorKind.Judge => "judge",
                _ => "own",
            },
            RootsOnly = kind != EvaluatorKind.Sql,
            OnArrival = true,
            Connection = resources.FirstOrDefault(resource => resource.Kind == "sql")?.Name,
            Model = resources.FirstOrDefault(resource => resource.Kind == "model")?.Name,
            DataRulesOn = [.. DataRules.Names],
            RulesOn = [.. AnswerRules.Names.Where(name => name != "format")],
        };

    public static EvaluatorForm Of(Evaluator evaluator)
    {
        var definition = evaluator.Definition;
        var form = new EvaluatorForm
        {
            Name = evaluator.Name,
            Filter = definition.Filter,
            RootsOnly = definition.RootsOnly,
            OnArrival = evaluator.OnArrival,
            SamplePercent = definition.SampleShare * 100,
            Connection = definition.Sql?.Connection,
            Field = definition.Sql?.Field,
            DataRulesOn = [.. DataRules.Names.Except(definition.Sql?.Data.Off ?? [])],
            MostPlausible = definition.Sql?.Data.MostPlausible ?? 1e12,
            Model = definition.Judge?.Model,
            Measure = definition.Judge?.Measure ?? default,
            Prompt = definition.Judge?.Prompt,
            ScoreName = definition.Judge?.ScoreName,
            HumanName = definition.Judge?.HumanName,
            HumanYes = definition.Judge?.HumanYes,
            Url = definition.Http?.Url,
        };
        if (definition.Rules is { } rules)
        {
            form.RulesOn = [.. rules.On];
            form.Format = rules.Format;
            form.LatencyMs = rules.LatencyMs;
            form.CostLimit = rules.CostLimit;
            form.GroundedPercent = rules.GroundedShare * 100;
            form.LoopCalls = rules.LoopCalls;
        }

        return form;
    }

    public EvaluatorDefinition ToDefinition(EvaluatorKind kind) =>
        new()
        {
            Kind = kind,
            Filter = Text(Filter),
            RootsOnly = RootsOnly,
            SampleShare = SamplePercent / 100,
            Sql =
                kind == EvaluatorKind.Sql
                    ? new(Text(Connection), Text(Field)) { Data = new([.. DataRules.Names.Except(DataRulesOn)], MostPlausible) }
                    : null,
            Rules =
                kind == EvaluatorKind.Rules
                    ? new RuleSettings([.. AnswerRules.Names.Intersect(RulesOn)])
                    {
                        Format = Text(Format),
                        LatencyMs = LatencyMs,
                        CostLimit = CostLimit,
                        GroundedShare = GroundedPercent / 100,
                        LoopCalls = LoopCalls,
                    }
                    : null,
            Judge = kind == EvaluatorKind.Judge ? new(Text(Model), Measure, Text(Prompt), Text(ScoreName), Text(HumanName), Text(HumanYes)) : null,
            Http = kind == EvaluatorKind.Http ? new(Text(Url)) : null,
        };

    private static string Text(string? typed) => typed?.Trim() ?? "";
}
