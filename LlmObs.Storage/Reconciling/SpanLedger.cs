using LlmObs.Domain.Spans;
using LlmObs.Storage.Rows;

namespace LlmObs.Storage.Reconciling;

/// <summary>What came out of comparing the record with SLS, minute by minute, and how far the comparison has come.</summary>
public sealed class SpanLedger(Database database)
{
    private const int KeptDays = 8;

    private const string Claim = """
        UPDATE ledger_progress SET leased_until = now() + @lease
        WHERE leased_until IS NULL OR leased_until <= now()
        RETURNING next_minute AS "NextMinute", second_minute AS "SecondMinute", now() AS "BeganAt"
        """;

    private const string EntryColumns = """
        l.project_id AS "ProjectId", p.name AS "Project", l.minute AS "Minute", l.state AS "State", l.record_spans AS "RecordSpans",
        l.sls_spans AS "SlsSpans", l.missing_spans AS "MissingSpans", l.surplus_logs AS "SurplusLogs", l.repaired_spans AS "RepairedSpans",
        l.repairs AS "Repairs", l.removed_logs AS "RemovedLogs", l.removals AS "Removals", l.refusal AS "Refusal"
        """;

    // Those that were looked at long ago first, so that one that stays open does not keep others from their turn; those SLS refused come last.
    private const string Open = $"""
        SELECT {EntryColumns}
        FROM ledger_minutes AS l JOIN projects AS p ON p.id = l.project_id
        WHERE (l.state IN (1, 2) AND l.checked_at <= now() - @delay)
            OR (l.state = 3 AND l.refusal IS NOT NULL AND l.checked_at <= now() - @refusedFor)
        ORDER BY l.state = 3, l.checked_at
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
            sum(l.surplus_logs)::bigint AS "SurplusLogs", sum(l.removed_logs)::bigint AS "RemovedLogs", max(l.refusal) AS "Refusal"
        FROM ledger_minutes AS l JOIN projects AS p ON p.id = l.project_id
        WHERE l.minute >= now() - interval '24 hours'
        GROUP BY p.name
        ORDER BY p.name
        """;

    // What the shippers reopened since the turn began has been looked at too early.
    private const string Save = """
        INSERT INTO ledger_minutes AS l
            (project_id, minute, state, record_spans, sls_spans, missing_spans, surplus_logs, repaired_spans, repairs, removed_logs, removals, refusal)
        VALUES
            (@ProjectId, @Minute, @State, @RecordSpans, @SlsSpans, @MissingSpans, @SurplusLogs, @RepairedSpans, @Repairs, @RemovedLogs, @Removals, @Refusal)
        ON CONFLICT (project_id, minute) DO UPDATE
        SET state = excluded.state, record_spans = excluded.record_spans, sls_spans = excluded.sls_spans, missing_spans = excluded.missing_spans,
            surplus_logs = excluded.surplus_logs, repaired_spans = excluded.repaired_spans, repairs = excluded.repairs,
            removed_logs = excluded.removed_logs, removals = excluded.removals, refusal = excluded.refusal, checked_at = now()
        WHERE l.checked_at <= @beganAt
        """;

    // An attempt stands there from the beginning: something was sent for these spans before.
    private const string SendAgain = """
        INSERT INTO outbox (batch_id, project_id, attempts, span_count, days, trace_ids, span_ids)
        VALUES (@batchId, @projectId, 1, cardinality(@spanIds), @days, @traceIds, @spanIds)
        """;

    private const string Removed = """
        UPDATE ledger_minutes SET removed_logs = removed_logs + @logs, refusal = @refusal
        WHERE project_id = @ProjectId AND minute = @minute
        """;

    private const string Advance = """
        UPDATE ledger_progress
        SET next_minute = greatest(next_minute, @next), second_minute = greatest(second_minute, @second), leased_until = NULL
        """;

    private const string Forget = "DELETE FROM ledger_minutes WHERE minute < now() - @age";

    private const string Sum = """
        SELECT count(*) FILTER (WHERE state = 2) AS "Gaps", coalesce(sum(missing_spans) FILTER (WHERE state = 2), 0)::bigint AS "MissingSpans",
            count(*) FILTER (WHERE state = 1) AS "Waiting", (SELECT next_minute FROM ledger_progress) AS "NextMinute"
        FROM ledger_minutes
        WHERE state IN (1, 2)
        """;

    /// <summary>Takes the turn, until it is given back by <see cref="FinishAsync"/> or the lease runs out. Null when another has it.</summary>
    public async Task<LedgerTurn?> ClaimAsync(TimeSpan lease, CancellationToken cancellationToken) =>
        await database.QueryAsync<TurnRow>(Claim, new { lease }, cancellationToken) is [var row]
            ? new(new(row.NextMinute), new(row.SecondMinute), new(row.BeganAt))
            : null;

    /// <summary>
    /// Minutes that were not equal when last looked at, at least <paramref name="delay"/> ago, and those whose logs too many SLS would not
    /// delete, at least <paramref name="refusedFor"/> ago.
    /// </summary>
    public Task<IReadOnlyList<LedgerEntry>> OpenAsync(TimeSpan delay, TimeSpan refusedFor, int limit, CancellationToken cancellationToken) =>
        EntriesAsync(
            Open,
            new
            {
                delay,
                refusedFor,
                limit,
            },
            cancellationToken
        );

    /// <summary>What was found of the minutes since then, oldest first.</summary>
    /// <param name="project">A project's name; null for all.</param>
    public Task<IReadOnlyList<LedgerEntry>> SinceAsync(DateTimeOffset since, string? project, CancellationToken cancellationToken) =>
        EntriesAsync(Since, new { since = since.UtcDateTime, project }, cancellationToken);

    /// <summary>The last 24 hours of every project in which spans were received.</summary>
    public async Task<IReadOnlyList<LedgerDay>> LastDayAsync(CancellationToken cancellationToken) =>
        await database.QueryAsync<LedgerDay>(LastDay, null, cancellationToken);

    /// <summary>Writes down what was found; what SLS lacks goes into the outbox in the same transaction.</summary>
    /// <param name="spansARow">Most spans of one outbox row.</param>
    public Task SaveAsync(
        LedgerTurn turn,
        LedgerEntry entry,
        IReadOnlyList<RecordedSpan> sendAgain,
        int spansARow,
        CancellationToken cancellationToken
    ) =>
        database.InTransactionAsync(
            async connection =>
            {
                await connection.ExecuteAsync(
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
                        entry.RemovedLogs,
                        entry.Removals,
                        entry.Refusal,
                        beganAt = turn.BeganAt.UtcDateTime,
                    },
                    cancellationToken
                );
                foreach (var spans in sendAgain.Chunk(spansARow))
                {
                    await connection.ExecuteAsync(
                        SendAgain,
                        new
                        {
                            batchId = Guid.CreateVersion7(),
                            projectId = entry.ProjectId,
                            days = spans.Select(span => span.Day).ToArray(),
                            traceIds = spans.Select(span => span.TraceId).ToArray(),
                            spanIds = spans.Select(span => span.SpanId).ToArray(),
                        },
                        cancellationToken
                    );
                }

                return true;
            },
            cancellationToken
        );

    /// <summary>Adds what was deleted of a minute, or why it was not. How the minute stands is for the next look to say.</summary>
    public Task RemovedAsync(LedgerEntry entry, long logs, string? refusal, CancellationToken cancellationToken) =>
        database.ExecuteAsync(
            Removed,
            new
            {
                entry.ProjectId,
                minute = entry.Minute.UtcDateTime,
                logs,
                refusal = refusal is null ? null : StorableText.Clean(refusal),
            },
            cancellationToken
        );

    /// <summary>Gives the turn back.</summary>
    /// <param name="next">All minutes before are compared.</param>
    /// <param name="second">All minutes before are compared twice.</param>
    public async Task FinishAsync(DateTimeOffset next, DateTimeOffset second, CancellationToken cancellationToken)
    {
        await database.ExecuteAsync(Forget, new { age = TimeSpan.FromDays(KeptDays) }, cancellationToken);
        await database.ExecuteAsync(Advance, new { next = next.UtcDateTime, second = second.UtcDateTime }, cancellationToken);
    }

    public async Task<LedgerStatus> StatusAsync(CancellationToken cancellationToken)
    {
        var row = (await database.QueryAsync<StatusRow>(Sum, null, cancellationToken))[0];
        return new(row.Gaps, row.MissingSpans, row.Waiting, new(row.NextMinute));
    }

    private async Task<IReadOnlyList<LedgerEntry>> EntriesAsync(string sql, object parameters, CancellationToken cancellationToken) =>
        (await database.QueryAsync<EntryRow>(sql, parameters, cancellationToken)).ConvertAll(row => row.ToEntry());

    private sealed record TurnRow(DateTime NextMinute, DateTime SecondMinute, DateTime BeganAt);

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
        int Repairs,
        long RemovedLogs,
        int Removals,
        string? Refusal
    )
    {
        public LedgerEntry ToEntry() =>
            new(
                ProjectId,
                Project,
                new(Minute),
                (LedgerState)State,
                RecordSpans,
                SlsSpans,
                MissingSpans,
                SurplusLogs,
                RepairedSpans,
                Repairs,
                RemovedLogs,
                Removals,
                Refusal
            );
    }
}
