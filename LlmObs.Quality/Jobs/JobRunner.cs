using LlmObs.Domain.Evaluators.Sql;
using LlmObs.Quality.Evaluation;
using LlmObs.Sls;
using LlmObs.Storage;
using LlmObs.Storage.Jobs;
using LlmObs.TraceLog;
using Microsoft.Extensions.Options;

namespace LlmObs.Quality.Jobs;

/// <summary>Claims one job, gives it a turn, and notes how it went. Renews the lease meanwhile, and stops when the job is no longer its own.</summary>
public sealed partial class JobRunner(
    JobTurns turns,
    EvaluationTurn evaluation,
    JobPolicy policy,
    QualityMetrics metrics,
    IOptions<QualityOptions> options,
    TimeProvider time,
    ILogger<JobRunner> logger
)
{
    /// <returns>False when nothing was due.</returns>
    /// <exception cref="StorageUnavailableException">PostgreSQL is away: the lease ends by itself, and the turn is done again.</exception>
    public async Task<bool> RunOneAsync(CancellationToken cancellationToken)
    {
        var lease = TimeSpan.FromSeconds(options.Value.LeaseSeconds);
        if (await turns.ClaimAsync(lease, cancellationToken) is not { } claimed)
        {
            return false;
        }

        using var turnEnd = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var renewEnd = new CancellationTokenSource();
        var renewing = RenewAsync(claimed, lease, turnEnd, renewEnd.Token);
        try
        {
            var turn = await evaluation.RunAsync(claimed.Job, turnEnd.Token);
            await turns.FinishTurnAsync(claimed, turn, cancellationToken);
            metrics.Judged(claimed.Job.Kind, turn);
        }
        catch (OperationCanceledException) when (turnEnd.IsCancellationRequested)
        {
            // Cancelled by a person, or this process ends: then another may go on at once.
            await turns.ReleaseAsync(claimed, CancellationToken.None);
        }
        catch (EvaluationPausedException pause)
        {
            await turns.PauseTurnAsync(claimed, pause.Message, pause.Wait, cancellationToken);
        }
        catch (QueryException exception)
        {
            // No retry makes a filter readable.
            await turns.FailTurnAsync(
                claimed,
                $"Filter, character {exception.Position + 1}: {exception.Message}",
                WaitForPerson(claimed.Job),
                cancellationToken
            );
        }
        catch (Exception exception) when (exception is not StorageUnavailableException)
        {
            await FailAsync(claimed, exception, cancellationToken);
        }
        finally
        {
            await renewEnd.CancelAsync();
            await renewing;
        }

        return true;
    }

    private async Task FailAsync(ClaimedJob claimed, Exception exception, CancellationToken cancellationToken)
    {
        var wait = policy.Retry(claimed.Job);
        metrics.Failed(claimed.Job.Kind);
        if (exception is SqlSandboxAwayException or SlsException or HttpRequestException)
        {
            Log.Away(logger, claimed.Job.Id, exception.Message);
        }
        else
        {
            Log.Failed(logger, exception, claimed.Job.Id);
        }

        await turns.FailTurnAsync(claimed, exception.Message, wait, cancellationToken);
    }

    // What judges arrivals waits for the next version of its evaluator; a run that was asked for ends here.
    private static TimeSpan? WaitForPerson(QualityJob job) => job.Kind == JobKind.Arrival ? TimeSpan.FromMinutes(1) : null;

    private async Task RenewAsync(ClaimedJob claimed, TimeSpan lease, CancellationTokenSource turnEnd, CancellationToken end)
    {
        while (true)
        {
            await Task.Delay(lease / 3, time, end).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (end.IsCancellationRequested)
            {
                return;
            }

            try
            {
                if (!await turns.RenewAsync(claimed, lease, end))
                {
                    await turnEnd.CancelAsync();
                    return;
                }
            }
            catch (Exception exception) when (exception is StorageUnavailableException or OperationCanceledException)
            {
                // The lease has two thirds left.
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Job {Job} cannot go on now: {Reason}")]
        public static partial void Away(ILogger logger, long job, string reason);

        [LoggerMessage(2, LogLevel.Error, "A turn of job {Job} failed.")]
        public static partial void Failed(ILogger logger, Exception exception, long job);
    }
}
