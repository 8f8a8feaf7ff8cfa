using LlmObs.Domain.Evaluators;
using LlmObs.Domain.Evaluators.Rules;

namespace LlmObs.Quality.Evaluation;

/// <summary>Rules that need nothing but the span and its trace.</summary>
public sealed class RuleEvaluator : IEvaluator
{
    public EvaluatorKind Kind => EvaluatorKind.Rules;

    public Task<Judgement> JudgeAsync(Evaluator evaluator, Subject subject, CancellationToken cancellationToken)
    {
        var findings = AnswerRules.Check(subject, evaluator.Definition.Rules!);
        return Task.FromResult(findings.Count == 0 ? Judgement.Skip("no rule has anything to say") : new Judgement(findings));
    }
}
