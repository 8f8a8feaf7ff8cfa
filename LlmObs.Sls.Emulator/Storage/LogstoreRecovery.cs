using System.Text;
using LlmObs.Sls.Emulator.Catalog;
using LlmObs.Sls.Emulator.Storage.Terms;
using LlmObs.Sls.Emulator.Wire;

namespace LlmObs.Sls.Emulator.Storage;

/// <summary>Opens what is made from a shard log, the table and the terms, and makes of it what is missing: after a crash, or when a file was lost.</summary>
internal sealed partial class LogstoreRecovery(Engine engine, string directory, ShardLog log, TimeProvider time, DamageReport damaged, ILogger logger)
{
    private const int MaxStepBytes = 8 * 1024 * 1024;
    private readonly string terms = Path.Combine(directory, "terms");

    /// <summary>The table, with everything that the shard log tells of.</summary>
    public LogTable OpenTable()
    {
        var path = Path.Combine(directory, "columns.duckdb");
        if (!File.Exists(path) && log.End != log.Begin)
        {
            Log.Rebuilding(logger, path);
            // What it held beyond the lost file stands in the shard log too.
            File.Delete(path + ".wal");
        }
        if (!File.Exists(path) && Directory.Exists(terms))
        {
            // A new table may number its fields otherwise, and an older form of the table was another file.
            Directory.Delete(terms, recursive: true);
        }
        var table = new LogTable(engine, path);
        using (engine.BeginUse())
        {
            CatchUp(table);
        }
        DeleteOldTable();
        return table;
    }

    /// <summary>The terms of all logs: those on disk, and made again what no segment speaks of: the newest logs, and what was lost.</summary>
    public TermIndex OpenTerms(LogTable table, int segmentLogs)
    {
        var index = new TermIndex(terms, segmentLogs, table.NextSequence, table.Columns.Index, logger);
        var rows = new RowBuilder(table.Columns);
        var newest = new LiveTerms(table.Columns.Index);
        foreach (var (first, last, before) in index.Gaps(table.Kept.FirstSequence, table.NextSequence))
        {
            var from = before is null ? log.Begin : before[before.Count - 1].Place.Group;
            newest = new LiveTerms(before?.Index);
            foreach (var entry in log.Read(from, table.Position).TakeWhile(entry => entry.FirstSequence <= last))
            {
                if (entry.Shard == ShardLog.IndexChange)
                {
                    index.Fill(newest);
                    newest = new LiveTerms(IndexOf(entry, table.Columns.Index));
                }
                if (!entry.IsGroup)
                {
                    continue;
                }
                var built = rows.Under(newest.Index).Build(LogGroup.Parser.ParseFrom(entry.Payload));
                for (var i = 0; i < built.Count; i++)
                {
                    if (entry.FirstSequence + i < first || entry.FirstSequence + i > last)
                    {
                        continue;
                    }
                    newest.Add(entry.FirstSequence + i, built[i], LogPlace.Of(entry.Start, i));
                    if (newest.Count == segmentLogs)
                    {
                        index.Fill(newest);
                        newest = new LiveTerms(newest.Index);
                    }
                }
            }
            if (last < table.NextSequence - 1)
            {
                index.Fill(newest);
                newest = new LiveTerms(table.Columns.Index);
            }
        }
        index.Continue(newest);
        return index;
    }

    /// <summary>The process died between shard log and table, or the table was lost.</summary>
    private void CatchUp(LogTable table)
    {
        var rows = new RowBuilder(table.Columns);
        var nextSequence = table.NextSequence;
        var groups = new List<(long, IReadOnlyList<LogRow>)>();
        var bytes = 0;
        foreach (var entry in log.Read(table.Position, log.End, damaged))
        {
            if (entry.IsGroup)
            {
                var built = rows.Build(LogGroup.Parser.ParseFrom(entry.Payload));
                groups.Add((entry.FirstSequence, built));
                nextSequence = entry.FirstSequence + built.Count;
                bytes += entry.Payload.Length;
                if (bytes >= MaxStepBytes)
                {
                    Append(entry.Next);
                }
                continue;
            }
            Append(entry.Start);
            if (entry.Shard == ShardLog.IndexChange)
            {
                table.ChangeIndex(IndexOf(entry), entry.ReceivedUnixMs / 1000, entry.Next);
                rows = new RowBuilder(table.Columns);
            }
            else
            {
                table.Delete(SequenceSet.Read(entry.Payload), entry.Next);
            }
        }
        if (groups.Count > 0)
        {
            Append(log.End);
        }
        // The log ends before the table's position: its file was lost or cut. New entries must not be taken for old ones.
        if (log.End.Segment < table.Position.Segment || (log.End.Segment == table.Position.Segment && log.End.Offset < table.Position.Offset))
        {
            log.StartSegment(table.Position.Segment + 1);
            log.AppendIndex(table.Columns.Index, table.NextSequence, time.GetUtcNow());
            log.Flush();
            table.Append([], log.End, table.NextSequence);
        }

        void Append(LogPosition reached)
        {
            table.Append(groups, reached, nextSequence);
            groups.Clear();
            bytes = 0;
            if (table.UnwrittenBytes > LogTable.CheckpointBytes)
            {
                table.Checkpoint();
            }
        }
    }

    // An older form of the table, from which nothing is read any more.
    private void DeleteOldTable()
    {
        File.Delete(Path.Combine(directory, "logs.duckdb"));
        File.Delete(Path.Combine(directory, "logs.duckdb.wal"));
    }

    private static IndexDefinition? IndexOf(ShardLogEntry entry, IndexDefinition? known = null) =>
        IndexDefinition.Stored(Encoding.UTF8.GetString(entry.Payload), known);

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "{Path} is missing; it is made again from the shard log")]
        public static partial void Rebuilding(ILogger logger, string path);
    }
}
