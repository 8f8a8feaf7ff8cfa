using LlmObs.Domain.Spans;
using LlmObs.Quality.Evaluation;
using LlmObs.Storage.Evaluators;
using LlmObs.Storage.Prices;

namespace LlmObs.Quality.Judges;

/// <summary>What judges may use in a day of UTC: calls, and money by the price of their model.</summary>
public sealed class JudgeBudget(JudgeLedger ledger, PriceBook prices, TimeProvider time)
{
    /// <summary>Takes one call out of today's budget.</summary>
    /// <exception cref="EvaluationPausedException">It is used up, or cannot be told because the model has no price.</exception>
    public async Task TakeAsync(JudgeModelOptions model, CancellationToken cancellationToken)
    {
        if (model.CostPerDay is not null && await CostAsync(model, 0, 0, cancellationToken) is null)
        {
            throw new EvaluationPausedException(
                $"{model.Name} has a budget in money and no price: enter one on the page Prices, or take CostPerDay away.",
                TimeSpan.FromMinutes(1)
            );
        }

        if (!await ledger.TryTakeAsync(model.Name, model.CallsPerDay, model.CostPerDay, cancellationToken))
        {
            var now = time.GetUtcNow();
            var money = model.CostPerDay is { } limit ? FormattableString.Invariant($" or {limit} in money") : "";
            throw new EvaluationPausedException(
                $"The budget of {model.Name}, {model.CallsPerDay} calls{money} a day, is used up until midnight (UTC).",
                now.UtcDateTime.Date.AddDays(1) - now.UtcDateTime
            );
        }
    }

    /// <summary>Notes what a call used.</summary>
    public async Task NoteAsync(JudgeModelOptions model, long inputTokens, long outputTokens, CancellationToken cancellationToken)
    {
        var cost = await CostAsync(model, inputTokens, outputTokens, cancellationToken);
        await ledger.NoteUsageAsync(model.Name, inputTokens, outputTokens, (double?)cost?.Total, cost?.Currency, cancellationToken);
    }

    private async Task<Cost?> CostAsync(JudgeModelOptions model, long inputTokens, long outputTokens, CancellationToken cancellationToken) =>
        (await prices.TableAsync(cancellationToken)).Find(model.Name, null)?.Of(new TokenUsage(inputTokens, outputTokens));
}
