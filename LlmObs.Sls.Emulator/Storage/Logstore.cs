using System.Threading.Channels;
using Google.Protobuf;
using LlmObs.Sls.Emulator.Catalog;
using LlmObs.Sls.Emulator.Wire;

namespace LlmObs.Sls.Emulator.Storage;

/// <summary>
/// One logstore that is open: a shard log and the table made from it. Appends of many callers are written together: one sync of the
/// shard log, one transaction of the table, then all are acknowledged, and what is acknowledged is searchable.
/// </summary>
public sealed class Logstore : IAsyncDisposable
{
    private const int MaxTurnBytes = 8 * 1024 * 1024;
    private readonly Engine engine;
    private readonly ShardLog log;
    private readonly LogTable table;
    private readonly TimeProvider time;
    private readonly SemaphoreSlim writing = new(1, 1);
    private readonly Channel<PendingAppend> pending = Channel.CreateBounded<PendingAppend>(64);
    private readonly Task loop;
    private RowBuilder rows;

    public Logstore(Engine engine, string directory, TimeProvider time)
    {
        this.engine = engine;
        this.time = time;
        log = new ShardLog(Path.Combine(directory, "shard-0"));
        table = new LogTable(engine, Path.Combine(directory, "logs.duckdb"));
        rows = new RowBuilder(table.Columns);
        Recover();
        loop = Task.Run(WriteAsync);
    }

    public string TableName => $"{table.Name}.logs";

    public ColumnMap Columns => table.Columns;

    public long IndexChangedAt => table.IndexChangedAt;

    /// <summary>Returns once the group is durable and searchable. Throws <see cref="Http.SlsException"/> for bad logs, <see cref="IOException"/> when it can't be stored.</summary>
    internal async Task AppendAsync(LogGroup group, CancellationToken cancellationToken)
    {
        var builder = rows;
        var append = new PendingAppend(group.ToByteArray(), group, builder, builder.Build(group), new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        if (append.Rows.Count == 0)
        {
            return;
        }
        await pending.Writer.WriteAsync(append, cancellationToken);
        await append.Done.Task;
    }

    public async Task ChangeIndexAsync(IndexDefinition? index, CancellationToken cancellationToken)
    {
        await writing.WaitAsync(cancellationToken);
        try
        {
            table.ChangeIndex(index, time.GetUtcNow().ToUnixTimeSeconds());
            rows = new RowBuilder(table.Columns);
        }
        finally
        {
            writing.Release();
        }
    }

    /// <summary>Forgets logs older than a time.</summary>
    public async Task DropBeforeAsync(DateTimeOffset oldest, CancellationToken cancellationToken)
    {
        await writing.WaitAsync(cancellationToken);
        try
        {
            table.DropBefore(oldest.ToUnixTimeSeconds());
            log.DropBefore(table.Position, oldest);
        }
        finally
        {
            writing.Release();
        }
    }

    /// <summary>Moves rows from the write-ahead file and memory into the table's file.</summary>
    public async Task CheckpointAsync(CancellationToken cancellationToken)
    {
        await writing.WaitAsync(cancellationToken);
        try
        {
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
        table.Dispose();
        log.Dispose();
        writing.Dispose();
    }

    /// <summary>Brings the table up to the shard log: the process died between the two.</summary>
    private void Recover()
    {
        var from = table.Position;
        var nextSequence = table.NextSequence;
        foreach (var turn in log.Read(from).Chunk(64))
        {
            var groups = new List<(long, IReadOnlyList<LogRow>)>();
            foreach (var entry in turn)
            {
                var built = rows.Build(LogGroup.Parser.ParseFrom(entry.LogGroup));
                groups.Add((entry.FirstSequence, built));
                nextSequence = entry.FirstSequence + built.Count;
            }
            table.Append(groups, turn[^1].Next, nextSequence);
        }
        // The log ends before the table's position: its file was lost or cut. New entries must not be taken for old ones.
        if (log.End.Segment < table.Position.Segment || (log.End.Segment == table.Position.Segment && log.End.Offset < table.Position.Offset))
        {
            log.StartSegment(table.Position.Segment + 1);
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
                bytes += next.LogGroup.Length;
            }
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
        var start = log.End;
        try
        {
            var receivedAt = time.GetUtcNow().ToUnixTimeMilliseconds();
            var sequence = table.NextSequence;
            var groups = new List<(long, IReadOnlyList<LogRow>)>(turn.Count);
            foreach (var append in turn)
            {
                // The index may have changed since the rows were made.
                var built = append.Builder == rows ? append.Rows : rows.Build(append.Group);
                log.Append(sequence, receivedAt, append.LogGroup);
                groups.Add((sequence, built));
                sequence += built.Count;
            }
            log.Flush();
            table.Append(groups, log.End, sequence);
        }
        catch
        {
            // Refused as a whole: the sender will come again, and a restart must not bring it back.
            log.CutTo(start);
            throw;
        }
    }

    private sealed record PendingAppend(byte[] LogGroup, LogGroup Group, RowBuilder Builder, IReadOnlyList<LogRow> Rows, TaskCompletionSource Done);
}
