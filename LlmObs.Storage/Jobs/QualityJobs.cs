using LlmObs.Domain.Evaluators;
using LlmObs.Storage.Evaluators;
using LlmObs.Storage.Rows;

namespace LlmObs.Storage.Jobs;

/// <summary>Durable work of LlmObs.Quality as people ask for it and look at it; <see cref="JobTurns"/> gets it done.</summary>
public sealed class QualityJobs(Database database)
{
    private const string Add = """
        INSERT INTO quality_jobs (project_id, evaluator_id, version, kind, window_from, window_to, case_id, trace_ids, created_by)
        VALUES (@projectId, @evaluatorId, @version, @kind, @from, @to, @caseId, @traceIds, @by)
        RETURNING id
        """;

    private const string Cancel = """
        UPDATE quality_jobs SET state = 3, finished_at = now() WHERE id = @id AND project_id = @projectId AND state = 0 AND kind <> 0
        """;

    private const string Find = $"""SELECT {JobRow.Columns} FROM quality_jobs AS j WHERE j.id = @id AND j.project_id = @projectId""";

    private const string List = $"""
        SELECT {JobRow.Columns}
        FROM quality_jobs AS j
        WHERE j.project_id = @projectId AND (@evaluatorId::int IS NULL OR j.evaluator_id = @evaluatorId)
        ORDER BY j.id DESC
        LIMIT @limit
        """;

    private const string OfCase = $"""
        SELECT {JobRow.Columns} FROM quality_jobs AS j WHERE j.project_id = @projectId AND j.case_id = @caseId ORDER BY j.id DESC LIMIT @limit
        """;

    private const string Result = "SELECT result FROM quality_jobs WHERE id = @id AND project_id = @projectId";

    /// <summary>Asks for a run over the spans that began within [from, to). Returns the job's id.</summary>
    public Task<long> AddHistoryAsync(Evaluator evaluator, DateTimeOffset from, DateTimeOffset to, string by, CancellationToken cancellationToken) =>
        AddAsync(evaluator, JobKind.History, new() { From = from.UtcDateTime, To = to.UtcDateTime }, by, cancellationToken);

    /// <summary>Asks what the evaluator would say of recent spans. Returns the job's id.</summary>
    public Task<long> AddDryRunAsync(Evaluator evaluator, string by, CancellationToken cancellationToken) =>
        AddAsync(evaluator, JobKind.DryRun, new(), by, cancellationToken);

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
            new() { CaseId = caseId, TraceIds = [.. traceIds.Select(id => StorableText.Id(id)!)] },
            by,
            cancellationToken
        );

    /// <summary>Ends a job. A running turn notices within its lease and writes no more. What judges arrivals is switched off at its evaluator instead.</summary>
    /// <returns>False when there is none that can be ended.</returns>
    public async Task<bool> CancelAsync(int projectId, long id, CancellationToken cancellationToken) =>
        await database.ExecuteAsync(Cancel, new { id, projectId }, cancellationToken) > 0;

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
    public async Task<IReadOnlyList<DryRunSpan>?> DryRunAsync(int projectId, long id, CancellationToken cancellationToken) =>
        await database.QueryAsync<string?>(Result, new { id, projectId }, cancellationToken) is [{ } json]
            ? EvaluatorCodec.Decode<IReadOnlyList<DryRunSpan>>(json)
            : null;

    private async Task<long> AddAsync(Evaluator evaluator, JobKind kind, JobSubject subject, string by, CancellationToken cancellationToken)
    {
        var parameters = new
        {
            projectId = evaluator.Project.Id,
            evaluatorId = evaluator.Id,
            version = evaluator.Version,
            kind = (short)kind,
            from = subject.From,
            to = subject.To,
            caseId = subject.CaseId,
            traceIds = subject.TraceIds,
            by = StorableText.Clean(by),
        };
        return (await database.QueryAsync<long>(Add, parameters, cancellationToken))[0];
    }

    private async Task<IReadOnlyList<QualityJob>> QueryAsync(string sql, object parameters, CancellationToken cancellationToken) =>
        [.. (await database.QueryAsync<JobRow>(sql, parameters, cancellationToken)).Select(row => row.ToJob())];

    /// <summary>What a job judges.</summary>
    private sealed record JobSubject
    {
        public DateTime? From { get; init; }
        public DateTime? To { get; init; }
        public long? CaseId { get; init; }
        public string[]? TraceIds { get; init; }
    }
}
