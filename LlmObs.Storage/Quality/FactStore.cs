using System.Text.Json;
using Dapper;
using LlmObs.Domain.Quality;
using LlmObs.Storage.Rows;
using LlmObs.Storage.Writing;
using Npgsql;

namespace LlmObs.Storage.Quality;

/// <summary>Keeps the facts of requests, and what the sessions they belong to say of them.</summary>
public sealed class FactStore(Database database)
{
    private static readonly JsonSerializerOptions Columns = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    private const string Names = """
        project_id, trace_id, started_at, service, release, environment, user_id, session_id, question, question_key, models, prompts, tags, duration_ms, first_token_ms,
        has_failed, error_type, error_step, error_message, input_tokens, output_tokens, cost, currency, sql_judged, sql_executable, sql_final,
        sql_outcome, sql_message, data_checked, data_valid, data_outcome, data_message, explicit_stars, sent_signals, reverse_stars, is_evaluated, is_labelled
        """;

    // A row is replaced whole: what a request is now, not what it was with one more span.
    private const string Save = $"""
        DELETE FROM quality_facts WHERE project_id = @projectId AND trace_id = ANY (@traceIds);
        DELETE FROM quality_steps WHERE project_id = @projectId AND trace_id = ANY (@traceIds);

        INSERT INTO quality_facts ({Names}, signals)
        SELECT {Names}, sent_signals
        FROM jsonb_to_recordset(@facts::jsonb) AS f (
            project_id int, trace_id text, started_at timestamptz, service text, release text, environment text, user_id text, session_id text,
            question text, question_key bigint, models text[], prompts text[], tags text[], duration_ms double precision, first_token_ms double precision, has_failed boolean,
            error_type text, error_step text, error_message text, input_tokens bigint, output_tokens bigint, cost double precision, currency text,
            sql_judged int, sql_executable int, sql_final boolean, sql_outcome text, sql_message text, data_checked int, data_valid int,
            data_outcome text, data_message text, explicit_stars double precision, sent_signals text[], reverse_stars double precision,
            is_evaluated boolean, is_labelled boolean);

        INSERT INTO quality_steps (project_id, trace_id, started_at, name, kind, runs, failed, duration_ms, cost, currency)
        SELECT f.project_id, f.trace_id, f.started_at, s.name, s.kind, s.runs, s.failed, s.duration_ms, s.cost, s.currency
        FROM jsonb_to_recordset(@facts::jsonb) AS f (project_id int, trace_id text, started_at timestamptz, steps jsonb),
            jsonb_to_recordset(f.steps) AS s (name text, kind smallint, runs int, failed int, duration_ms double precision, cost double precision, currency text)
        ON CONFLICT (project_id, trace_id, name, kind) DO NOTHING;
        """;

    private const string TurnColumns = """
        f.trace_id AS "TraceId", f.started_at AS "StartedAt", f.duration_ms AS "DurationMs", f.question AS "Question", f.has_failed AS "HasFailed",
        f.sent_signals AS "Sent", f.signals AS "Signals", f.implicit_stars AS "Stars"
        """;

    // A request outside a session is a session of its own.
    private const string Turns = $"""
        SELECT f.trace_id AS "Session", {TurnColumns}
        FROM quality_facts AS f
        WHERE f.project_id = @projectId AND f.trace_id = ANY (@traceIds)
        UNION ALL
        SELECT f.session_id AS "Session", {TurnColumns}
        FROM unnest(@sessionIds) AS s (session_id)
        JOIN quality_facts AS f ON f.project_id = @projectId AND left(f.session_id, 200) = left(s.session_id, 200) AND f.session_id = s.session_id
        WHERE f.started_at BETWEEN @from - interval '1 hour' AND @to + interval '1 hour'
        ORDER BY "StartedAt", "TraceId"
        """;

    private const string SaveSignals = """
        UPDATE quality_facts AS f
        SET signals = t.signals::text[], implicit_stars = t.stars
        FROM unnest(@traceIds, @signals, @stars) AS t (trace_id, signals, stars)
        WHERE f.project_id = @projectId AND f.trace_id = t.trace_id
        """;

    private const string Unfollowed = """
        SELECT f.project_id AS "ProjectId", f.trace_id AS "TraceId", f.session_id AS "SessionId", f.started_at AS "StartedAt"
        FROM quality_facts AS f
        WHERE f.has_failed AND f.signals = '{}' AND f.started_at > @since
        """;

    private const string Forget = """
        DELETE FROM quality_facts AS f
        WHERE f.started_at < @before AND NOT EXISTS (SELECT FROM spans AS s WHERE s.project_id = f.project_id AND s.trace_id = f.trace_id);
        DELETE FROM quality_steps AS t
        WHERE t.started_at < @before AND NOT EXISTS (SELECT FROM quality_facts AS f WHERE f.project_id = t.project_id AND f.trace_id = t.trace_id);
        """;

    /// <summary>Replaces the facts of these traces; a trace without a fact loses the one it had.</summary>
    public Task SaveAsync(
        int projectId,
        IReadOnlyCollection<string> traceIds,
        IReadOnlyCollection<RequestFact> facts,
        CancellationToken cancellationToken
    ) =>
        database.InTransactionAsync(
            async connection =>
            {
                var parameters = new
                {
                    projectId,
                    traceIds = traceIds.Select(id => StorableText.Id(id)).ToArray(),
                    facts = JsonSerializer.Serialize(facts, Columns),
                };
                await connection.ExecuteAsync(Save, parameters, cancellationToken);
                await ReadSessionsAsync(
                    connection,
                    projectId,
                    [.. facts.Select(fact => (fact.TraceId, fact.SessionId, fact.StartedAt))],
                    cancellationToken
                );
                return facts.Count;
            },
            cancellationToken
        );

    /// <summary>Failed requests that nothing followed: whether they are abandoned shows only after a while.</summary>
    public Task SettleUnfollowedAsync(DateTimeOffset now, CancellationToken cancellationToken) =>
        database.RunAsync(
            async connection =>
            {
                var rows = await connection.QueryAsync<UnfollowedRow>(
                    Unfollowed,
                    new { since = now.UtcDateTime - 6 * Signals.Patience },
                    cancellationToken
                );
                foreach (var project in rows.GroupBy(row => row.ProjectId))
                {
                    await ReadSessionsAsync(
                        connection,
                        project.Key,
                        [.. project.Select(row => (row.TraceId, row.SessionId, new DateTimeOffset(row.StartedAt)))],
                        cancellationToken
                    );
                }

                return 0;
            },
            cancellationToken
        );

    /// <summary>Drops what is older than this and has no span any more.</summary>
    public Task ForgetAsync(DateTimeOffset before, CancellationToken cancellationToken) =>
        database.ExecuteAsync(Forget, new { before = before.UtcDateTime }, cancellationToken);

    private static async Task ReadSessionsAsync(
        NpgsqlConnection connection,
        int projectId,
        IReadOnlyCollection<(string TraceId, string? SessionId, DateTimeOffset StartedAt)> requests,
        CancellationToken cancellationToken
    )
    {
        if (requests.Count == 0)
        {
            return;
        }

        var parameters = new
        {
            projectId,
            traceIds = requests.Where(request => request.SessionId is null).Select(request => request.TraceId).ToArray(),
            sessionIds = requests.Select(request => request.SessionId).OfType<string>().Distinct().ToArray(),
            from = requests.Min(request => request.StartedAt).UtcDateTime,
            to = requests.Max(request => request.StartedAt).UtcDateTime,
        };
        var turns = await connection.QueryAsync<TurnRow>(Turns, parameters, cancellationToken);
        var now = await connection.QuerySingleAsync<DateTime>("SELECT now()", null, cancellationToken);
        var found = turns
            .GroupBy(turn => turn.Session)
            .SelectMany(session => Signals.Read([.. session.Select(turn => turn.ToTurn())], new(now)))
            .ToDictionary(pair => pair.Key, pair => pair.Value);
        var changed = turns.FindAll(turn => !turn.Signals.SequenceEqual(found[turn.TraceId]) || turn.Stars != Signals.Rate(found[turn.TraceId]));
        await connection.ExecuteAsync(
            SaveSignals,
            new
            {
                projectId,
                traceIds = changed.Select(turn => turn.TraceId).ToArray(),
                signals = changed.Select(turn => SpanInsert.ArrayLiteral(found[turn.TraceId])).ToArray(),
                stars = changed.Select(turn => Signals.Rate(found[turn.TraceId])).ToArray(),
            },
            cancellationToken
        );
    }

    private sealed record UnfollowedRow(int ProjectId, string TraceId, string? SessionId, DateTime StartedAt);

    private sealed record TurnRow
    {
        public string Session { get; init; } = "";
        public string TraceId { get; init; } = "";
        public DateTime StartedAt { get; init; }
        public double DurationMs { get; init; }
        public string? Question { get; init; }
        public bool HasFailed { get; init; }
        public string[] Sent { get; init; } = [];
        public string[] Signals { get; init; } = [];
        public double? Stars { get; init; }

        public SessionTurn ToTurn() => new(TraceId, new(StartedAt), DurationMs, Question, HasFailed, Sent);
    }
}
