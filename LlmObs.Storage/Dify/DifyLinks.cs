using LlmObs.Domain;
using LlmObs.Domain.Dify;
using LlmObs.Domain.Traces;
using LlmObs.Storage.Writing;
using Npgsql;

namespace LlmObs.Storage.Dify;

/// <summary>Joins runs to the calls that started them, as far as what has come by now tells.</summary>
public sealed class DifyLinks(Database database, TraceJoins joins)
{
    // A new run may leave another one less choice, and that one a third.
    private const int MaxRounds = 5;

    private const string KeepCalls = """
        INSERT INTO dify_calls AS c
            (project_id, started_at, ended_at, may_repeat, tenant_id, app_id, creator, role, inputs_hash, trace_id, span_id, inputs)
        SELECT @projectId, started_at, ended_at, may_repeat, tenant_id, app_id, creator, role, inputs_hash, trace_id, span_id, string_to_array(inputs, ' ')
        FROM unnest(@starts, @ends, @repeats, @tenants, @apps, @creators, @roles, @hashes, @traces, @spans, @inputs)
          AS t (started_at, ended_at, may_repeat, tenant_id, app_id, creator, role, inputs_hash, trace_id, span_id, inputs)
        ON CONFLICT (project_id, trace_id, span_id) DO UPDATE
        SET ended_at = excluded.ended_at, may_repeat = excluded.may_repeat, inputs_hash = excluded.inputs_hash, inputs = excluded.inputs
        """;

    private const string RunsByIds = """
        SELECT run_id AS "Id", tenant_id AS "TenantId", app_id AS "AppId", creator AS "Creator", role AS "Role", inputs AS "Inputs",
            started_at AS "StartedAt", ended_at AS "EndedAt"
        FROM dify_runs
        WHERE project_id = @projectId AND run_id = ANY (@ids) AND inputs IS NOT NULL
        """;

    private const string RunsWithin = """
        SELECT DISTINCT r.run_id AS "Id", r.tenant_id AS "TenantId", r.app_id AS "AppId", r.creator AS "Creator", r.role AS "Role",
            r.inputs AS "Inputs", r.started_at AS "StartedAt", r.ended_at AS "EndedAt"
        FROM dify_calls AS c
        JOIN unnest(@traces, @spans) AS t (trace_id, span_id) ON c.trace_id = t.trace_id AND c.span_id = t.span_id
        JOIN dify_runs AS r ON r.project_id = c.project_id AND r.app_id = c.app_id AND r.creator = c.creator
            AND r.started_at BETWEEN c.started_at - @skew AND coalesce(c.ended_at, c.started_at + @unended) + @skew
            AND r.inputs @> c.inputs AND (c.inputs_hash IS NULL OR r.inputs <@ c.inputs)
        WHERE c.project_id = @projectId
        """;

    // Both halves are answered by an index of their own.
    private const string CallsAround = $"""
        SELECT {CallColumns}
        FROM unnest(@apps, @creators, @hashes, @starts, @ends) AS t (app_id, creator, inputs_hash, starts, ends)
        JOIN dify_calls AS c ON c.project_id = @projectId AND c.inputs_hash = t.inputs_hash AND {Around}
        UNION
        SELECT {CallColumns}
        FROM unnest(@apps, @creators, @inputs, @starts, @ends) AS t (app_id, creator, inputs, starts, ends)
        JOIN dify_calls AS c ON c.project_id = @projectId AND c.inputs_hash IS NULL AND c.inputs <@ string_to_array(t.inputs, ' ') AND {Around}
        """;

    private const string CallColumns = """
        c.trace_id AS "TraceId", c.span_id AS "SpanId", c.tenant_id AS "TenantId", c.app_id AS "AppId", c.creator AS "Creator", c.role AS "Role",
        c.inputs AS "Inputs", c.inputs_hash IS NOT NULL AS "PassedAll", c.started_at AS "StartedAt", c.ended_at AS "EndedAt", c.may_repeat AS "MayRepeat"
        """;

    private const string Around = """
        c.app_id = t.app_id AND c.creator = t.creator AND c.started_at BETWEEN t.starts - @unended AND t.starts + @skew
        AND coalesce(c.ended_at, c.started_at + @unended) + @skew >= t.ends
        """;

    /// <summary>Takes in new calls and finds again the places of every run that they, or the new runs, may concern.</summary>
    /// <param name="runs">Runs that <see cref="DifyOpenRows"/> knows by now.</param>
    public async Task FindAsync(
        Project project,
        IReadOnlyCollection<DifyCall> calls,
        IReadOnlyCollection<DifyRun> runs,
        CancellationToken cancellationToken
    )
    {
        var found = await database.RunAsync(
            async connection =>
            {
                await KeepAsync(connection, project, calls, cancellationToken);
                var concerned = await RunsAsync(
                    connection,
                    RunsByIds,
                    new { projectId = project.Id, ids = runs.Select(run => run.Id).ToArray() },
                    cancellationToken
                );
                concerned =
                [
                    .. concerned
                        .Concat(await WithinAsync(connection, project, [.. calls.Select(call => call.Step)], cancellationToken))
                        .DistinctBy(run => run.RunId),
                ];
                return await MatchAsync(connection, project, concerned, cancellationToken);
            },
            cancellationToken
        );
        await joins.UpsertAsync(project.Id, found, cancellationToken);
    }

    private static async Task<IReadOnlyList<TraceJoin>> MatchAsync(
        NpgsqlConnection connection,
        Project project,
        List<StartedRun> runs,
        CancellationToken cancellationToken
    )
    {
        var calls = new List<DifyCall>();
        for (var round = 0; round < MaxRounds; round++)
        {
            calls = await AroundAsync(connection, project, runs, cancellationToken);
            var rivals = await WithinAsync(connection, project, [.. calls.Select(call => call.Step)], cancellationToken);
            var all = runs.Concat(rivals).DistinctBy(run => run.RunId).ToList();
            if (all.Count == runs.Count)
            {
                break;
            }

            runs = all;
        }

        return CallMatch.Match(calls, runs);
    }

    private static Task<List<StartedRun>> WithinAsync(
        NpgsqlConnection connection,
        Project project,
        IReadOnlyCollection<SpanRef> steps,
        CancellationToken cancellationToken
    ) =>
        RunsAsync(
            connection,
            RunsWithin,
            new
            {
                projectId = project.Id,
                traces = steps.Select(step => step.TraceId).ToArray(),
                spans = steps.Select(step => step.SpanId).ToArray(),
                skew = CallMatch.Skew,
                unended = CallMatch.Unended,
            },
            cancellationToken
        );

    private static async Task<List<StartedRun>> RunsAsync(
        NpgsqlConnection connection,
        string sql,
        object parameters,
        CancellationToken cancellationToken
    ) => [.. (await connection.QueryAsync<RunRow>(sql, parameters, cancellationToken)).Select(row => row.ToRun())];

    private static async Task<List<DifyCall>> AroundAsync(
        NpgsqlConnection connection,
        Project project,
        IReadOnlyCollection<StartedRun> runs,
        CancellationToken cancellationToken
    )
    {
        var parameters = new
        {
            projectId = project.Id,
            apps = runs.Select(run => run.AppId).ToArray(),
            creators = runs.Select(run => run.Creator.Id).ToArray(),
            hashes = runs.Select(run => run.Inputs.Hash).ToArray(),
            inputs = runs.Select(run => string.Join(' ', run.Inputs.Parts)).ToArray(),
            starts = runs.Select(run => run.StartedAt.UtcDateTime).ToArray(),
            ends = runs.Select(run => (run.EndedAt ?? run.StartedAt).UtcDateTime).ToArray(),
            skew = CallMatch.Skew,
            unended = CallMatch.Unended,
        };
        return [.. (await connection.QueryAsync<CallRow>(CallsAround, parameters, cancellationToken)).Select(row => row.ToCall())];
    }

    private static Task<int> KeepAsync(
        NpgsqlConnection connection,
        Project project,
        IReadOnlyCollection<DifyCall> calls,
        CancellationToken cancellationToken
    )
    {
        // Of one step the last, or the statement would meet its own row.
        var rows = calls.GroupBy(call => call.Step).Select(same => same.Last()).ToList();
        var parameters = new
        {
            projectId = project.Id,
            starts = rows.Select(call => call.StartedAt.UtcDateTime).ToArray(),
            ends = rows.Select(call => call.EndedAt?.UtcDateTime).ToArray(),
            repeats = rows.Select(call => call.MayRepeat).ToArray(),
            tenants = rows.Select(call => call.TenantId).ToArray(),
            apps = rows.Select(call => call.AppId).ToArray(),
            creators = rows.Select(call => call.Creator.Id).ToArray(),
            roles = rows.Select(call => call.Creator.Role).ToArray(),
            hashes = rows.Select(call => call.PassedAll ? call.Inputs.Hash : null).ToArray(),
            traces = rows.Select(call => call.Step.TraceId).ToArray(),
            spans = rows.Select(call => call.Step.SpanId).ToArray(),
            inputs = rows.Select(call => string.Join(' ', call.Inputs.Parts)).ToArray(),
        };
        return connection.ExecuteAsync(KeepCalls, parameters, cancellationToken);
    }

    private sealed class CallRow
    {
        public string TraceId { get; init; } = "";
        public string SpanId { get; init; } = "";
        public Guid TenantId { get; init; }
        public Guid AppId { get; init; }
        public Guid Creator { get; init; }
        public string Role { get; init; } = "";
        public string[] Inputs { get; init; } = [];
        public bool PassedAll { get; init; }
        public DateTime StartedAt { get; init; }
        public DateTime? EndedAt { get; init; }
        public bool MayRepeat { get; init; }

        public DifyCall ToCall() =>
            new(new(TraceId, SpanId), TenantId, AppId, new(Role, Creator), new(Inputs), PassedAll, new(StartedAt), DifyTime.Of(EndedAt), MayRepeat);
    }

    private sealed class RunRow
    {
        public Guid Id { get; init; }
        public Guid TenantId { get; init; }
        public Guid AppId { get; init; }
        public Guid Creator { get; init; }
        public string Role { get; init; } = "";
        public string[] Inputs { get; init; } = [];
        public DateTime StartedAt { get; init; }
        public DateTime? EndedAt { get; init; }

        public StartedRun ToRun() => new(Id, TenantId, AppId, new(Role, Creator), new(Inputs), new(StartedAt), DifyTime.Of(EndedAt));
    }
}
