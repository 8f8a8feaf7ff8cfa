using LlmObs.Domain.Evaluators;

namespace LlmObs.Quality.Evaluation;

/// <summary>One way of judging.</summary>
public interface IEvaluator
{
    EvaluatorKind Kind { get; }

    /// <summary>What there is to say of the subject.</summary>
    /// <exception cref="EvaluationFailedException">This subject cannot be judged; others can.</exception>
    /// <exception cref="EvaluationPausedException">None can be for some time.</exception>
    Task<Judgement> JudgeAsync(Evaluator evaluator, Subject subject, CancellationToken cancellationToken);
}

/// <param name="Skipped">Why there is nothing to say; null when there is.</param>
public sealed record Judgement(IReadOnlyList<Finding> Findings, string? Skipped = null)
{
    public static Judgement Skip(string reason) => new([], reason);
}

/// <summary>One span cannot be judged: a reply nobody can read, a refusal by its evaluator.</summary>
public sealed class EvaluationFailedException(string message, Exception? innerException = null) : Exception(message, innerException);

/// <summary>Nothing can be judged until then: a budget is used up, a name is not configured. No failure of the job's.</summary>
public sealed class EvaluationPausedException(string message, TimeSpan wait) : Exception(message)
{
    public TimeSpan Wait => wait;
}
