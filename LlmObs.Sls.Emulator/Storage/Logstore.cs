using System.Threading.Channels;
using DuckDB.NET.Data;
using LlmObs.Sls.Emulator.Catalog;
using LlmObs.Sls.Emulator.Http;
using LlmObs.Sls.Emulator.Storage.Terms;
using LlmObs.Sls.Emulator.Wire;

namespace LlmObs.Sls.Emulator.Storage;

/// <summary>
/// One logstore that is open: a shard log and the table made from it. Appends of many callers are written together: one sync of the
/// shard log, one transaction of the table, then all are acknowledged, and what is acknowledged is searchable.
/// </summary>
public sealed partial class Logstore : IAsyncDisposable
{
    private const int MaxTurnBytes = 8 * 1024 * 1024;
    private readonly Engine engine;
    private readonly ShardLog log;
    private readonly LogTable table;
    private readonly TermIndex terms;
    private readonly TimeProvider time;
    private readonly SemaphoreSlim writing = new(1, 1);
    private readonly Channel<PendingAppend> pending = Channel.CreateBounded<PendingAppend>(64);
    private readonly Task loop;
    private readonly ILogger<Logstore> logger;
    private RowBuilder rows;
    private volatile Acknowledged acknowledged;

    public Logstore(Engine engine, string directory, int termSegmentLogs, TimeProvider time, ILogger<Logstore> logger)
    {
        this.engine = engine;
        this.time = time;
        this.logger = logger;
        log = new ShardLog(Path.Combine(directory, "shard-0"), Damaged);
        var recovery = new LogstoreRecovery(engine, directory, log, time, Damaged, logger);
        table = recovery.OpenTable();
        rows = new RowBuilder(table.Columns);
        terms = recovery.OpenTerms(table, termSegmentLogs);
        acknowledged = new Acknowledged(table.Position);
        loop = Task.Run(WriteAsync);
    }

    public string TableName => $"{table.Name}.logs";

    public ColumnMap Columns => table.Columns;

    public long IndexChangedAt => table.IndexChangedAt;

    public TermIndex Terms => terms;

    /// <summary>The sequence that the next log gets.</summary>
    public long NextSequence => table.NextSequence;

    /// <summary>What a query that begins now sees.</summary>
    public LogSnapshot Snapshot()
    {
        var kept = table.Kept;
        return new LogSnapshot(terms.Sources(), kept);
    }

    /// <summary>Logs as they were written, in the order asked for.</summary>
    /// <exception cref="FileNotFoundException">One of them has aged out meanwhile.</exception>
    internal IEnumerable<(IndexedLog At, Wire.Log Log, LogOrigin Origin)> Read(IEnumerable<IndexedLog> logs)
    {
        using var reader = OpenReader();
        foreach (var at in logs)
        {
            var (written, origin) = reader.Read(at.Place);
            yield return (at, written, origin);
        }
    }

    internal LogReader OpenReader() => new(log);

    /// <summary>Makes rows of the table of now under an index that logs were written with.</summary>
    internal RowBuilder BuilderOf(IndexDefinition? index) => rows.Under(index);

    /// <summary>Returns once the group is durable and searchable. Throws <see cref="SlsException"/> for bad logs, <see cref="IOException"/> when it can't be stored.</summary>
    internal async Task AppendAsync(int shard, WrittenGroup written, CancellationToken cancellationToken)
    {
        var builder = rows;
        var append = new PendingAppend(
            shard,
            written,
            PackedGroup.Pack(written.Bytes),
            builder,
            builder.Build(written.Group),
            new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)
        );
        if (append.Rows.Count == 0)
        {
            return;
        }
        await pending.Writer.WriteAsync(append, cancellationToken);
        await append.Done.Task;
    }

    /// <summary>Where cursors of a shard begin, and where they end for now.</summary>
    public (LogPosition Begin, LogPosition End) Readable => (log.Begin, acknowledged.Position);

    /// <summary>Where a shard's first group received at or after a time stands; the end when there is none.</summary>
    public LogPosition ReceivedAt(int shard, long unixSeconds)
    {
        var (begin, end) = Readable;
        return log.Read(begin, end)
                .Where(entry => entry.Shard == shard && entry.ReceivedUnixMs / 1000 >= unixSeconds)
                .Select(entry => (LogPosition?)entry.Start)
                .FirstOrDefault()
            ?? end;
    }

    /// <summary>A shard's groups from a cursor on, as they were written: at most <paramref name="count"/> of at most <paramref name="maxBytes"/>, but one at least.</summary>
    /// <returns>The groups, and where the next ones begin.</returns>
    public (IReadOnlyList<ShardLogEntry> Groups, LogPosition Next) Pull(int shard, LogPosition from, LogPosition? until, int count, long maxBytes)
    {
        var (begin, end) = Readable;
        from = Check(from, begin, end);
        var stop = until is { } limit && Cursor.Number(limit) < Cursor.Number(end) ? limit : end;
        var groups = new List<ShardLogEntry>();
        long bytes = 0;
        foreach (var entry in log.Read(from, stop).Where(entry => entry.Shard == shard))
        {
            bytes += entry.Payload.Length;
            if (groups.Count == count || (groups.Count > 0 && bytes > maxBytes))
            {
                return (groups, entry.Start);
            }
            groups.Add(entry);
        }
        return (groups, Cursor.Number(stop) > Cursor.Number(from) ? stop : from);
    }

    // What a cursor stood on may have aged out: reading goes on with what is left.
    private static LogPosition Check(LogPosition from, LogPosition begin, LogPosition end) =>
        Cursor.Number(from) > Cursor.Number(end) ? throw SlsException.Invalid("InvalidCursor", "the cursor lies behind the end of the shard")
        : from.Segment < begin.Segment ? begin
        : from;

    public Task ChangeIndexAsync(IndexDefinition? index, CancellationToken cancellationToken) =>
        AloneAsync(
            () =>
            {
                Change(() =>
                {
                    log.AppendIndex(index, table.NextSequence, time.GetUtcNow());
                    log.Flush();
                    table.ChangeIndex(index, time.GetUtcNow().ToUnixTimeSeconds(), log.End);
                });
                rows = new RowBuilder(table.Columns);
                terms.Begin(index);
            },
            cancellationToken
        );

    /// <summary>Takes logs away: no query that begins later finds them. Who reads by cursor still gets them until they age out.</summary>
    /// <exception cref="IOException">The disk is full or memory does not suffice; none of them is gone.</exception>
    public Task DeleteAsync(SequenceSet logs, CancellationToken cancellationToken) =>
        DeletingAsync(
            () =>
            {
                CheckFreeSpace();
                Change(() =>
                {
                    log.AppendDeletion(logs, table.NextSequence, time.GetUtcNow());
                    log.Flush();
                    table.Delete(logs, log.End);
                });
            },
            cancellationToken
        );

    /// <summary>Makes terms again that turned out to be damaged.</summary>
    public void Repair(TermSegment damaged)
    {
        var terms = new LiveTerms(damaged.Index);
        var builder = BuilderOf(damaged.Index);
        foreach (var (at, written, origin) in Read(Enumerable.Range(0, damaged.Count).Select(row => damaged[row])))
        {
            terms.Add(at.Sequence, builder.Build(written, origin), at.Place);
        }
        this.terms.Replace(damaged, terms);
    }

    /// <summary>Forgets logs older than a time.</summary>
    public Task DropBeforeAsync(DateTimeOffset oldest, CancellationToken cancellationToken) =>
        DeletingAsync(
            () =>
            {
                var kept = table.Kept.After(oldest.ToUnixTimeSeconds(), log.FirstSequenceKept(oldest) ?? table.NextSequence);
                // First nobody sees them, then they go: a query that still reads one notices, and begins anew.
                table.Keep(kept);
                terms.Drop(kept);
                log.DropBefore(oldest);
            },
            cancellationToken
        );

    /// <summary>Moves rows from the write-ahead file and memory into the table's file; not beside statements, nor on a disk that is nearly full.</summary>
    public Task CheckpointAsync(CancellationToken cancellationToken) => WritingAsync(() => CheckpointAsync(insists: false), cancellationToken);

    public async ValueTask DisposeAsync()
    {
        pending.Writer.TryComplete();
        await loop;
        await terms.DisposeAsync();
        table.Dispose();
        log.Dispose();
        writing.Dispose();
    }

    private Task AloneAsync(Action change, CancellationToken cancellationToken) =>
        WritingAsync(() => WithinMemoryAsync(change, cancellationToken), cancellationToken);

    /// <summary>
    /// Without statements beside it from the start: rows that DuckDB could not delete for want of memory stay marked, and no transaction may
    /// delete them any more.
    /// </summary>
    private Task DeletingAsync(Action change, CancellationToken cancellationToken) =>
        WritingAsync(() => WithoutStatementsAsync(change, cancellationToken), cancellationToken);

    private async Task WritingAsync(Func<Task> write, CancellationToken cancellationToken)
    {
        await writing.WaitAsync(cancellationToken);
        try
        {
            await write();
            if (table.UnwrittenBytes > LogTable.CheckpointBytes)
            {
                await CheckpointAsync(insists: table.UnwrittenBytes > 2 * LogTable.CheckpointBytes);
            }
        }
        catch (DuckDBException failure) when (Engine.IsOutOfMemory(failure))
        {
            throw new IOException($"memory does not suffice: {failure.Message}", failure);
        }
        finally
        {
            writing.Release();
        }
    }

    /// <summary>Once more without statements beside it when they had taken all memory.</summary>
    private async Task WithinMemoryAsync(Action change, CancellationToken cancellationToken)
    {
        try
        {
            Run(change);
        }
        catch (DuckDBException failure) when (Engine.IsOutOfMemory(failure))
        {
            await WithoutStatementsAsync(change, cancellationToken);
        }
    }

    private async Task WithoutStatementsAsync(Action change, CancellationToken cancellationToken)
    {
        using var turn = await engine.Gate.EnterToWriteAsync(cancellationToken);
        Run(change);
    }

    /// <summary>When no statement runs, or it insists: a statement may have taken the memory without which a checkpoint does lasting harm.</summary>
    private async Task CheckpointAsync(bool insists)
    {
        if (engine.FreeDiskBytes() < engine.ReservedDiskBytes * 2)
        {
            return;
        }
        using var turn = insists ? await engine.Gate.EnterToWriteAsync(CancellationToken.None) : engine.Gate.TryEnterAlone();
        if (turn is null)
        {
            return;
        }
        try
        {
            Run(table.Checkpoint);
        }
        catch (DuckDBException failure)
        {
            Log.NotCheckpointed(logger, failure, table.Name);
        }
    }

    private void Run(Action change)
    {
        using var use = engine.BeginUse();
        change();
    }

    /// <summary>Writes to the shard log and the table, or to neither: what fails is refused as a whole, and a restart must not bring it back.</summary>
    private void Change(Action write)
    {
        var start = log.End;
        try
        {
            write();
        }
        catch
        {
            log.CutTo(start);
            throw;
        }
        acknowledged = new Acknowledged(log.End);
    }

    private async Task WriteAsync()
    {
        var turn = new List<PendingAppend>();
        while (await pending.Reader.WaitToReadAsync())
        {
            var bytes = 0;
            while (bytes < MaxTurnBytes && pending.Reader.TryRead(out var next))
            {
                turn.Add(next);
                bytes += next.Written.Bytes.Length;
            }
            await terms.ReadyAsync();
            try
            {
                await AloneAsync(() => WriteTurn(turn), CancellationToken.None);
                turn.ForEach(append => append.Done.SetResult());
            }
            catch (Exception failure)
            {
                turn.ForEach(append => append.Done.SetException(new IOException(failure.Message, failure)));
            }
            turn.Clear();
        }
    }

    private void WriteTurn(List<PendingAppend> turn)
    {
        CheckFreeSpace();
        var groups = new List<(long First, IReadOnlyList<LogRow> Rows)>(turn.Count);
        var places = new List<LogPosition>(turn.Count);
        Change(() =>
        {
            if (log.IsSegmentFull)
            {
                log.StartSegment(log.End.Segment + 1);
                // Older segments age out, and the index must not go with them.
                log.AppendIndex(table.Columns.Index, table.NextSequence, time.GetUtcNow());
            }
            var receivedAt = time.GetUtcNow().ToUnixTimeMilliseconds();
            var sequence = table.NextSequence;
            foreach (var append in turn)
            {
                // The index may have changed since the rows were made.
                var built = append.Builder == rows ? append.Rows : rows.Build(append.Written.Group);
                places.Add(log.End);
                log.AppendPacked(append.Shard, sequence, receivedAt, append.Packed);
                groups.Add((sequence, built));
                sequence += built.Count;
            }
            log.Flush();
            table.Append(groups, log.End, sequence);
            foreach (var ((first, built), place) in groups.Zip(places))
            {
                for (var i = 0; i < built.Count; i++)
                {
                    terms.Add(first + i, built[i], LogPlace.Of(place, i));
                }
            }
        });
    }

    // DuckDB gives a database up for good when its disk is full in the middle of a checkpoint; so writing stops earlier.
    private void CheckFreeSpace()
    {
        var free = engine.FreeDiskBytes();
        if (free < engine.ReservedDiskBytes)
        {
            throw new IOException(
                $"the disk has {free / 1024 / 1024} MB left, {engine.ReservedDiskBytes / 1024 / 1024} MB are kept for what is stored already"
            );
        }
    }

    private void Damaged(string path, long offset, long bytes) => Log.Damaged(logger, path, offset, bytes);

    /// <summary>Up to where the shard log may be read: what stands behind can still be refused.</summary>
    private sealed record Acknowledged(LogPosition Position);

    private sealed record PendingAppend(
        int Shard,
        WrittenGroup Written,
        byte[] Packed,
        RowBuilder Builder,
        IReadOnlyList<LogRow> Rows,
        TaskCompletionSource Done
    );

    private static partial class Log
    {
        [LoggerMessage(
            Level = LogLevel.Warning,
            Message = "{Path} is damaged at offset {Offset}: {Bytes} bytes cannot be read and are left out; logs in them that a search does not find are lost"
        )]
        public static partial void Damaged(ILogger logger, string path, long offset, long bytes);

        [LoggerMessage(Level = LogLevel.Warning, Message = "Rows of {Table} stay in the write-ahead file; the next write tries again")]
        public static partial void NotCheckpointed(ILogger logger, Exception exception, string table);
    }
}
