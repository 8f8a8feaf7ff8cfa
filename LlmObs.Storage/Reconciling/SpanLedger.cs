using Dapper;
using LlmObs.Domain.Spans;

namespace LlmObs.Storage.Reconciling;

/// <summary>The record's side of the ledger, and what came out of comparing it with SLS.</summary>
public sealed class SpanLedger(Database database)
{
    private const int KeptDays = 8;

    private const string Claim = """
        UPDATE ledger_progress SET leased_until = now() + @lease
        WHERE leased_until IS NULL OR leased_until <= now()
        RETURNING next_minute AS "NextMinute", now() AS "BeganAt"
        """;

    private const string Count = $"""
        SELECT s.project_id AS "ProjectId", p.name AS "Project", date_trunc('minute', s.received_at) AS "Minute", count(*) AS "Spans",
            sum({SpanHash.Sql})::bigint AS "Hash"
        FROM spans AS s
        JOIN projects AS p ON p.id = s.project_id
        WHERE s.received_at >= @from AND s.received_at < @to
        GROUP BY 1, 2, 3
        """;

    private const string EntryColumns = """
        l.project_id AS "ProjectId", p.name AS "Project", l.minute AS "Minute", l.state AS "State", l.record_spans AS "RecordSpans",
        l.sls_spans AS "SlsSpans", l.missing_spans AS "MissingSpans", l.surplus_logs AS "SurplusLogs", l.repaired_spans AS "RepairedSpans", l.repairs AS "Repairs"
        """;

    // Those that were looked at long ago first, so that one that stays open does not keep others from their turn.
    private const string Open = $"""
        SELECT {EntryColumns}
        FROM ledger_minutes AS l JOIN projects AS p ON p.id = l.project_id
        WHERE l.state IN (1, 2) AND l.checked_at <= now() - @delay
        ORDER BY l.checked_at
        LIMIT @limit
        """;

    private const string Since = $"""
        SELECT {EntryColumns}
        FROM ledger_minutes AS l JOIN projects AS p ON p.id = l.project_id
        WHERE l.minute >= @since AND (@project::text IS NULL OR p.name = @project)
        ORDER BY l.minute, l.project_id
        """;

    private const string LastDay = """
        SELECT p.name AS "Project", count(*) AS "Minutes", sum(l.record_spans)::bigint AS "RecordSpans",
            sum(l.missing_spans)::bigint AS "MissingSpans", count(*) FILTER (WHERE l.state = 1) AS "Waiting",
            count(*) FILTER (WHERE l.state = 2) AS "Gaps", sum(l.repaired_spans)::bigint AS "RepairedSpans",
            sum(l.surplus_logs)::bigint AS "SurplusLogs"
        FROM ledger_minutes AS l JOIN projects AS p ON p.id = l.project_id
        WHERE l.minute >= now() - interval '24 hours'
        GROUP BY p.name
        ORDER BY p.name
        """;

    private const string Waiting = """
        SELECT DISTINCT project_id AS "ProjectId", date_trunc('minute', created_at) AS "Minute" FROM outbox WHERE parked_at IS NULL
        """;

    // A trace that sampling holds back is shipped or dropped when it is quiet.
    private const string Spans = """
        SELECT s.trace_id AS "TraceId", s.span_id AS "SpanId", s.day AS "Day", s.version AS "Version",
            q.is_parked IS NOT NULL OR h.trace_id IS NOT NULL AS "IsQueued", coalesce(q.is_parked, false) AS "IsParked"
        FROM spans AS s
        LEFT JOIN (
            SELECT t.trace_id, t.span_id, bool_and(o.parked_at IS NOT NULL) AS is_parked
            FROM outbox AS o, unnest(o.trace_ids, o.span_ids) AS t (trace_id, span_id)
            WHERE o.project_id = @projectId
            GROUP BY 1, 2
        ) AS q ON q.trace_id = s.trace_id AND q.span_id = s.span_id
        LEFT JOIN held_traces AS h ON h.project_id = s.project_id AND h.trace_id = s.trace_id AND h.decided_at IS NULL
        WHERE s.project_id = @projectId AND s.received_at >= @minute AND s.received_at < @minute + interval '1 minute'
        """;

    private const string Known = """
        SELECT count(*)
        FROM unnest(@traceIds, @spanIds) AS t (trace_id, span_id)
        WHERE EXISTS (SELECT FROM spans AS s WHERE s.project_id = @projectId AND s.trace_id = t.trace_id AND s.span_id = t.span_id)
        """;

    // What the shippers reopened since the turn began has been looked at too early.
    private const string Save = """
        INSERT INTO ledger_minutes AS l (project_id, minute, state, record_spans, sls_spans, missing_spans, surplus_logs, repaired_spans, repairs)
        VALUES (@ProjectId, @Minute, @State, @RecordSpans, @SlsSpans, @MissingSpans, @SurplusLogs, @RepairedSpans, @Repairs)
        ON CONFLICT (project_id, minute) DO UPDATE
        SET state = excluded.state, record_spans = excluded.record_spans, sls_spans = excluded.sls_spans, missing_spans = excluded.missing_spans,
            surplus_logs = excluded.surplus_logs, repaired_spans = excluded.repaired_spans, repairs = excluded.repairs, checked_at = now()
        WHERE l.checked_at <= @beganAt
        """;

    // An attempt stands there from the beginning: something was sent for these spans before.
    private const string SendAgain = """
        INSERT INTO outbox (batch_id, project_id, attempts, span_count, days, trace_ids, span_ids)
        VALUES (@batchId, @projectId, 1, cardinality(@spanIds), @days, @traceIds, @spanIds)
        """;

    private const string Advance = """
        UPDATE ledger_progress SET next_minute = greatest(next_minute, @next), leased_until = NULL
        """;

    private const string Forget = "DELETE FROM ledger_minutes WHERE minute < now() - @age";

    private const string Sum = """
        SELECT count(*) FILTER (WHERE state = 2) AS "Gaps", coalesce(sum(missing_spans) FILTER (WHERE state = 2), 0)::bigint AS "MissingSpans",
            count(*) FILTER (WHERE state = 1) AS "Waiting", (SELECT next_minute FROM ledger_progress) AS "NextMinute"
        FROM ledger_minutes
        WHERE state IN (1, 2)
        """;

    /// <summary>Takes the turn, until it is given back by <see cref="FinishAsync"/> or the lease runs out. Null when another has it.</summary>
    public Task<LedgerTurn?> ClaimAsync(TimeSpan lease, CancellationToken cancellationToken) =>
        database.RunAsync(
            async connection =>
                await connection.QuerySingleOrDefaultAsync<TurnRow>(new CommandDefinition(Claim, new { lease }, cancellationToken: cancellationToken))
                    is { } row
                    ? new LedgerTurn(Utc(row.NextMinute), Utc(row.BeganAt))
                    : null,
            cancellationToken
        );

    /// <summary>Counts and hashes by project and minute, from the spans themselves.</summary>
    public Task<IReadOnlyList<RecordedMinute>> CountAsync(DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken) =>
        QueryAsync<CountRow, RecordedMinute>(
            Count,
            new { from = from.UtcDateTime, to = to.UtcDateTime },
            row => new(row.ProjectId, row.Project, Utc(row.Minute), row.Spans, row.Hash),
            cancellationToken
        );

    /// <summary>Minutes that were not equal when last looked at, at least <paramref name="delay"/> ago.</summary>
    public Task<IReadOnlyList<LedgerEntry>> OpenAsync(TimeSpan delay, int limit, CancellationToken cancellationToken) =>
        QueryAsync<EntryRow, LedgerEntry>(Open, new { delay, limit }, row => row.ToEntry(), cancellationToken);

    /// <summary>What was found of the minutes since then, oldest first.</summary>
    /// <param name="project">A project's name; null for all.</param>
    public Task<IReadOnlyList<LedgerEntry>> SinceAsync(DateTimeOffset since, string? project, CancellationToken cancellationToken) =>
        QueryAsync<EntryRow, LedgerEntry>(Since, new { since = since.UtcDateTime, project }, row => row.ToEntry(), cancellationToken);

    /// <summary>The last 24 hours of every project in which spans were received.</summary>
    public Task<IReadOnlyList<LedgerDay>> LastDayAsync(CancellationToken cancellationToken) =>
        QueryAsync<LedgerDay, LedgerDay>(LastDay, new { }, row => row, cancellationToken);

    /// <summary>The minutes whose outbox rows are not all shipped.</summary>
    public async Task<IReadOnlySet<(int ProjectId, DateTimeOffset Minute)>> WaitingAsync(CancellationToken cancellationToken) =>
        (
            await QueryAsync<WaitingRow, (int, DateTimeOffset)>(Waiting, new { }, row => (row.ProjectId, Utc(row.Minute)), cancellationToken)
        ).ToHashSet();

    /// <summary>The spans received in a minute, and whether they are on their way.</summary>
    public Task<IReadOnlyList<RecordedSpan>> SpansAsync(int projectId, DateTimeOffset minute, CancellationToken cancellationToken) =>
        QueryAsync<SpanOfMinute, RecordedSpan>(
            Spans,
            new { projectId, minute = minute.UtcDateTime },
            row => new(row.TraceId, row.SpanId, row.Day, row.Version, row.IsQueued, row.IsParked),
            cancellationToken
        );

    /// <summary>The ids of projects by name; names that are no project of ours are left out.</summary>
    public async Task<IReadOnlyDictionary<string, int>> ProjectsAsync(string[] names, CancellationToken cancellationToken) =>
        (
            await QueryAsync<ProjectRow, ProjectRow>(
                """SELECT id AS "Id", name AS "Name" FROM projects WHERE name = ANY (@names)""",
                new { names },
                row => row,
                cancellationToken
            )
        ).ToDictionary(row => row.Name, row => row.Id);

    /// <summary>How many of the spans the record has, in whatever minute: an update moves a span to the minute of its own receipt.</summary>
    public Task<long> KnownAsync(int projectId, IReadOnlyCollection<(string TraceId, string SpanId)> spans, CancellationToken cancellationToken) =>
        database.RunAsync(
            connection =>
                connection.ExecuteScalarAsync<long>(
                    new CommandDefinition(
                        Known,
                        new
                        {
                            projectId,
                            traceIds = spans.Select(span => span.TraceId).ToArray(),
                            spanIds = spans.Select(span => span.SpanId).ToArray(),
                        },
                        cancellationToken: cancellationToken
                    )
                ),
            cancellationToken
        );

    /// <summary>Writes down what was found; what SLS lacks goes into the outbox in the same transaction.</summary>
    public Task SaveAsync(
        LedgerTurn turn,
        LedgerEntry entry,
        IReadOnlyList<RecordedSpan> sendAgain,
        int spansARow,
        CancellationToken cancellationToken
    ) =>
        database.RunAsync(
            async connection =>
            {
                await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
                await connection.ExecuteAsync(
                    new CommandDefinition(
                        Save,
                        new
                        {
                            entry.ProjectId,
                            Minute = entry.Minute.UtcDateTime,
                            State = (short)entry.State,
                            entry.RecordSpans,
                            entry.SlsSpans,
                            entry.MissingSpans,
                            entry.SurplusLogs,
                            entry.RepairedSpans,
                            entry.Repairs,
                            beganAt = turn.BeganAt.UtcDateTime,
                        },
                        cancellationToken: cancellationToken
                    )
                );
                foreach (var spans in sendAgain.Chunk(spansARow))
                {
                    await connection.ExecuteAsync(
                        new CommandDefinition(
                            SendAgain,
                            new
                            {
                                batchId = Guid.CreateVersion7(),
                                projectId = entry.ProjectId,
                                days = spans.Select(span => span.Day).ToArray(),
                                traceIds = spans.Select(span => span.TraceId).ToArray(),
                                spanIds = spans.Select(span => span.SpanId).ToArray(),
                            },
                            cancellationToken: cancellationToken
                        )
                    );
                }

                await transaction.CommitAsync(cancellationToken);
                return true;
            },
            cancellationToken
        );

    /// <summary>Gives the turn back: all minutes before <paramref name="next"/> are compared.</summary>
    public Task FinishAsync(DateTimeOffset next, CancellationToken cancellationToken) =>
        database.RunAsync(
            async connection =>
            {
                await connection.ExecuteAsync(
                    new CommandDefinition(Forget, new { age = TimeSpan.FromDays(KeptDays) }, cancellationToken: cancellationToken)
                );
                return await connection.ExecuteAsync(
                    new CommandDefinition(Advance, new { next = next.UtcDateTime }, cancellationToken: cancellationToken)
                );
            },
            cancellationToken
        );

    public Task<LedgerStatus> StatusAsync(CancellationToken cancellationToken) =>
        database.RunAsync(
            async connection =>
            {
                var row = await connection.QuerySingleAsync<StatusRow>(new CommandDefinition(Sum, cancellationToken: cancellationToken));
                return new LedgerStatus(row.Gaps, row.MissingSpans, row.Waiting, Utc(row.NextMinute));
            },
            cancellationToken
        );

    private Task<IReadOnlyList<T>> QueryAsync<TRow, T>(string sql, object parameters, Func<TRow, T> read, CancellationToken cancellationToken) =>
        database.RunAsync<IReadOnlyList<T>>(
            async connection =>
                [.. (await connection.QueryAsync<TRow>(new CommandDefinition(sql, parameters, cancellationToken: cancellationToken))).Select(read)],
            cancellationToken
        );

    private static DateTimeOffset Utc(DateTime at) => new(DateTime.SpecifyKind(at, DateTimeKind.Utc));

    private sealed record TurnRow(DateTime NextMinute, DateTime BeganAt);

    private sealed record ProjectRow(int Id, string Name);

    private sealed record CountRow(int ProjectId, string Project, DateTime Minute, long Spans, long Hash);

    private sealed record WaitingRow(int ProjectId, DateTime Minute);

    private sealed record SpanOfMinute(string TraceId, string SpanId, DateOnly Day, int Version, bool IsQueued, bool IsParked);

    private sealed record StatusRow(long Gaps, long MissingSpans, long Waiting, DateTime NextMinute);

    private sealed record EntryRow(
        int ProjectId,
        string Project,
        DateTime Minute,
        short State,
        long RecordSpans,
        long SlsSpans,
        long MissingSpans,
        long SurplusLogs,
        long RepairedSpans,
        int Repairs
    )
    {
        public LedgerEntry ToEntry() =>
            new(ProjectId, Project, Utc(Minute), (LedgerState)State, RecordSpans, SlsSpans, MissingSpans, SurplusLogs, RepairedSpans, Repairs);
    }
}

/// <summary>One replica's turn.</summary>
/// <param name="NextMinute">The first minute that is not compared yet.</param>
/// <param name="BeganAt">By PostgreSQL's clock.</param>
public sealed record LedgerTurn(DateTimeOffset NextMinute, DateTimeOffset BeganAt);

/// <summary>What was found of a project's minutes, summed up.</summary>
/// <param name="Minutes">Those that were compared; in the others nothing was received.</param>
/// <param name="MissingSpans">Spans of the record that SLS did not have when last looked.</param>
/// <param name="Waiting">Minutes of which something is on its way.</param>
/// <param name="Gaps">Minutes of which SLS lacks spans that nothing brings.</param>
/// <param name="RepairedSpans">Sent again because they were missing.</param>
public sealed record LedgerDay(
    string Project,
    long Minutes,
    long RecordSpans,
    long MissingSpans,
    long Waiting,
    long Gaps,
    long RepairedSpans,
    long SurplusLogs
)
{
    /// <summary>Of the record's spans, the share that SLS has: 0 to 1.</summary>
    public double Coverage => RecordSpans == 0 ? 1 : 1 - (double)MissingSpans / RecordSpans;
}

/// <summary>What is open in the ledger.</summary>
/// <param name="Gaps">Minutes of a project in which SLS lacks spans.</param>
/// <param name="Waiting">Minutes of a project that have something on its way.</param>
/// <param name="NextMinute">All minutes before have been compared.</param>
public sealed record LedgerStatus(long Gaps, long MissingSpans, long Waiting, DateTimeOffset NextMinute);
