using LlmObs.Domain;
using LlmObs.Domain.Dify;
using LlmObs.Domain.Traces;
using LlmObs.Storage.Writing;

namespace LlmObs.Storage.Dify;

/// <summary>A call of a workflow, or a run that one may have started, as a provider or logstore tells of it.</summary>
/// <param name="InputsHash">Of what was passed, or given (<see cref="DifyInputs.Hash"/>).</param>
/// <param name="MayRepeat">A call that tried more than once.</param>
public sealed record ToldCall(
    SpanRef Step,
    bool IsRun,
    Guid TenantId,
    string InputsHash,
    DateTimeOffset StartedAt,
    DateTimeOffset EndedAt,
    bool MayRepeat = false
);

/// <summary>Joins runs to their calls by what is told of both: the tenant, the inputs and the time. Which application was called, it is not.</summary>
public sealed class ToldCalls(Database database, TraceJoins joins)
{
    // Of inputs that are passed more often than that within the time, nothing is joined: compared with a part only, the wrong call could seem the only one.
    private const int MostAlike = 200;

    // What began longer before or after is not compared: a workflow that is asked the same every minute would be without end.
    private static readonly TimeSpan Near = TimeSpan.FromHours(1);

    private const string Keep = """
        INSERT INTO dify_told_calls (project_id, started_at, ended_at, is_run, may_repeat, tenant_id, inputs_hash, trace_id, span_id)
        SELECT @projectId, started_at, ended_at, is_run, may_repeat, tenant_id, inputs_hash, trace_id, span_id
        FROM unnest(@starts, @ends, @areRuns, @repeats, @tenants, @hashes, @traces, @spans)
          AS t (started_at, ended_at, is_run, may_repeat, tenant_id, inputs_hash, trace_id, span_id)
        ON CONFLICT (project_id, trace_id, span_id) DO UPDATE
        SET started_at = excluded.started_at, ended_at = excluded.ended_at, may_repeat = excluded.may_repeat, inputs_hash = excluded.inputs_hash
        """;

    private const string WithTheSameInputs = """
        SELECT n.trace_id AS "TraceId", n.span_id AS "SpanId", n.is_run AS "IsRun", n.tenant_id AS "TenantId", n.inputs_hash AS "InputsHash",
            n.started_at AS "StartedAt", n.ended_at AS "EndedAt", n.may_repeat AS "MayRepeat"
        FROM (
            SELECT c.*, count(*) OVER (PARTITION BY c.tenant_id, c.inputs_hash) AS alike
            FROM (
                SELECT DISTINCT c.*
                FROM unnest(@starts, @ends, @tenants, @hashes) AS t (starts, ends, tenant_id, inputs_hash)
                JOIN dify_told_calls AS c ON c.project_id = @projectId AND c.inputs_hash = t.inputs_hash AND c.tenant_id = t.tenant_id
                    AND c.started_at BETWEEN t.starts - @near AND t.ends + @near
            ) AS c
        ) AS n
        WHERE n.alike <= @mostAlike
        """;

    /// <summary>Takes in calls and runs, and finds again the place of every run that they may concern.</summary>
    public async Task FindAsync(Project project, IReadOnlyCollection<ToldCall> told, CancellationToken cancellationToken)
    {
        // In one order, so that two replicas cannot wait for each other.
        var rows = told.DistinctBy(call => call.Step)
            .OrderBy(call => call.Step.TraceId, StringComparer.Ordinal)
            .ThenBy(call => call.Step.SpanId, StringComparer.Ordinal)
            .ToList();
        var parameters = new
        {
            projectId = project.Id,
            starts = rows.Select(call => call.StartedAt.UtcDateTime).ToArray(),
            ends = rows.Select(call => call.EndedAt.UtcDateTime).ToArray(),
            areRuns = rows.Select(call => call.IsRun).ToArray(),
            repeats = rows.Select(call => call.MayRepeat).ToArray(),
            tenants = rows.Select(call => call.TenantId).ToArray(),
            hashes = rows.Select(call => call.InputsHash).ToArray(),
            traces = rows.Select(call => call.Step.TraceId).ToArray(),
            spans = rows.Select(call => call.Step.SpanId).ToArray(),
            near = Near,
            mostAlike = MostAlike,
        };
        await database.ExecuteAsync(Keep, parameters, cancellationToken);
        var near = await database.QueryAsync<CallRow>(WithTheSameInputs, parameters, cancellationToken);
        var found = CallMatch.Match(
            [.. near.Where(row => !row.IsRun).Select(row => row.ToCall())],
            [.. near.Select(row => row.ToRun()).OfType<StartedRun>()]
        );
        await joins.UpsertAsync(project.Id, found, cancellationToken);
    }

    private sealed record CallRow(
        string TraceId,
        string SpanId,
        bool IsRun,
        Guid TenantId,
        string InputsHash,
        DateTime StartedAt,
        DateTime EndedAt,
        bool MayRepeat
    )
    {
        public DifyCall ToCall() =>
            new(new(TraceId, SpanId), TenantId, Guid.Empty, default, new([InputsHash]), PassedAll: true, new(StartedAt), new(EndedAt), MayRepeat);

        public StartedRun? ToRun() =>
            IsRun && Guid.TryParseExact(TraceId, "N", out var run)
                ? new(run, TenantId, Guid.Empty, default, new([InputsHash]), new(StartedAt), new(EndedAt))
                : null;
    }
}
