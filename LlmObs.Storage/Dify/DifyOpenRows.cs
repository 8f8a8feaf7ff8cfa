using LlmObs.Domain;
using LlmObs.Domain.Dify;

namespace LlmObs.Storage.Dify;

/// <summary>A message that is known: which trace it belongs to, and how old it is.</summary>
public sealed record DifyKnownMessage(Guid Id, string TraceId, DateTimeOffset CreatedAt);

/// <summary>What is known of Dify's runs and messages, and which of them have to be read again: open ones, and messages that may yet be judged.</summary>
public sealed class DifyOpenRows(Database database)
{
    private const string KeepRuns = """
        INSERT INTO dify_runs AS r (project_id, started_at, ended_at, look_at, run_id, tenant_id, app_id, creator, role, inputs)
        SELECT @projectId, started_at, ended_at, look_at, run_id, tenant_id, app_id, creator, role, string_to_array(inputs, ' ')
        FROM unnest(@starts, @ends, @looks, @ids, @tenants, @apps, @creators, @roles, @inputs)
          AS t (started_at, ended_at, look_at, run_id, tenant_id, app_id, creator, role, inputs)
        ON CONFLICT (project_id, run_id) DO UPDATE
        SET started_at = excluded.started_at, ended_at = excluded.ended_at, look_at = excluded.look_at, inputs = excluded.inputs
        """;

    private const string KeepMessages = """
        INSERT INTO dify_messages AS m (project_id, created_at, look_at, judge_at, message_id, trace_id)
        SELECT @projectId, created_at, look_at, judge_at, message_id, trace_id
        FROM unnest(@starts, @looks, @judges, @ids, @traces) AS t (created_at, look_at, judge_at, message_id, trace_id)
        ON CONFLICT (project_id, message_id) DO UPDATE
        SET look_at = excluded.look_at, judge_at = excluded.judge_at, trace_id = excluded.trace_id
        """;

    private const string ClosedRuns = """
        SELECT run_id FROM dify_runs WHERE project_id = @projectId AND run_id = ANY (@ids) AND (look_at IS NULL OR look_at > @now)
        """;

    private const string ClosedMessages = """
        SELECT message_id FROM dify_messages WHERE project_id = @projectId AND message_id = ANY (@ids) AND (look_at IS NULL OR look_at > @now)
        """;

    private const string DueRuns = """
        SELECT run_id FROM dify_runs WHERE project_id = @projectId AND look_at <= @now ORDER BY look_at LIMIT @limit
        """;

    private const string DueMessages = """
        SELECT message_id FROM dify_messages WHERE project_id = @projectId AND look_at <= @now ORDER BY look_at LIMIT @limit
        """;

    private const string ForgetRuns = "UPDATE dify_runs SET look_at = NULL WHERE project_id = @projectId AND run_id = ANY (@ids)";

    private const string ForgetMessages =
        "UPDATE dify_messages SET look_at = NULL, judge_at = NULL WHERE project_id = @projectId AND message_id = ANY (@ids)";

    private const string ToJudge = """
        SELECT message_id AS "Id", trace_id AS "TraceId", created_at AS "CreatedAt"
        FROM dify_messages
        WHERE project_id = @projectId AND judge_at <= @now
        ORDER BY judge_at
        LIMIT @limit
        """;

    private const string Judged = """
        UPDATE dify_messages AS m SET judge_at = t.judge_at
        FROM unnest(@ids, @judges) AS t (message_id, judge_at)
        WHERE m.project_id = @projectId AND m.message_id = t.message_id
        """;

    /// <param name="lookAt">When an open run is read again; null for never.</param>
    public Task KeepAsync(
        Project project,
        IReadOnlyCollection<DifyRun> runs,
        Func<DifyRun, DateTimeOffset?> lookAt,
        CancellationToken cancellationToken
    ) =>
        database.ExecuteAsync(
            KeepRuns,
            new
            {
                projectId = project.Id,
                starts = runs.Select(run => run.StartedAt.UtcDateTime).ToArray(),
                ends = runs.Select(run => run.EndedAt?.UtcDateTime).ToArray(),
                looks = runs.Select(run => lookAt(run)?.UtcDateTime).ToArray(),
                ids = runs.Select(run => run.Id).ToArray(),
                tenants = runs.Select(run => run.TenantId).ToArray(),
                apps = runs.Select(run => run.AppId).ToArray(),
                creators = runs.Select(run => run.Creator.Id).ToArray(),
                roles = runs.Select(run => run.Creator.Role).ToArray(),
                inputs = runs.Select(run => DifyInputs.Of(run.Inputs) is { } inputs ? string.Join(' ', inputs.Parts) : null).ToArray(),
            },
            cancellationToken
        );

    /// <param name="lookAt">When an open message is read again; null for never.</param>
    /// <param name="judgeAt">When feedback on it is looked for.</param>
    public Task KeepAsync(
        Project project,
        IReadOnlyCollection<DifyMessage> messages,
        Func<DifyMessage, DateTimeOffset?> lookAt,
        DateTimeOffset judgeAt,
        CancellationToken cancellationToken
    ) =>
        database.ExecuteAsync(
            KeepMessages,
            new
            {
                projectId = project.Id,
                starts = messages.Select(message => message.CreatedAt.UtcDateTime).ToArray(),
                looks = messages.Select(message => lookAt(message)?.UtcDateTime).ToArray(),
                judges = messages.Select(_ => (DateTime?)judgeAt.UtcDateTime).ToArray(),
                ids = messages.Select(message => message.Id).ToArray(),
                traces = messages.Select(message => message.TraceId).ToArray(),
            },
            cancellationToken
        );

    /// <summary>Those of some rows that have to be read now: not known, or open and due.</summary>
    public async Task<IReadOnlyList<Guid>> ToReadAsync(
        Project project,
        DifyTable table,
        IReadOnlyCollection<Guid> ids,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        var closed = await database.QueryAsync<Guid>(
            table == DifyTable.Runs ? ClosedRuns : ClosedMessages,
            new
            {
                projectId = project.Id,
                ids = ids.ToArray(),
                now = now.UtcDateTime,
            },
            cancellationToken
        );
        return [.. ids.Except(closed)];
    }

    /// <summary>Open rows whose time has come.</summary>
    public async Task<IReadOnlyList<Guid>> DueAsync(
        Project project,
        DifyTable table,
        DateTimeOffset now,
        int limit,
        CancellationToken cancellationToken
    ) =>
        await database.QueryAsync<Guid>(
            table == DifyTable.Runs ? DueRuns : DueMessages,
            new
            {
                projectId = project.Id,
                now = now.UtcDateTime,
                limit,
            },
            cancellationToken
        );

    /// <summary>Rows that Dify no longer has.</summary>
    public Task ForgetAsync(Project project, DifyTable table, IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken) =>
        database.ExecuteAsync(
            table == DifyTable.Runs ? ForgetRuns : ForgetMessages,
            new { projectId = project.Id, ids = ids.ToArray() },
            cancellationToken
        );

    public async Task<IReadOnlyList<DifyKnownMessage>> ToJudgeAsync(
        Project project,
        DateTimeOffset now,
        int limit,
        CancellationToken cancellationToken
    ) =>
        [
            .. (
                await database.QueryAsync<MessageRow>(
                    ToJudge,
                    new
                    {
                        projectId = project.Id,
                        now = now.UtcDateTime,
                        limit,
                    },
                    cancellationToken
                )
            ).Select(row => new DifyKnownMessage(row.Id, row.TraceId, new(row.CreatedAt))),
        ];

    /// <param name="judgeAt">When feedback is looked for again; null for never.</param>
    public Task JudgedAsync(
        Project project,
        IReadOnlyCollection<DifyKnownMessage> messages,
        Func<DifyKnownMessage, DateTimeOffset?> judgeAt,
        CancellationToken cancellationToken
    ) =>
        database.ExecuteAsync(
            Judged,
            new
            {
                projectId = project.Id,
                ids = messages.Select(message => message.Id).ToArray(),
                judges = messages.Select(message => judgeAt(message)?.UtcDateTime).ToArray(),
            },
            cancellationToken
        );

    private sealed record MessageRow(Guid Id, string TraceId, DateTime CreatedAt);
}
