using LlmObs.Domain;
using LlmObs.Domain.Spans;
using LlmObs.Domain.Updates;
using LlmObs.Storage.Rows;
using LlmObs.Storage.Sampling;
using Microsoft.Extensions.Options;
using Npgsql;

namespace LlmObs.Storage.Writing;

/// <summary>What one turn came to.</summary>
/// <param name="Taken">Rows that were due, postponed ones included.</param>
public sealed record FoldTurn(int Taken, IReadOnlyList<PostponedSpan> Postponed);

/// <summary>A span that could not be made of its fields: it is tried again when more is said of it, or after <see cref="UpdatedSpanFolder.Postponement"/>.</summary>
public sealed record PostponedSpan(Project Project, string TraceId, string SpanId, Exception Reason);

/// <summary>Makes spans of what events said of them, and queues each new version for SLS.</summary>
/// <remarks>Rows are claimed by locking, so any number of folders may run. What content came apart from the span is merged into the new version again.
/// A row that cannot be written is set aside alone, so that it holds up no other.</remarks>
public sealed class UpdatedSpanFolder(
    Database database,
    Partitions partitions,
    TraceSampling sampling,
    IOptions<StorageOptions> options,
    TimeProvider time
)
{
    private const string Attempt = "attempt";

    private const string Claim = """
        SELECT u.project_id AS "ProjectId", p.name AS "ProjectName", u.trace_id AS "TraceId", u.span_id AS "SpanId", u.day AS "Day",
            u.body AS "Body", u.json_bytes AS "JsonBytes"
        FROM updated_spans AS u
        JOIN projects AS p ON p.id = u.project_id
        WHERE u.due_at <= clock_timestamp() AND u.body IS NOT NULL
        ORDER BY u.due_at
        LIMIT @limit
        FOR UPDATE OF u SKIP LOCKED
        """;

    // Whatever the day: an earlier version may lie in another partition, and an exporter may have sent a span of the same id.
    private const string RemoveOld = """
        WITH contents AS (
            DELETE FROM span_contents AS c
            USING unnest(@traceIds, @spanIds) AS t (trace_id, span_id)
            WHERE c.project_id = @projectId AND c.trace_id = t.trace_id AND c.span_id = t.span_id
        )
        DELETE FROM spans AS s
        USING unnest(@traceIds, @spanIds) AS t (trace_id, span_id)
        WHERE s.project_id = @projectId AND s.trace_id = t.trace_id AND s.span_id = t.span_id
        RETURNING s.trace_id AS "TraceId", s.span_id AS "SpanId", s.version AS "Version"
        """;

    private const string SetVersions = """
        UPDATE spans AS s
        SET version = t.version
        FROM unnest(@days, @traceIds, @spanIds, @versions) AS t (day, trace_id, span_id, version)
        WHERE s.project_id = @projectId AND s.trace_id = t.trace_id AND s.span_id = t.span_id AND s.day = t.day
        """;

    private const string MergeLateAgain = """
        UPDATE late_contents AS l
        SET merged_at = NULL, due_at = clock_timestamp(), attempts = 0
        FROM unnest(@traceIds, @spanIds) AS t (trace_id, span_id)
        WHERE l.project_id = @projectId AND l.trace_id = t.trace_id AND l.span_id = t.span_id
        """;

    private const string Postpone = """
        UPDATE updated_spans SET due_at = clock_timestamp() + @Postponement
        WHERE project_id = @ProjectId AND trace_id = @TraceId AND span_id = @SpanId
        """;

    private const string Done = """
        UPDATE updated_spans AS u
        SET due_at = NULL, day = t.day
        FROM unnest(@days, @traceIds, @spanIds) AS t (day, trace_id, span_id)
        WHERE u.project_id = @projectId AND u.trace_id = t.trace_id AND u.span_id = t.span_id
        """;

    /// <summary>Long enough that a span which fails every time costs nothing, short enough that a mended release writes it by itself.</summary>
    public static readonly TimeSpan Postponement = TimeSpan.FromHours(1);

    /// <summary>Writes the newest version of at most <paramref name="limit"/> spans that are due.</summary>
    /// <param name="map">The spans' revisions are set here.</param>
    public Task<FoldTurn> FoldDueAsync(int limit, MapSpans map, CancellationToken cancellationToken) =>
        database.RunAsync(
            async connection =>
            {
                await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
                var rows = await connection.QueryAsync<Row>(Claim, new { limit }, cancellationToken);
                var postponed = new List<PostponedSpan>();
                foreach (var project in rows.GroupBy(row => new Project(row.ProjectId, row.ProjectName)))
                {
                    List<Row> ordered = [.. project.OrderBy(row => row.Key)];
                    if (await TryFoldAsync(transaction, project.Key, ordered, map, cancellationToken) is not null)
                    {
                        postponed.AddRange(await FoldEachAsync(transaction, project.Key, ordered, map, cancellationToken));
                    }
                }

                await transaction.CommitAsync(cancellationToken);
                return new FoldTurn(rows.Count, postponed);
            },
            cancellationToken
        );

    private async Task<List<PostponedSpan>> FoldEachAsync(
        NpgsqlTransaction transaction,
        Project project,
        List<Row> rows,
        MapSpans map,
        CancellationToken cancellationToken
    )
    {
        var postponed = new List<PostponedSpan>();
        foreach (var row in rows)
        {
            if (await TryFoldAsync(transaction, project, [row], map, cancellationToken) is { } reason)
            {
                var parameters = new
                {
                    row.ProjectId,
                    row.TraceId,
                    row.SpanId,
                    Postponement,
                };
                await transaction.Connection!.ExecuteAsync(Postpone, parameters, cancellationToken);
                postponed.Add(new(project, row.TraceId, row.SpanId, reason));
            }
        }

        return postponed;
    }

    /// <summary>All of the rows or none: then why. An outage is nobody's fault here, and is thrown.</summary>
    private async Task<Exception?> TryFoldAsync(
        NpgsqlTransaction transaction,
        Project project,
        List<Row> rows,
        MapSpans map,
        CancellationToken cancellationToken
    )
    {
        await transaction.SaveAsync(Attempt, cancellationToken);
        try
        {
            var records = await map(project, [.. rows.Select(row => ContentCodec.DecodeFields(row.Body, row.JsonBytes))]);
            await FoldAsync(transaction.Connection!, project, [.. rows.Zip(records, Prepare)], cancellationToken);
            await transaction.ReleaseAsync(Attempt, cancellationToken);
            return null;
        }
        catch (Exception exception) when (IsOfTheRows(exception))
        {
            await transaction.RollbackAsync(Attempt, cancellationToken);
            // Another service may have dropped a day meanwhile; the next try makes it anew.
            partitions.Forget();
            return exception;
        }
    }

    private static bool IsOfTheRows(Exception exception) =>
        exception is not (StorageUnavailableException or OperationCanceledException)
        && !(exception is NpgsqlException fromDatabase && StorageUnavailableException.IsOutage(fromDatabase));

    private PreparedSpan Prepare(Row row, SpanRecord mapped)
    {
        var record = row.Key.On(mapped);
        return new(row.Key, SpanDay.Of(record.Span.StartUnixNano, SpanDay.Today(time)), record, ContentCodec.Encode(record.Content));
    }

    private async Task FoldAsync(NpgsqlConnection connection, Project project, List<PreparedSpan> spans, CancellationToken cancellationToken)
    {
        await database.RunAsync(
            async other =>
            {
                await partitions.EnsureAsync(other, spans.Select(span => span.Day).Distinct());
                return true;
            },
            cancellationToken
        );
        var keys = new
        {
            projectId = project.Id,
            traceIds = spans.Select(span => span.Key.TraceId).ToArray(),
            spanIds = spans.Select(span => span.Key.SpanId).ToArray(),
        };
        var old = (await connection.QueryAsync<OldVersion>(RemoveOld, keys, cancellationToken))
            .GroupBy(row => new SpanKey(row.TraceId, row.SpanId))
            .ToDictionary(row => row.Key, row => row.Max(version => version.Version));
        spans = [.. spans.Select(span => span with { Record = span.Record with { Revision = old.GetValueOrDefault(span.Key) + 1 } })];

        await using (
            var insert = new NpgsqlBatch(connection)
            {
                BatchCommands = { SpanInsert.Spans(project.Id, spans), SpanInsert.Contents(project.Id, spans) },
            }
        )
        {
            await insert.ExecuteNonQueryAsync(cancellationToken);
        }

        var written = new
        {
            keys.projectId,
            keys.traceIds,
            keys.spanIds,
            days = spans.Select(span => span.Day).ToArray(),
            versions = spans.Select(span => span.Record.Revision).ToArray(),
        };
        await connection.ExecuteAsync(SetVersions, written, cancellationToken);
        await connection.ExecuteAsync(MergeLateAgain, keys, cancellationToken);
        await connection.ExecuteAsync(Done, written, cancellationToken);
        var ready = await sampling.ReadyAsync(connection, project.Id, spans, cancellationToken);
        await OutboxInsert.AddAsync(connection, project, ready, lease: null, options.Value, cancellationToken);
    }

    /// <summary>Makes the spans of a project, one for each of <paramref name="fields"/>, in the same order.</summary>
    public delegate ValueTask<IReadOnlyList<SpanRecord>> MapSpans(Project project, IReadOnlyList<UpdatedFields> fields);

    private sealed record Row(int ProjectId, string ProjectName, string TraceId, string SpanId, DateOnly? Day, byte[] Body, int JsonBytes)
    {
        public SpanKey Key => new(TraceId, SpanId);
    }

    private sealed record OldVersion(string TraceId, string SpanId, int Version);
}
