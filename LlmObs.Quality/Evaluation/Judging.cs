using System.Collections.Concurrent;
using LlmObs.Domain.Evaluators;
using LlmObs.Domain.Scores;
using LlmObs.Domain.Traces;
using LlmObs.Storage.Evaluators;
using LlmObs.Storage.Writing;

namespace LlmObs.Quality.Evaluation;

/// <summary>Judges some spans with one evaluator, several at a time, and keeps what it says as scores.</summary>
public sealed class Judging(SubjectReader subjects, IEnumerable<IEvaluator> evaluators, ScoreWriter scores, TimeProvider time)
{
    // The sandbox's database and the judge's endpoint have limits of their own.
    private const int AtOnce = 4;

    private readonly Dictionary<EvaluatorKind, IEvaluator> byKind = evaluators.ToDictionary(evaluator => evaluator.Kind);

    /// <summary>Judges the spans that still exist; their scores are durable when this returns, unless it is a dry run.</summary>
    /// <remarks>When nothing more can be judged, what was judged before is kept, and the exception says why it ended.</remarks>
    public async Task<IReadOnlyList<JudgedSubject>> JudgeAsync(
        Evaluator evaluator,
        IReadOnlyCollection<SpanRef> spans,
        bool isDryRun,
        CancellationToken cancellationToken
    )
    {
        var found = await subjects.ReadAsync(evaluator.Project, spans, cancellationToken);
        var judged = new ConcurrentDictionary<int, JudgedSubject>();
        Exception? outage = null;
        try
        {
            await Parallel.ForEachAsync(
                Enumerable.Range(0, found.Count),
                new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken },
                // Not with the loop's own token: what one cannot have, a budget for example, must not break off calls of others that are paid for.
                async (index, _) => judged[index] = await JudgeAsync(evaluator, found[index], cancellationToken)
            );
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            outage = exception;
        }

        var results = judged.OrderBy(pair => pair.Key).Select(pair => pair.Value).ToList();
        if (!isDryRun)
        {
            await KeepAsync(evaluator, results, cancellationToken);
        }

        return outage is null ? results : throw outage;
    }

    private async Task<JudgedSubject> JudgeAsync(Evaluator evaluator, Subject subject, CancellationToken cancellationToken)
    {
        try
        {
            var verdict = await byKind[evaluator.Definition.Kind].JudgeAsync(evaluator, subject, cancellationToken);
            return new(subject, verdict.Findings, verdict.Skipped, null);
        }
        catch (EvaluationFailedException exception)
        {
            return new(subject, [], null, exception.Message);
        }
    }

    private Task KeepAsync(Evaluator evaluator, IEnumerable<JudgedSubject> judged, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        IReadOnlyCollection<Score> all =
        [
            .. from one in judged
            from finding in one.Findings
            let score = finding.ToScore(evaluator.Name, evaluator.Version, one.Subject.Span.TraceId, one.Subject.Span.SpanId, now)
            where ScoreRules.Fault(score) is null
            select score,
        ];
        return scores.WriteJudgementsAsync(evaluator.Project, all, cancellationToken);
    }
}

/// <param name="Skipped">Why there was nothing to say.</param>
/// <param name="Error">Why it could not be judged.</param>
public sealed record JudgedSubject(Subject Subject, IReadOnlyList<Finding> Findings, string? Skipped, string? Error);
