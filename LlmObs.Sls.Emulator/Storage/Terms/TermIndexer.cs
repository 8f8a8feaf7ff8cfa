using DuckDB.NET.Data;
using LlmObs.Sls.Emulator.Catalog;

namespace LlmObs.Sls.Emulator.Storage.Terms;

/// <summary>Makes term segments of what the tables hold, in the background: ingest and queries never wait for it.</summary>
public sealed partial class TermIndexer(Engine engine, SlsCatalog catalog, EmulatorOptions options, TimeProvider time, ILogger<TermIndexer> logger)
    : BackgroundService
{
    private const int ReadLogs = 1024;
    private readonly Lock indexing = new();

    /// <summary>Indexes what is there now, but for fewer new logs than make a segment.</summary>
    public void IndexAll(CancellationToken cancellationToken)
    {
        lock (indexing)
        {
            foreach (var logstore in catalog.OpenLogstores())
            {
                Index(logstore, cancellationToken);
            }
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!options.TermIndex)
        {
            return;
        }
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1), time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            await Task.Run(() => IndexAll(stoppingToken), stoppingToken);
        }
    }

    private void Index(Logstore logstore, CancellationToken cancellationToken)
    {
        try
        {
            logstore.Terms.Open(logstore.NextSequence);
            while (NextGap(logstore) is { } gap && engine.FreeDiskBytes() >= engine.ReservedDiskBytes * 2)
            {
                Index(logstore, gap, cancellationToken);
            }
        }
        catch (Exception failure) when (failure is DuckDBException or IOException or ObjectDisposedException or InvalidOperationException)
        {
            Log.Failed(logger, failure, logstore.TableName);
        }
    }

    private (long First, long Last)? NextGap(Logstore logstore)
    {
        var next = logstore.NextSequence;
        foreach (var gap in TermIndex.Gaps(logstore.Terms.Segments, next))
        {
            // The stretch at the end still grows.
            if (gap.Last < next - 1 || gap.Last - gap.First + 1 >= options.TermSegmentLogs)
            {
                return gap;
            }
        }
        return null;
    }

    private void Index(Logstore logstore, (long First, long Last) gap, CancellationToken cancellationToken)
    {
        var generation = logstore.Terms.Generation;
        var columns = logstore.Columns;
        var builder = new TermSegmentBuilder();
        var covered = gap.First - 1;
        while (covered < gap.Last && builder.Rows < options.TermSegmentLogs)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var use = engine.BeginUse();
            using var connection = engine.Open();
            if (FirstOf(connection, logstore, covered + 1, gap.Last) is not { } first)
            {
                covered = gap.Last;
                break;
            }
            var last = Math.Min(gap.Last, first + Math.Min(ReadLogs, options.TermSegmentLogs - builder.Rows) - 1);
            Read(connection, logstore, columns, first, last, builder);
            covered = last;
        }
        // A field that came meanwhile is one whose terms were not read.
        if (ReferenceEquals(columns, logstore.Columns))
        {
            logstore.Terms.Add(builder, (gap.First, covered), generation);
        }
    }

    private static long? FirstOf(DuckDBConnection connection, Logstore logstore, long first, long last)
    {
        using var command = Command(connection, $"SELECT min(seq) FROM {logstore.TableName} WHERE seq BETWEEN {first} AND {last}");
        return command.ExecuteScalar() as long?;
    }

    private static void Read(DuckDBConnection connection, Logstore logstore, ColumnMap columns, long first, long last, TermSegmentBuilder builder)
    {
        var fields = columns.Fields.Where(field => field.HasTerms).ToList();
        using var command = Command(
            connection,
            $"""
            SELECT seq, time, nanos, line{string.Concat(fields.Select(field => ", " + field.Terms))}
            FROM {logstore.TableName} WHERE seq BETWEEN {first} AND {last} ORDER BY seq
            """
        );
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            builder.AddRow(new RowTime(reader.GetInt64(0), reader.GetInt64(1), reader.GetInt32(2)));
            for (var column = 3; column < reader.FieldCount; column++)
            {
                if (!reader.IsDBNull(column))
                {
                    builder.AddTerms(column == 3 ? TermKey.Line : fields[column - 4].Id, reader.GetString(column));
                }
            }
        }
    }

    private static DuckDBCommand Command(DuckDBConnection connection, string sql)
    {
        var command = connection.CreateCommand();
#pragma warning disable CA2100 // Names and numbers of ours only.
        command.CommandText = sql;
#pragma warning restore CA2100
        return command;
    }

    private static partial class Log
    {
        [LoggerMessage(
            Level = LogLevel.Warning,
            Message = "Terms of {Table} could not be indexed; searches scan what is not, the next turn tries again"
        )]
        public static partial void Failed(ILogger logger, Exception exception, string table);
    }
}
