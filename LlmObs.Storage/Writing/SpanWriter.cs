using LlmObs.Domain;
using LlmObs.Domain.Spans;
using LlmObs.Domain.Traces;
using LlmObs.Storage.Rows;
using LlmObs.Storage.Sampling;
using Microsoft.Extensions.Options;
using Npgsql;

namespace LlmObs.Storage.Writing;

/// <summary>What one commit did.</summary>
/// <param name="Written">Spans that are new.</param>
/// <param name="Repeated">Spans that were there already: a client's retry.</param>
/// <param name="Outbox">
/// The outbox rows of the same transaction, for the fast path to ship from memory. Batches that shared a transaction share its rows:
/// the first of a project's gets them all.
/// </param>
public sealed record SpanWriteResult(int Written, int Repeated, IReadOnlyList<OutboxBatch> Outbox);

/// <summary>Commits batches: rows, contents and outbox in one transaction. When it returns, the batch is durable.</summary>
public sealed class SpanWriter
{
    private readonly Database database;
    private readonly Partitions partitions;
    private readonly TraceSampling sampling;
    private readonly StorageOptions options;
    private readonly TimeProvider time;
    private readonly GroupCommit group;

    public SpanWriter(Database database, Partitions partitions, TraceSampling sampling, IOptions<StorageOptions> options, TimeProvider time)
    {
        (this.database, this.partitions, this.sampling, this.options, this.time) = (database, partitions, sampling, options.Value, time);
        group = new(RunAsync, options.Value.CommitsAtOnce);
    }

    /// <remarks>
    /// The outbox rows come back leased to the caller (<see cref="StorageOptions.FastPathLease"/>): nobody else claims them until that has
    /// run out. Batches that wait at one time share a transaction (<see cref="GroupCommit"/>); each gets its own answer.
    /// </remarks>
    /// <exception cref="StorageUnavailableException">Nothing was written that the caller may rely on; the same batch may be tried again.</exception>
    public async Task<SpanWriteResult> WriteAsync(SpanBatch batch, CancellationToken cancellationToken)
    {
        // Encoding and compressing come before the connection: others may use it meanwhile.
        var spans = Prepare(batch);
        return spans.Count == 0 && batch.LateContents.Count == 0 ? new(0, 0, []) : await group.CommitAsync(new(batch, spans, cancellationToken));
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

    // Who waits is not asked again once the transaction has begun: giving one up would give up its neighbours.
    private Task<IReadOnlyList<SpanWriteResult>> RunAsync(IReadOnlyList<PendingWrite> writes) =>
        database.RunAsync(
            async connection =>
            {
                try
                {
                    return await CommitAsync(connection, writes, mayCopy: true);
                }
                catch (PostgresException exception) when (IsWorthOneMoreTry(exception))
                {
                    partitions.Forget();
                    return await CommitAsync(connection, writes, mayCopy: false);
                }
            },
            CancellationToken.None
        );

    private async Task<IReadOnlyList<SpanWriteResult>> CommitAsync(NpgsqlConnection connection, IReadOnlyList<PendingWrite> writes, bool mayCopy)
    {
        await partitions.EnsureAsync(connection, writes.SelectMany(write => write.Spans).Select(span => span.Day).Distinct());
        await using var transaction = await connection.BeginTransactionAsync();
        var results = new Dictionary<PendingWrite, SpanWriteResult>(writes.Count);
        // Projects in one order for everybody, as keys within them.
        foreach (var ofProject in writes.GroupBy(write => write.Batch.Project.Id).OrderBy(ofProject => ofProject.Key))
        {
            await WriteAsync(connection, [.. ofProject], mayCopy, results);
        }

        await transaction.CommitAsync();
        return [.. writes.Select(write => results[write])];
    }

    private async Task WriteAsync(
        NpgsqlConnection connection,
        List<PendingWrite> writes,
        bool mayCopy,
        Dictionary<PendingWrite, SpanWriteResult> results
    )
    {
        var project = writes[0].Batch.Project;
        var (spans, owners) = Merge(writes);
        var written = spans.Count == 0 ? [] : await SpanInsert.AddAsync(connection, project.Id, spans, mayCopy);
        var ready = await sampling.ReadyAsync(connection, project.Id, written, default);
        var outbox = await OutboxInsert.AddAsync(connection, project, ready, options.FastPathLease, options, default);
        await BesideAsync(connection, project, [.. writes.SelectMany(write => write.Batch.LateContents)], written);

        var counts = written.CountBy(span => owners[span.Key]).ToDictionary();
        foreach (var write in writes)
        {
            var count = counts.GetValueOrDefault(write);
            results[write] = new(count, write.Batch.Spans.Count - count, write == writes[0] ? outbox : []);
        }
    }

    /// <summary>The spans of batches that share a transaction. Of one key the first batch's is kept, as if they had come one after the other.</summary>
    private static (List<PreparedSpan> Spans, Dictionary<SpanKey, PendingWrite> Owners) Merge(List<PendingWrite> writes)
    {
        var owners = new Dictionary<SpanKey, PendingWrite>();
        var spans = new List<PreparedSpan>();
        foreach (var write in writes)
        {
            spans.AddRange(write.Spans.Where(span => owners.TryAdd(span.Key, write)));
        }

        spans.Sort((a, b) => a.Key.CompareTo(b.Key));
        return (spans, owners);
    }

    private static async Task BesideAsync(NpgsqlConnection connection, Project project, List<LateContent> contents, List<PreparedSpan> written)
    {
        await using var beside = new NpgsqlBatch(connection);
        if (contents.Count > 0)
        {
            beside.BatchCommands.Add(LateContentInsert.Contents(project.Id, contents));
        }

        if (written.Count > 0)
        {
            beside.BatchCommands.Add(LateContentInsert.WakeFor(project.Id, written));
        }

        if (written.Select(span => TraceJoin.OfLinks(span.Record)).OfType<TraceJoin>().ToList() is { Count: > 0 } joins)
        {
            beside.BatchCommands.Add(TraceJoins.Command(project.Id, joins));
        }

        if (beside.BatchCommands.Count > 0)
        {
            await beside.PrepareAsync();
            await beside.ExecuteNonQueryAsync();
        }
    }

    // A partition dropped behind our back says 23514; a deadlock is somebody else's order of locks; 23505 is another writer who copied
    // the same span at the same moment, which only an INSERT can step over.
    private static bool IsWorthOneMoreTry(PostgresException exception) =>
        exception.SqlState
            is PostgresErrorCodes.CheckViolation
                or PostgresErrorCodes.DeadlockDetected
                or PostgresErrorCodes.UndefinedTable
                or PostgresErrorCodes.UniqueViolation;
}
