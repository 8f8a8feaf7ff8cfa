using Dapper;
using LlmObs.Domain.Cases;
using LlmObs.Storage.Rows;
using LlmObs.Storage.Sampling;
using Npgsql;

namespace LlmObs.Storage.Cases;

/// <summary>A case as it is opened.</summary>
/// <param name="OpenedFrom">One of <see cref="Case.Origins"/>.</param>
/// <param name="Cause">Known already; the case is located then.</param>
public sealed record NewCase(string Title, string OpenedFrom, string? Owner, string? Fingerprint, CaseCause? Cause, IReadOnlyList<CaseTrace> Traces)
{
    /// <summary>The score that made somebody look; null when none did.</summary>
    public string? ScoreId { get; init; }
}

/// <summary>A trace a case was seen in. Title and id stay when the trace is no longer kept.</summary>
public sealed record CaseTrace(string TraceId, string Title);

/// <summary>Opens cases and moves them on. Each change writes a line of history in the same transaction; a change that its state does not allow changes nothing.</summary>
public sealed class CaseBook(Database database, TraceSampling sampling, TimeProvider time)
{
    private const string Insert = """
        INSERT INTO cases (project_id, state, opened_at, title, fingerprint, opened_from, opened_by, owner, cause_category, cause_trace_id, cause_span_id, cause_note, score_id)
        VALUES (@projectId, @state, @at, @title, @fingerprint, @openedFrom, @by, @owner, @category, @traceId, @spanId, @note, @scoreId)
        RETURNING id
        """;

    private const string InsertTraces = """
        INSERT INTO case_traces (case_id, added_at, trace_id, title)
        SELECT c.id, @at, t.trace_id, t.title
        FROM cases AS c CROSS JOIN unnest(@traceIds, @titles) AS t (trace_id, title)
        WHERE c.id = @id AND c.project_id = @projectId
        ON CONFLICT (case_id, trace_id) DO NOTHING
        """;

    private const string InsertEvent = "INSERT INTO case_events (case_id, at, by, kind, detail) VALUES (@id, @at, @by, @kind, @detail)";

    private const string SetCause = """
        UPDATE cases
        SET state = @state, cause_category = @category, cause_trace_id = @traceId, cause_span_id = @spanId, cause_note = @note, cause_confirmed = NULL
        WHERE id = @id AND project_id = @projectId AND state = @from
        """;

    private const string SetFixed = """
        UPDATE cases SET state = 2, fixed_in = @release WHERE id = @id AND project_id = @projectId AND state = 1
        """;

    private const string SetVerified = """
        UPDATE cases SET state = 3, cause_confirmed = @confirmed WHERE id = @id AND project_id = @projectId AND state = 2
        """;

    private const string SetReopened = """
        UPDATE cases SET state = @state, cause_confirmed = @confirmed WHERE id = @id AND project_id = @projectId AND state = @from
        """;

    private const string SetOwner = """
        UPDATE cases SET owner = @owner WHERE id = @id AND project_id = @projectId AND owner IS DISTINCT FROM @owner
        """;

    /// <summary>Opens a case and returns its id. Its traces are kept by sampling from now on.</summary>
    public async Task<long> OpenAsync(int projectId, NewCase opened, string by, CancellationToken cancellationToken)
    {
        foreach (var trace in opened.Traces)
        {
            await sampling.KeepAsync(projectId, trace.TraceId, cancellationToken);
        }

        var at = time.GetUtcNow();
        return await InTransactionAsync(
            async connection =>
            {
                var id = await connection.ExecuteScalarAsync<long>(
                    new CommandDefinition(
                        Insert,
                        new
                        {
                            projectId,
                            state = (short)(opened.Cause is null ? CaseState.New : CaseState.Located),
                            at,
                            title = StorableText.Clean(opened.Title),
                            fingerprint = StorableText.Clean(opened.Fingerprint),
                            openedFrom = opened.OpenedFrom,
                            by = StorableText.Clean(by),
                            owner = StorableText.Clean(opened.Owner),
                            category = opened.Cause?.Category,
                            traceId = StorableText.Id(opened.Cause?.TraceId),
                            spanId = StorableText.Id(opened.Cause?.SpanId),
                            note = StorableText.Clean(opened.Cause?.Note),
                            scoreId = StorableText.Clean(opened.ScoreId),
                        },
                        cancellationToken: cancellationToken
                    )
                );
                await InsertTracesAsync(connection, projectId, id, opened.Traces, at, cancellationToken);
                await NoteAsync(connection, id, at, by, "opened", opened.OpenedFrom, cancellationToken);
                if (opened.Cause is { } cause)
                {
                    await NoteAsync(connection, id, at, by, "located", cause.Category, cancellationToken);
                }

                return id;
            },
            cancellationToken
        );
    }

    /// <summary>Says what the cause is, or says it anew. A new case is located with it.</summary>
    /// <returns>False when the case is not, or no longer, in state <paramref name="from"/>.</returns>
    public Task<bool> LocateAsync(int projectId, long id, CaseState from, CaseCause cause, string by, CancellationToken cancellationToken) =>
        ChangeAsync(
            id,
            SetCause,
            new
            {
                id,
                projectId,
                from = (short)from,
                state = (short)(from == CaseState.New ? CaseState.Located : from),
                category = cause.Category,
                traceId = StorableText.Id(cause.TraceId),
                spanId = StorableText.Id(cause.SpanId),
                note = StorableText.Clean(cause.Note),
            },
            by,
            [(from == CaseState.New ? "located" : "cause", cause.Category)],
            cancellationToken
        );

    /// <summary>Says which release mends it.</summary>
    /// <returns>False when the case is not located.</returns>
    public Task<bool> FixAsync(int projectId, long id, string release, string by, CancellationToken cancellationToken) =>
        ChangeAsync(
            id,
            SetFixed,
            new
            {
                id,
                projectId,
                release = StorableText.Clean(release),
            },
            by,
            [("fixed", release)],
            cancellationToken
        );

    /// <summary>Says that the fix works, and whether the cause that was named was the one.</summary>
    /// <returns>False when the case is not fixed.</returns>
    public Task<bool> VerifyAsync(int projectId, long id, bool isCauseRight, string by, CancellationToken cancellationToken) =>
        ChangeAsync(
            id,
            SetVerified,
            new
            {
                id,
                projectId,
                confirmed = isCauseRight,
            },
            by,
            [("verified", null), (isCauseRight ? "confirmed" : "refuted", null)],
            cancellationToken
        );

    /// <summary>Takes a fix back: to located, or to new when the cause was wrong.</summary>
    /// <returns>False when the case is not, or no longer, in state <paramref name="from"/>, or cannot go back from there.</returns>
    public async Task<bool> ReopenAsync(int projectId, long id, CaseState from, bool isCauseRight, string by, CancellationToken cancellationToken)
    {
        var to = isCauseRight ? CaseState.Located : CaseState.New;
        return from.MayBecome(to)
            && await ChangeAsync(
                id,
                SetReopened,
                new
                {
                    id,
                    projectId,
                    from = (short)from,
                    state = (short)to,
                    confirmed = isCauseRight ? null : (bool?)false,
                },
                by,
                isCauseRight ? [("reopened", null)] : [("reopened", null), ("refuted", null)],
                cancellationToken
            );
    }

    /// <returns>False when nothing changed.</returns>
    public Task<bool> OwnAsync(int projectId, long id, string? owner, string by, CancellationToken cancellationToken) =>
        ChangeAsync(
            id,
            SetOwner,
            new
            {
                id,
                projectId,
                owner = StorableText.Clean(owner),
            },
            by,
            [("owner", owner)],
            cancellationToken
        );

    /// <summary>Adds traces the case was seen in too. Returns how many were new.</summary>
    public async Task<int> AddTracesAsync(int projectId, long id, IReadOnlyList<CaseTrace> traces, string by, CancellationToken cancellationToken)
    {
        foreach (var trace in traces)
        {
            await sampling.KeepAsync(projectId, trace.TraceId, cancellationToken);
        }

        var at = time.GetUtcNow();
        return await InTransactionAsync(
            async connection =>
            {
                var added = await InsertTracesAsync(connection, projectId, id, traces, at, cancellationToken);
                if (added > 0)
                {
                    await NoteAsync(
                        connection,
                        id,
                        at,
                        by,
                        "traces",
                        added.ToString(System.Globalization.CultureInfo.InvariantCulture),
                        cancellationToken
                    );
                }

                return added;
            },
            cancellationToken
        );
    }

    /// <summary>Adds a remark to the history.</summary>
    /// <returns>False when there is no such case.</returns>
    public Task<bool> RemarkAsync(int projectId, long id, string note, string by, CancellationToken cancellationToken) =>
        ChangeAsync(
            id,
            "UPDATE cases SET state = state WHERE id = @id AND project_id = @projectId",
            new { id, projectId },
            by,
            [("note", note)],
            cancellationToken
        );

    private Task<bool> ChangeAsync(
        long id,
        string sql,
        object parameters,
        string by,
        IReadOnlyList<(string Kind, string? Detail)> events,
        CancellationToken cancellationToken
    ) =>
        InTransactionAsync(
            async connection =>
            {
                if (await connection.ExecuteAsync(new CommandDefinition(sql, parameters, cancellationToken: cancellationToken)) == 0)
                {
                    return false;
                }

                var at = time.GetUtcNow();
                foreach (var (kind, detail) in events)
                {
                    await NoteAsync(connection, id, at, by, kind, detail, cancellationToken);
                }

                return true;
            },
            cancellationToken
        );

    private static Task<int> InsertTracesAsync(
        NpgsqlConnection connection,
        int projectId,
        long id,
        IReadOnlyList<CaseTrace> traces,
        DateTimeOffset at,
        CancellationToken cancellationToken
    ) =>
        connection.ExecuteAsync(
            new CommandDefinition(
                InsertTraces,
                new
                {
                    id,
                    projectId,
                    at,
                    traceIds = traces.Select(trace => StorableText.Id(trace.TraceId)).ToArray(),
                    titles = traces.Select(trace => StorableText.Clean(trace.Title)).ToArray(),
                },
                cancellationToken: cancellationToken
            )
        );

    private static Task<int> NoteAsync(
        NpgsqlConnection connection,
        long id,
        DateTimeOffset at,
        string by,
        string kind,
        string? detail,
        CancellationToken cancellationToken
    ) =>
        connection.ExecuteAsync(
            new CommandDefinition(
                InsertEvent,
                new
                {
                    id,
                    at,
                    by = StorableText.Clean(by),
                    kind,
                    detail = StorableText.Clean(detail),
                },
                cancellationToken: cancellationToken
            )
        );

    private Task<T> InTransactionAsync<T>(Func<NpgsqlConnection, Task<T>> work, CancellationToken cancellationToken) =>
        database.RunAsync(
            async connection =>
            {
                await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
                var result = await work(connection);
                await transaction.CommitAsync(cancellationToken);
                return result;
            },
            cancellationToken
        );
}
