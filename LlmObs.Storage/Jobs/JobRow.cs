namespace LlmObs.Storage.Jobs;

/// <summary>A row of <c>quality_jobs AS j</c>.</summary>
internal sealed record JobRow
{
    /// <summary>What is selected to read one.</summary>
    public const string Columns = """
        j.id AS "Id", j.project_id AS "ProjectId", j.evaluator_id AS "EvaluatorId", j.version AS "Version", j.kind AS "Kind", j.state AS "State",
        j.attempts AS "Attempts", j.created_at AS "CreatedAt", j.due_at AS "DueAt", j.leased_until AS "LeasedUntil", j.finished_at AS "FinishedAt",
        j.window_from AS "From", j.window_to AS "To", j.judged AS "Judged", j.skipped AS "Skipped", j.failed AS "Failed", j.created_by AS "CreatedBy",
        j.position AS "Position", j.last_error AS "LastError", j.case_id AS "CaseId", coalesce(j.trace_ids, '{}') AS "TraceIds"
        """;

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
