using LlmObs.Domain.Spans;
using LlmObs.Storage.Rows;
using LlmObs.Storage.Sampling;
using Microsoft.Extensions.Options;
using Npgsql;

namespace LlmObs.Storage.Writing;

/// <summary>What one commit did.</summary>
/// <param name="Written">Spans that are new.</param>
/// <param name="Repeated">Spans that were there already: a client's retry.</param>
/// <param name="Outbox">The outbox rows of the same transaction, for the fast path to ship from memory.</param>
public sealed record SpanWriteResult(int Written, int Repeated, IReadOnlyList<OutboxBatch> Outbox);

/// <summary>Commits a batch: rows, contents and outbox in one transaction. When it returns, the batch is durable.</summary>
public sealed class SpanWriter(Database database, Partitions partitions, TraceSampling sampling, IOptions<StorageOptions> options, TimeProvider time)
{
    /// <remarks>The outbox rows come back leased to the caller (<see cref="StorageOptions.FastPathLease"/>): nobody else claims them until that has run out.</remarks>
    /// <exception cref="StorageUnavailableException">Nothing was written that the caller may rely on; the same batch may be tried again.</exception>
    public async Task<SpanWriteResult> WriteAsync(SpanBatch batch, CancellationToken cancellationToken)
    {
        // Encoding and compressing come before the connection: others may use it meanwhile.
        var spans = Prepare(batch);
        if (spans.Count == 0 && batch.LateContents.Count == 0)
        {
            return new(0, 0, []);
        }

        return await database.RunAsync(
            async connection =>
            {
                try
                {
                    return await CommitAsync(connection, batch, spans, cancellationToken);
                }
                catch (PostgresException exception) when (IsWorthOneMoreTry(exception))
                {
                    partitions.Forget();
                    return await CommitAsync(connection, batch, spans, cancellationToken);
                }
            },
            cancellationToken
        );
    }

    // Of one key the last is kept; everybody takes keys in the same order, so that two writers cannot wait for each other.
    private List<PreparedSpan> Prepare(SpanBatch batch)
    {
        var today = SpanDay.Today(time);
        var byKey = new Dictionary<SpanKey, SpanRecord>(batch.Spans.Count);
        foreach (var record in batch.Spans)
        {
            var key = SpanKey.Of(record.Span);
            byKey[key] = key.On(record);
        }

        var spans = new List<PreparedSpan>(byKey.Count);
        foreach (var (key, record) in byKey)
        {
            spans.Add(new(key, SpanDay.Of(record.Span.StartUnixNano, today), record, ContentCodec.Encode(record.Content)));
        }

        spans.Sort((a, b) => a.Key.CompareTo(b.Key));
        return spans;
    }

    private async Task<SpanWriteResult> CommitAsync(
        NpgsqlConnection connection,
        SpanBatch batch,
        List<PreparedSpan> spans,
        CancellationToken cancellationToken
    )
    {
        await partitions.EnsureAsync(connection, spans.Select(span => span.Day).Distinct());
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var written = spans.Count == 0 ? [] : await InsertAsync(connection, batch.Project.Id, spans, cancellationToken);
        var ready = await sampling.ReadyAsync(connection, batch.Project.Id, written, cancellationToken);
        var outbox = await OutboxInsert.AddAsync(connection, batch.Project, ready, options.Value.FastPathLease, options.Value, cancellationToken);
        await LateAsync(connection, batch, written, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return new(written.Count, batch.Spans.Count - written.Count, outbox);
    }

    private static async Task<List<PreparedSpan>> InsertAsync(
        NpgsqlConnection connection,
        int projectId,
        List<PreparedSpan> spans,
        CancellationToken cancellationToken
    )
    {
        await using var insert = new NpgsqlBatch(connection)
        {
            BatchCommands = { SpanInsert.Spans(projectId, spans), SpanInsert.Contents(projectId, spans) },
        };
        await using var reader = await insert.ExecuteReaderAsync(cancellationToken);
        var isNew = new HashSet<SpanKey>(spans.Count);
        while (await reader.ReadAsync(cancellationToken))
        {
            isNew.Add(new(reader.GetString(0), reader.GetString(1)));
        }

        await reader.NextResultAsync(cancellationToken);
        return isNew.Count == spans.Count ? spans : spans.FindAll(span => isNew.Contains(span.Key));
    }

    private static async Task LateAsync(NpgsqlConnection connection, SpanBatch batch, List<PreparedSpan> written, CancellationToken cancellationToken)
    {
        await using var late = new NpgsqlBatch(connection);
        if (batch.LateContents.Count > 0)
        {
            late.BatchCommands.Add(LateContentInsert.Contents(batch.Project.Id, batch.LateContents));
        }

        if (written.Count > 0)
        {
            late.BatchCommands.Add(LateContentInsert.WakeFor(batch.Project.Id, written));
        }

        if (late.BatchCommands.Count > 0)
        {
            await late.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    // A partition dropped behind our back says 23514; a deadlock is somebody else's order of locks.
    private static bool IsWorthOneMoreTry(PostgresException exception) =>
        exception.SqlState is PostgresErrorCodes.CheckViolation or PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.UndefinedTable;
}
