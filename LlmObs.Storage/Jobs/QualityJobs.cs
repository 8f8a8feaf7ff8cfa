using Dapper;
using LlmObs.Domain.Evaluators;
using LlmObs.Storage.Evaluators;
using LlmObs.Storage.Rows;

namespace LlmObs.Storage.Jobs;

/// <summary>Durable work of LlmObs.Quality. Jobs are claimed for one turn with FOR UPDATE SKIP LOCKED under a lease: a killed process loses nothing but the turn.</summary>
public sealed class QualityJobs(Database database)
{
    private const string Columns = """
        j.id AS "Id", j.project_id AS "ProjectId", j.evaluator_id AS "EvaluatorId", j.version AS "Version", j.kind AS "Kind", j.state AS "State",
        j.attempts AS "Attempts", j.created_at AS "CreatedAt", j.due_at AS "DueAt", j.leased_until AS "LeasedUntil", j.finished_at AS "FinishedAt",
        j.window_from AS "From", j.window_to AS "To", j.judged AS "Judged", j.skipped AS "Skipped", j.failed AS "Failed", j.created_by AS "CreatedBy",
        j.position AS "Position", j.last_error AS "LastError", j.case_id AS "CaseId", coalesce(j.trace_ids, '{}') AS "TraceIds"
        """;

    private const string Add = """
        INSERT INTO quality_jobs (project_id, evaluator_id, version, kind, window_from, window_to, case_id, trace_ids, created_by)
        VALUES (@projectId, @evaluatorId, @version, @kind, @from, @to, @caseId, @traceIds, @by)
        RETURNING id
        """;

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
        RETURNING {Columns}
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
        SET due_at = now() + @wait, leased_until = NULL, lease = NULL, attempts = 1, last_error = @reason
        WHERE id = @id AND lease = @token AND state = 0
        """;

    private const string Release = """
        UPDATE quality_jobs SET leased_until = NULL, lease = NULL, attempts = attempts - 1 WHERE id = @id AND lease = @token AND state = 0
        """;

    private const string Forget = "DELETE FROM quality_jobs WHERE state <> 0 AND finished_at < now() - @age";

    private const string Cancel = """
        UPDATE quality_jobs SET state = 3, finished_at = now() WHERE id = @id AND project_id = @projectId AND state = 0 AND kind <> 0
        """;

    private const string Find = $"""SELECT {Columns} FROM quality_jobs AS j WHERE j.id = @id AND j.project_id = @projectId""";

    private const string List = $"""
        SELECT {Columns}
        FROM quality_jobs AS j
        WHERE j.project_id = @projectId AND (@evaluatorId::int IS NULL OR j.evaluator_id = @evaluatorId)
        ORDER BY j.id DESC
        LIMIT @limit
        """;

    private const string OfCase = $"""
        SELECT {Columns} FROM quality_jobs AS j WHERE j.project_id = @projectId AND j.case_id = @caseId ORDER BY j.id DESC LIMIT @limit
        """;

    private const string Result = "SELECT result FROM quality_jobs WHERE id = @id AND project_id = @projectId";

    /// <summary>Asks for a run over the spans that began within [from, to). Returns the job's id.</summary>
    public Task<long> AddHistoryAsync(Evaluator evaluator, DateTimeOffset from, DateTimeOffset to, string by, CancellationToken cancellationToken) =>
        AddAsync(
            evaluator,
            JobKind.History,
            new
            {
                from = from.UtcDateTime,
                to = to.UtcDateTime,
                caseId = (long?)null,
                traceIds = (string[]?)null,
            },
            by,
            cancellationToken
        );

    /// <summary>Asks what the evaluator would say of recent spans. Returns the job's id.</summary>
    public Task<long> AddDryRunAsync(Evaluator evaluator, string by, CancellationToken cancellationToken) =>
        AddAsync(
            evaluator,
            JobKind.DryRun,
            new
            {
                from = (DateTime?)null,
                to = (DateTime?)null,
                caseId = (long?)null,
                traceIds = (string[]?)null,
            },
            by,
            cancellationToken
        );

    /// <summary>Asks for a run over these traces of a case. Returns the job's id.</summary>
    public Task<long> AddTracesAsync(
        Evaluator evaluator,
        long caseId,
        IReadOnlyCollection<string> traceIds,
        string by,
        CancellationToken cancellationToken
    ) =>
        AddAsync(
            evaluator,
            JobKind.Traces,
            new
            {
                from = (DateTime?)null,
                to = (DateTime?)null,
                caseId = (long?)caseId,
                traceIds = traceIds.Select(id => StorableText.Id(id)).ToArray(),
            },
            by,
            cancellationToken
        );

    /// <summary>The next job that is due, for this process alone until the lease ends; null when none is.</summary>
    public Task<ClaimedJob?> ClaimAsync(TimeSpan lease, CancellationToken cancellationToken) =>
        database.RunAsync(
            async connection =>
            {
                var token = Guid.NewGuid();
                var row = await connection.QuerySingleOrDefaultAsync<Row>(
                    new CommandDefinition(Claim, new { lease, token }, cancellationToken: cancellationToken)
                );
                return row is null ? null : new ClaimedJob(row.ToJob(), token);
            },
            cancellationToken
        );

    /// <returns>False when the job was cancelled or is another's by now: the turn must end, and write nothing.</returns>
    public Task<bool> RenewAsync(ClaimedJob claimed, TimeSpan lease, CancellationToken cancellationToken) =>
        ExecuteAsync(
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
        ExecuteAsync(
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
        ExecuteAsync(
            Fail,
            new
            {
                id = claimed.Job.Id,
                token = claimed.Lease,
                error = Short(error),
                wait,
            },
            cancellationToken
        );

    /// <summary>Gives a job back that can do nothing for that long, through no fault of its own.</summary>
    public Task<bool> PauseTurnAsync(ClaimedJob claimed, string reason, TimeSpan wait, CancellationToken cancellationToken) =>
        ExecuteAsync(
            Pause,
            new
            {
                id = claimed.Job.Id,
                token = claimed.Lease,
                reason = Short(reason),
                wait,
            },
            cancellationToken
        );

    /// <summary>Gives a job back untouched: another process may have it at once.</summary>
    public Task<bool> ReleaseAsync(ClaimedJob claimed, CancellationToken cancellationToken) =>
        ExecuteAsync(Release, new { id = claimed.Job.Id, token = claimed.Lease }, cancellationToken);

    /// <summary>Removes jobs that ended longer ago than that.</summary>
    public Task ForgetAsync(TimeSpan age, CancellationToken cancellationToken) => ExecuteAsync(Forget, new { age }, cancellationToken);

    /// <summary>Ends a job. A running turn notices within its lease and writes no more. What judges arrivals is switched off at its evaluator instead.</summary>
    public Task<bool> CancelAsync(int projectId, long id, CancellationToken cancellationToken) =>
        ExecuteAsync(Cancel, new { id, projectId }, cancellationToken);

    public async Task<QualityJob?> FindAsync(int projectId, long id, CancellationToken cancellationToken) =>
        await QueryAsync(Find, new { id, projectId }, cancellationToken) is [var job, ..] ? job : null;

    /// <summary>Jobs of a project, or of one of its evaluators, newest first.</summary>
    public Task<IReadOnlyList<QualityJob>> ListAsync(int projectId, int? evaluatorId, int limit, CancellationToken cancellationToken) =>
        QueryAsync(
            List,
            new
            {
                projectId,
                evaluatorId,
                limit,
            },
            cancellationToken
        );

    /// <summary>Runs over the traces of a case, newest first.</summary>
    public Task<IReadOnlyList<QualityJob>> OfCaseAsync(int projectId, long caseId, int limit, CancellationToken cancellationToken) =>
        QueryAsync(
            OfCase,
            new
            {
                projectId,
                caseId,
                limit,
            },
            cancellationToken
        );

    /// <summary>What a dry run found; null before it has ended.</summary>
    public Task<IReadOnlyList<DryRunSpan>?> DryRunAsync(int projectId, long id, CancellationToken cancellationToken) =>
        database.RunAsync(
            async connection =>
                await connection.QuerySingleOrDefaultAsync<string?>(
                    new CommandDefinition(Result, new { id, projectId }, cancellationToken: cancellationToken)
                )
                    is { } json
                    ? EvaluatorCodec.Decode<IReadOnlyList<DryRunSpan>>(json)
                    : null,
            cancellationToken
        );

    /// <param name="subject">What it judges: <c>from</c>, <c>to</c>, <c>caseId</c>, <c>traceIds</c>.</param>
    private Task<long> AddAsync(Evaluator evaluator, JobKind kind, object subject, string by, CancellationToken cancellationToken)
    {
        var parameters = new DynamicParameters(
            new
            {
                projectId = evaluator.Project.Id,
                evaluatorId = evaluator.Id,
                version = evaluator.Version,
                kind = (short)kind,
                by = StorableText.Clean(by),
            }
        );
        parameters.AddDynamicParams(subject);
        return database.RunAsync(
            connection => connection.QuerySingleAsync<long>(new CommandDefinition(Add, parameters, cancellationToken: cancellationToken)),
            cancellationToken
        );
    }

    private Task<bool> ExecuteAsync(string sql, object parameters, CancellationToken cancellationToken) =>
        database.RunAsync(
            async connection => await connection.ExecuteAsync(new CommandDefinition(sql, parameters, cancellationToken: cancellationToken)) > 0,
            cancellationToken
        );

    private Task<IReadOnlyList<QualityJob>> QueryAsync(string sql, object parameters, CancellationToken cancellationToken) =>
        database.RunAsync<IReadOnlyList<QualityJob>>(
            async connection =>
                [
                    .. (await connection.QueryAsync<Row>(new CommandDefinition(sql, parameters, cancellationToken: cancellationToken))).Select(row =>
                        row.ToJob()
                    ),
                ],
            cancellationToken
        );

    private static string? Short(string? error) => StorableText.Clean(error is { Length: > 1000 } ? error[..1000] : error);

    private sealed record Row
    {
        public long Id { get; init; }
        public int ProjectId { get; init; }
        public int EvaluatorId { get; init; }
        public int? Version { get; init; }
        public short Kind { get; init; }
        public short State { get; init; }
        public int Attempts { get; init; }
        public DateTime CreatedAt { get; init; }
        public DateTime DueAt { get; init; }
        public DateTime? LeasedUntil { get; init; }
        public DateTime? FinishedAt { get; init; }
        public DateTime? From { get; init; }
        public DateTime? To { get; init; }
        public long Judged { get; init; }
        public long Skipped { get; init; }
        public long Failed { get; init; }
        public string CreatedBy { get; init; } = "";
        public string? Position { get; init; }
        public string? LastError { get; init; }
        public long? CaseId { get; init; }
        public string[] TraceIds { get; init; } = [];

        public QualityJob ToJob() =>
            new(
                Id,
                ProjectId,
                EvaluatorId,
                Version,
                (JobKind)Kind,
                (JobState)State,
                Attempts,
                new(CreatedAt),
                new(DueAt),
                At(LeasedUntil),
                At(FinishedAt),
                At(From),
                At(To),
                Judged,
                Skipped,
                Failed,
                CreatedBy,
                Position,
                LastError
            )
            {
                CaseId = CaseId,
                TraceIds = TraceIds,
            };

        private static DateTimeOffset? At(DateTime? time) => time is { } known ? new DateTimeOffset(known) : null;
    }
}
