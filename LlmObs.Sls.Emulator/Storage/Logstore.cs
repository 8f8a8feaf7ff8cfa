using System.Text;
using System.Threading.Channels;
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
        table = OpenTable(Path.Combine(directory, "columns.duckdb"));
        rows = new RowBuilder(table.Columns);
        using (engine.BeginUse())
        {
            Recover();
        }
        terms = new TermIndex(Path.Combine(directory, "terms"), termSegmentLogs, table.NextSequence, table.Columns.Index, logger);
        RecoverTerms(termSegmentLogs);
        DeleteOldTable(directory);
        acknowledged = new Acknowledged(table.Position);
        loop = Task.Run(WriteAsync);
    }

    public string TableName => $"{table.Name}.logs";

    public ColumnMap Columns => table.Columns;

    public long IndexChangedAt => table.IndexChangedAt;

    public TermIndex Terms => terms;

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
    internal RowBuilder BuilderOf(IndexDefinition? index)
    {
        var current = rows;
        return ReferenceEquals(index, current.Columns.Index) ? current : new RowBuilder(new ColumnMap(current.Columns.Fields, index));
    }

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

    public async Task ChangeIndexAsync(IndexDefinition? index, CancellationToken cancellationToken)
    {
        await writing.WaitAsync(cancellationToken);
        try
        {
            using var use = engine.BeginUse();
            var start = log.End;
            try
            {
                LogIndex(index);
                log.Flush();
                table.ChangeIndex(index, time.GetUtcNow().ToUnixTimeSeconds(), log.End);
            }
            catch
            {
                log.CutTo(start);
                throw;
            }
            rows = new RowBuilder(table.Columns);
            terms.Begin(index);
            acknowledged = new Acknowledged(log.End);
        }
        finally
        {
            writing.Release();
        }
    }

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
    public async Task DropBeforeAsync(DateTimeOffset oldest, CancellationToken cancellationToken)
    {
        await writing.WaitAsync(cancellationToken);
        try
        {
            using var use = engine.BeginUse();
            var kept = new KeptLogs(
                Math.Max(oldest.ToUnixTimeSeconds(), table.Kept.From),
                Math.Max(log.FirstSequenceKept(oldest) ?? table.NextSequence, table.Kept.FirstSequence)
            );
            // First nobody sees them, then they go: a query that still reads one notices, and begins anew.
            table.Keep(kept);
            terms.Drop(kept);
            log.DropBefore(oldest);
        }
        finally
        {
            writing.Release();
        }
    }

    /// <summary>Moves rows from the write-ahead file and memory into the table's file; not on a disk that is nearly full.</summary>
    public async Task CheckpointAsync(CancellationToken cancellationToken)
    {
        if (engine.FreeDiskBytes() < engine.ReservedDiskBytes * 2)
        {
            return;
        }
        await writing.WaitAsync(cancellationToken);
        try
        {
            using var use = engine.BeginUse();
            table.Checkpoint();
        }
        finally
        {
            writing.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        pending.Writer.TryComplete();
        await loop;
        await terms.DisposeAsync();
        table.Dispose();
        log.Dispose();
        writing.Dispose();
    }

    private LogTable OpenTable(string path)
    {
        if (!File.Exists(path) && log.End != log.Begin)
        {
            Log.Rebuilding(logger, path);
            // What it held beyond the lost file stands in the shard log too.
            File.Delete(path + ".wal");
        }
        if (!File.Exists(path) && Directory.Exists(Path.Combine(Path.GetDirectoryName(path)!, "terms")))
        {
            // A new table may number its fields otherwise, and an older form of the table was another file.
            Directory.Delete(Path.Combine(Path.GetDirectoryName(path)!, "terms"), recursive: true);
        }
        return new LogTable(engine, path);
    }

    // An older form of the table, from which nothing is read any more.
    private static void DeleteOldTable(string directory)
    {
        File.Delete(Path.Combine(directory, "logs.duckdb"));
        File.Delete(Path.Combine(directory, "logs.duckdb.wal"));
    }

    /// <summary>Makes terms again of what no segment speaks of: the newest logs, and what was lost.</summary>
    private void RecoverTerms(int segmentLogs)
    {
        var newest = new LiveTerms(table.Columns.Index);
        foreach (var (first, last, before) in terms.Gaps(table.Kept.FirstSequence, table.NextSequence))
        {
            var from = before is null ? log.Begin : before[before.Count - 1].Place.Group;
            newest = new LiveTerms(before?.Index);
            foreach (var entry in log.Read(from, table.Position).TakeWhile(entry => entry.FirstSequence <= last))
            {
                if (entry.Shard == ShardLog.IndexChange)
                {
                    terms.Fill(newest);
                    newest = new LiveTerms(IndexDefinition.Stored(Encoding.UTF8.GetString(entry.Payload), table.Columns.Index));
                    continue;
                }
                var built = BuilderOf(newest.Index).Build(LogGroup.Parser.ParseFrom(entry.Payload));
                for (var i = 0; i < built.Count; i++)
                {
                    if (entry.FirstSequence + i < first || entry.FirstSequence + i > last)
                    {
                        continue;
                    }
                    newest.Add(entry.FirstSequence + i, built[i], LogPlace.Of(entry.Start, i));
                    if (newest.Count == segmentLogs)
                    {
                        terms.Fill(newest);
                        newest = new LiveTerms(newest.Index);
                    }
                }
            }
            if (last < table.NextSequence - 1)
            {
                terms.Fill(newest);
                newest = new LiveTerms(table.Columns.Index);
            }
        }
        terms.Continue(newest);
    }

    /// <summary>Brings the table up to the shard log: the process died between the two, or the table was lost.</summary>
    private void Recover()
    {
        var from = table.Position;
        var nextSequence = table.NextSequence;
        var groups = new List<(long, IReadOnlyList<LogRow>)>();
        var bytes = 0;
        var reached = from;
        foreach (var entry in log.Read(from, log.End, Damaged))
        {
            if (entry.Shard == ShardLog.IndexChange)
            {
                table.Append(groups, entry.Start, nextSequence);
                groups.Clear();
                table.ChangeIndex(IndexDefinition.Stored(Encoding.UTF8.GetString(entry.Payload)), entry.ReceivedUnixMs / 1000, entry.Next);
                rows = new RowBuilder(table.Columns);
                reached = entry.Next;
                continue;
            }
            var built = rows.Build(LogGroup.Parser.ParseFrom(entry.Payload));
            groups.Add((entry.FirstSequence, built));
            nextSequence = entry.FirstSequence + built.Count;
            reached = entry.Next;
            bytes += entry.Payload.Length;
            if (bytes >= MaxTurnBytes)
            {
                table.Append(groups, reached, nextSequence);
                groups.Clear();
                bytes = 0;
            }
        }
        if (groups.Count > 0)
        {
            table.Append(groups, reached, nextSequence);
        }
        // The log ends before the table's position: its file was lost or cut. New entries must not be taken for old ones.
        if (log.End.Segment < table.Position.Segment || (log.End.Segment == table.Position.Segment && log.End.Offset < table.Position.Offset))
        {
            log.StartSegment(table.Position.Segment + 1);
            LogIndex(table.Columns.Index);
            log.Flush();
            table.Append([], log.End, table.NextSequence);
        }
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
            await writing.WaitAsync();
            try
            {
                using (engine.BeginUse())
                {
                    WriteTurn(turn);
                }
                turn.ForEach(append => append.Done.SetResult());
            }
            catch (Exception failure)
            {
                turn.ForEach(append => append.Done.SetException(new IOException(failure.Message, failure)));
            }
            finally
            {
                writing.Release();
                turn.Clear();
            }
        }
    }

    private void WriteTurn(List<PendingAppend> turn)
    {
        CheckFreeSpace();
        var start = log.End;
        try
        {
            if (log.IsSegmentFull)
            {
                log.StartSegment(start.Segment + 1);
                // Older segments age out, and the index must not go with them.
                LogIndex(table.Columns.Index);
            }
            var receivedAt = time.GetUtcNow().ToUnixTimeMilliseconds();
            var sequence = table.NextSequence;
            var groups = new List<(long First, IReadOnlyList<LogRow> Rows)>(turn.Count);
            var places = new List<LogPosition>(turn.Count);
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
            acknowledged = new Acknowledged(log.End);
        }
        catch
        {
            // Refused as a whole: the sender will come again, and a restart must not bring it back.
            log.CutTo(start);
            throw;
        }
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

    private void LogIndex(IndexDefinition? index) =>
        log.Append(
            ShardLog.IndexChange,
            table.NextSequence,
            time.GetUtcNow().ToUnixTimeMilliseconds(),
            Encoding.UTF8.GetBytes(index?.JsonText ?? "null")
        );

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

        [LoggerMessage(Level = LogLevel.Warning, Message = "{Path} is missing; it is made again from the shard log")]
        public static partial void Rebuilding(ILogger logger, string path);
    }
}
