using LlmObs.Storage.Rows;

namespace LlmObs.Storage.Redaction;

/// <summary>How often a rule found something in a field, and where last.</summary>
public sealed record FindCount(int ProjectId, string Rule, bool IsDryRun, string Field, long Finds, string TraceId, string SpanId)
{
    public DateTimeOffset LastAt { get; init; }
}

/// <summary>Counts of redaction, added up over all replicas.</summary>
public sealed class RedactionFinds(Database database)
{
    private const string Upsert = """
        INSERT INTO redaction_finds AS f (project_id, rule, dry_run, field, finds, trace_id, span_id)
        VALUES (@ProjectId, @Rule, @IsDryRun, @Field, @Finds, @TraceId, @SpanId)
        ON CONFLICT (project_id, rule, dry_run, field) DO UPDATE
        SET finds = f.finds + excluded.finds, last_at = now(), trace_id = excluded.trace_id, span_id = excluded.span_id
        """;

    private const string Select = """
        SELECT project_id AS "ProjectId", rule AS "Rule", dry_run AS "IsDryRun", field AS "Field", finds AS "Finds",
            trace_id AS "TraceId", span_id AS "SpanId", last_at AS "LastAt"
        FROM redaction_finds
        WHERE project_id = @projectId
        ORDER BY dry_run, finds DESC, rule, field
        """;

    public Task AddAsync(IReadOnlyList<FindCount> counts, CancellationToken cancellationToken) =>
        database.InTransactionAsync(
            connection =>
            {
                // In one order everywhere, so that two replicas cannot wait for each other.
                var rows = counts
                    .OrderBy(count => (count.ProjectId, count.Rule, count.IsDryRun, count.Field))
                    .Select(count => count with { TraceId = StorableText.Id(count.TraceId), SpanId = StorableText.Id(count.SpanId) });
                return connection.ExecuteAsync(Upsert, rows, cancellationToken);
            },
            cancellationToken
        );

    public async Task<IReadOnlyList<FindCount>> OfAsync(int projectId, CancellationToken cancellationToken)
    {
        var rows = await database.QueryAsync<FindRow>(Select, new { projectId }, cancellationToken);
        return
        [
            .. rows.Select(row => new FindCount(row.ProjectId, row.Rule, row.IsDryRun, row.Field, row.Finds, row.TraceId, row.SpanId)
            {
                LastAt = new(row.LastAt),
            }),
        ];
    }

    private sealed record FindRow(
        int ProjectId,
        string Rule,
        bool IsDryRun,
        string Field,
        long Finds,
        string TraceId,
        string SpanId,
        DateTime LastAt
    );
}
