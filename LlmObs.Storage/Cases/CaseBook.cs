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

/// <summary>Opens cases, and writes down what is found to belong to them: traces, an owner, remarks. <see cref="CaseProgress"/> moves them on.</summary>
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

    private const string SetOwner = """
        UPDATE cases SET owner = @owner WHERE id = @id AND project_id = @projectId AND owner IS DISTINCT FROM @owner
        """;

    private readonly CaseHistory history = new(database, time);

    /// <summary>Opens a case and returns its id. Its traces are kept by sampling from now on.</summary>
    public async Task<long> OpenAsync(int projectId, NewCase opened, string by, CancellationToken cancellationToken)
    {
        foreach (var trace in opened.Traces)
        {
            await sampling.KeepAsync(projectId, trace.TraceId, cancellationToken);
        }

        var at = history.Now;
        return await database.InTransactionAsync(
            async connection =>
            {
                var id = await connection.QuerySingleAsync<long>(
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
                    cancellationToken
                );
                await InsertTracesAsync(connection, projectId, id, opened.Traces, at, cancellationToken);
                await CaseHistory.NoteAsync(connection, id, at, by, "opened", opened.OpenedFrom, cancellationToken);
                if (opened.Cause is { } cause)
                {
                    await CaseHistory.NoteAsync(connection, id, at, by, "located", cause.Category, cancellationToken);
                }

                return id;
            },
            cancellationToken
        );
    }

    /// <summary>Adds traces the case was seen in too. Returns how many were new.</summary>
    public async Task<int> AddTracesAsync(int projectId, long id, IReadOnlyList<CaseTrace> traces, string by, CancellationToken cancellationToken)
    {
        foreach (var trace in traces)
        {
            await sampling.KeepAsync(projectId, trace.TraceId, cancellationToken);
        }

        var at = history.Now;
        return await database.InTransactionAsync(
            async connection =>
            {
                var added = await InsertTracesAsync(connection, projectId, id, traces, at, cancellationToken);
                if (added > 0)
                {
                    await CaseHistory.NoteAsync(
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

    /// <returns>False when nothing changed.</returns>
    public Task<bool> OwnAsync(int projectId, long id, string? owner, string by, CancellationToken cancellationToken) =>
        history.ChangeAsync(
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

    /// <summary>Adds a remark to the history.</summary>
    /// <returns>False when there is no such case.</returns>
    public Task<bool> RemarkAsync(int projectId, long id, string note, string by, CancellationToken cancellationToken) =>
        history.ChangeAsync(
            id,
            "UPDATE cases SET state = state WHERE id = @id AND project_id = @projectId",
            new { id, projectId },
            by,
            [("note", note)],
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
            InsertTraces,
            new
            {
                id,
                projectId,
                at,
                traceIds = traces.Select(trace => StorableText.Id(trace.TraceId)).ToArray(),
                titles = traces.Select(trace => StorableText.Clean(trace.Title)).ToArray(),
            },
            cancellationToken
        );
}
