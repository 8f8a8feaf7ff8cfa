using LlmObs.Storage.Evaluators;
using LlmObs.Storage.Rows;

namespace LlmObs.Storage.Jobs;

/// <summary>Gives jobs to processes that do them, turn by turn. A job is claimed for one turn with FOR UPDATE SKIP LOCKED under a lease: a killed process loses nothing but the turn.</summary>
public sealed class JobTurns(Database database)
{
    private const int LongestError = 1000;

    // Somebody waits for a dry run; the others take turns.
    private const string Claim = $"""
        WITH due AS (
            SELECT id
            FROM quality_jobs
            WHERE state = 0 AND due_at <= now() AND (leased_until IS NULL OR leased_until <= now())
            ORDER BY (kind = 2) DESC, due_at
            LIMIT 1
            FOR UPDATE SKIP LOCKED
        )
        UPDATE quality_jobs AS j
        SET leased_until = now() + @lease, lease = @token, attempts = j.attempts + 1, started_at = coalesce(j.started_at, now())
        FROM due
        WHERE j.id = due.id
        RETURNING {JobRow.Columns}
        """;

    private const string Renew = """
        UPDATE quality_jobs SET leased_until = now() + @lease WHERE id = @id AND lease = @token AND state = 0
        """;

    private const string Finish = """
        UPDATE quality_jobs
        SET state = CASE WHEN @isFinished THEN 1 ELSE state END, finished_at = CASE WHEN @isFinished THEN now() END,
            position = @position, due_at = now() + @wait, leased_until = NULL, lease = NULL, attempts = 0,
            judged = judged + @judged, skipped = skipped + @skipped, failed = failed + @failed, last_error = coalesce(@error, last_error),
            result = coalesce(@result, result)
        WHERE id = @id AND lease = @token AND state = 0
        """;

    private const string Fail = """
        UPDATE quality_jobs
        SET state = CASE WHEN @wait::interval IS NULL THEN 2 ELSE state END, finished_at = CASE WHEN @wait::interval IS NULL THEN now() END,
            due_at = now() + coalesce(@wait, interval '0'), leased_until = NULL, lease = NULL, last_error = @error
        WHERE id = @id AND lease = @token AND state = 0
        """;

    // Waiting is no failure: attempts stand at one, so that the page shows it waits.
    private const string Pause = """
        UPDATE quality_jobs
        SET due_at = now() + @wait, leased_until = NULL, lease = NULL, attempts = 1, last_error = @error
        WHERE id = @id AND lease = @token AND state = 0
        """;

    private const string Release = """
        UPDATE quality_jobs SET leased_until = NULL, lease = NULL, attempts = attempts - 1 WHERE id = @id AND lease = @token AND state = 0
        """;

    private const string Forget = "DELETE FROM quality_jobs WHERE state <> 0 AND finished_at < now() - @age";

    /// <summary>The next job that is due, for this process alone until the lease ends; null when none is.</summary>
    public async Task<ClaimedJob?> ClaimAsync(TimeSpan lease, CancellationToken cancellationToken)
    {
        var token = Guid.NewGuid();
        return await database.QueryAsync<JobRow>(Claim, new { lease, token }, cancellationToken) is [var row] ? new(row.ToJob(), token) : null;
    }

    /// <returns>False when the job was cancelled or is another's by now: the turn must end, and write nothing.</returns>
    public Task<bool> RenewAsync(ClaimedJob claimed, TimeSpan lease, CancellationToken cancellationToken) =>
        ChangeAsync(
            Renew,
            new
            {
                id = claimed.Job.Id,
                token = claimed.Lease,
                lease,
            },
            cancellationToken
        );

    /// <summary>Notes what a turn did and gives the job back.</summary>
    /// <returns>False when it was cancelled or is another's by now.</returns>
    public Task<bool> FinishTurnAsync(ClaimedJob claimed, JobTurn turn, CancellationToken cancellationToken) =>
        ChangeAsync(
            Finish,
            new
            {
                id = claimed.Job.Id,
                token = claimed.Lease,
                position = StorableText.Clean(turn.Position),
                isFinished = turn.IsFinished,
                wait = turn.Wait,
                judged = turn.Judged,
                skipped = turn.Skipped,
                failed = turn.Failed,
                error = Short(turn.Error),
                result = turn.DryRun is null ? null : StorableText.Clean(EvaluatorCodec.Encode(turn.DryRun)),
            },
            cancellationToken
        );

    /// <summary>Notes that a turn failed.</summary>
    /// <param name="wait">Until it is tried again; null gives the job up.</param>
    public Task<bool> FailTurnAsync(ClaimedJob claimed, string error, TimeSpan? wait, CancellationToken cancellationToken) =>
        StopAsync(Fail, claimed, error, wait, cancellationToken);

    /// <summary>Gives a job back that can do nothing for that long, through no fault of its own.</summary>
    public Task<bool> PauseTurnAsync(ClaimedJob claimed, string reason, TimeSpan wait, CancellationToken cancellationToken) =>
        StopAsync(Pause, claimed, reason, wait, cancellationToken);

    /// <summary>Gives a job back untouched: another process may have it at once.</summary>
    public Task<bool> ReleaseAsync(ClaimedJob claimed, CancellationToken cancellationToken) =>
        ChangeAsync(Release, new { id = claimed.Job.Id, token = claimed.Lease }, cancellationToken);

    /// <summary>Removes jobs that ended longer ago than that.</summary>
    public Task ForgetAsync(TimeSpan age, CancellationToken cancellationToken) => database.ExecuteAsync(Forget, new { age }, cancellationToken);

    private Task<bool> StopAsync(string sql, ClaimedJob claimed, string error, TimeSpan? wait, CancellationToken cancellationToken) =>
        ChangeAsync(
            sql,
            new
            {
                id = claimed.Job.Id,
                token = claimed.Lease,
                error = Short(error),
                wait,
            },
            cancellationToken
        );

    private async Task<bool> ChangeAsync(string sql, object parameters, CancellationToken cancellationToken) =>
        await database.ExecuteAsync(sql, parameters, cancellationToken) > 0;

    private static string? Short(string? error) => StorableText.Clean(error is { Length: > LongestError } ? error[..LongestError] : error);
}
