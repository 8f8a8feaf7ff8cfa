using System.Data;
using System.Diagnostics.CodeAnalysis;
using DuckDB.NET.Data;
using LlmObs.Sls.Emulator.Catalog;

namespace LlmObs.Sls.Emulator.Storage;

/// <summary>
/// The logs of a logstore as a DuckDB table, with the index in force and the place in the shard log up to which it holds them:
/// all in one file, changed in one transaction, so that they can't disagree after a crash.
/// </summary>
/// <remarks>
/// Nothing is updated: what changes gets another row, and the last counts. DuckDB crashes when it takes back an update for which it found no memory.
/// Nor does a commit checkpoint: a checkpoint that finds no memory makes DuckDB give the file up until it is opened again. See <see cref="Checkpoint"/>.
/// </remarks>
public sealed class LogTable : IDisposable
{
    /// <summary>So much in the write-ahead file is worth a checkpoint.</summary>
    public const long CheckpointBytes = 64 * 1024 * 1024;

    private readonly Engine engine;
    private readonly string path;
    private DuckDBConnection connection;
    private bool isOpen;
    private long change;

    public LogTable(Engine engine, string path)
    {
        this.engine = engine;
        this.path = path;
        Open();
        Engine.Execute(
            connection,
            $"""
            CREATE TABLE IF NOT EXISTS {Name}.logs (
                seq BIGINT NOT NULL, time BIGINT NOT NULL, nanos INTEGER NOT NULL,
                topic VARCHAR, source VARCHAR, tags VARCHAR);
            CREATE TABLE IF NOT EXISTS {Name}.fields (id INTEGER, path VARCHAR, type VARCHAR);
            CREATE TABLE IF NOT EXISTS {Name}.deleted (seq BIGINT NOT NULL);
            CREATE TABLE IF NOT EXISTS {Name}.reached (change BIGINT NOT NULL, segment BIGINT, byte_offset BIGINT, next_seq BIGINT);
            CREATE TABLE IF NOT EXISTS {Name}.settings (change BIGINT NOT NULL, index_json VARCHAR, index_changed_at BIGINT, kept_from BIGINT, kept_seq BIGINT);
            """
        );
        TakeOver();
        Load();
        Engine.Execute(connection, ForgetReached);
    }

    /// <summary>The database's name in SQL; the table is <c>{Name}.logs</c>.</summary>
    public string Name { get; private set; }

    public ColumnMap Columns { get; private set; } = new([], null);

    public LogPosition Position { get; private set; }

    public long NextSequence { get; private set; }

    public long IndexChangedAt { get; private set; }

    public KeptLogs Kept { get; private set; } = new(0, 1, SequenceSet.Empty);

    /// <summary>Adds rows and moves the position, or neither.</summary>
    public void Append(IEnumerable<(long FirstSequence, IReadOnlyList<LogRow> Rows)> groups, LogPosition position, long nextSequence)
    {
        Commit(() =>
        {
            using (var appender = connection.CreateAppender(Name, "main", "logs"))
            {
                foreach (var (firstSequence, rows) in groups)
                {
                    for (var i = 0; i < rows.Count; i++)
                    {
                        rows[i].AppendTo(appender, firstSequence + i);
                    }
                }
            }
            Reach(position, nextSequence);
        });
        Position = position;
        NextSequence = nextSequence;
    }

    /// <summary>Puts an index in force (null: none). Logs written before keep the columns they have.</summary>
    public void ChangeIndex(IndexDefinition? index, long changedAt, LogPosition position)
    {
        var missing = index is null ? [] : Columns.MissingFor(index);
        Commit(() =>
        {
            foreach (var field in missing)
            {
                var type = field.Type switch
                {
                    FieldType.Long => "BIGINT",
                    FieldType.Double => "DOUBLE",
                    _ => "VARCHAR",
                };
                Engine.Execute(connection, $"ALTER TABLE {Name}.logs ADD COLUMN {field.Value} {type}");
                Engine.Execute(connection, $"INSERT INTO {Name}.fields VALUES ({field.Id}, {Literal.Text(field.Path)}, '{field.Type}')");
            }
            Set(index, changedAt, Kept);
            Reach(position, NextSequence);
        });
        Position = position;
        Columns = new ColumnMap([.. Columns.Fields, .. missing], index);
        IndexChangedAt = changedAt;
    }

    /// <summary>Takes logs away, and remembers which: they still stand in the shard log and in the term index.</summary>
    public void Delete(SequenceSet logs, LogPosition position)
    {
        Commit(() =>
        {
            using (var appender = connection.CreateAppender(Name, "main", "deleted"))
            {
                foreach (var sequence in logs.Members)
                {
                    appender.CreateRow().AppendValue(sequence).EndRow();
                }
            }
            Engine.Execute(
                connection,
                $"DELETE FROM {Name}.logs WHERE seq BETWEEN {logs.Members[0]} AND {logs.Members[^1]} AND seq IN (SELECT seq FROM {Name}.deleted)"
            );
            Reach(position, NextSequence);
        });
        Position = position;
        Kept = Kept with { Deleted = Kept.Deleted.With(logs) };
    }

    /// <summary>What is committed and stands in the write-ahead file only.</summary>
    public long UnwrittenBytes => new FileInfo(path + ".wal") is { Exists: true } file ? file.Length : 0;

    /// <summary>Writes committed rows from the write-ahead file into the database file. Not beside statements: when it fails, the file is opened anew.</summary>
    public void Checkpoint()
    {
        try
        {
            Engine.Execute(connection, $"CHECKPOINT {Name}");
        }
        catch
        {
            Close();
            Open();
            throw;
        }
    }

    /// <summary>Forgets logs that are older or were written before, for good: they are not seen again even where they still stand.</summary>
    public void Keep(KeptLogs kept)
    {
        Commit(() =>
        {
            Engine.Execute(
                connection,
                $"""
                DELETE FROM {Name}.logs WHERE time < {kept.From} OR seq < {kept.FirstSequence};
                DELETE FROM {Name}.deleted WHERE seq < {kept.FirstSequence};
                {ForgetReached};
                """
            );
            Set(Columns.Index, IndexChangedAt, kept);
        });
        Kept = kept;
    }

    public void Dispose() => Close();

    [MemberNotNull(nameof(Name), nameof(connection))]
    private void Open()
    {
        Name = engine.Attach(path);
        connection = engine.Open();
        isOpen = true;
    }

    private void Close()
    {
        connection.Dispose();
        if (isOpen)
        {
            isOpen = false;
            engine.Detach(Name);
        }
    }

    /// <summary>All of a change, or nothing of it. A commit that finds no memory leaves its connection in a state nobody knows, so the next gets another.</summary>
    private void Commit(Action change)
    {
        if (!isOpen)
        {
            Open();
        }
        try
        {
            Engine.Execute(connection, "BEGIN");
            change();
            Engine.Execute(connection, "COMMIT");
        }
        catch
        {
            connection.Dispose();
            connection = engine.Open();
            throw;
        }
    }

    private string ForgetReached => $"DELETE FROM {Name}.reached WHERE change < (SELECT max(change) FROM {Name}.reached)";

    private void Reach(LogPosition position, long nextSequence) =>
        Engine.Execute(connection, $"INSERT INTO {Name}.reached VALUES ({++change}, {position.Segment}, {position.Offset}, {nextSequence})");

    private void Set(IndexDefinition? index, long changedAt, KeptLogs kept)
    {
        var json = index is null ? "NULL" : Literal.Text(index.JsonText);
        Engine.Execute(connection, $"INSERT INTO {Name}.settings VALUES ({++change}, {json}, {changedAt}, {kept.From}, {kept.FirstSequence})");
    }

    /// <summary>Of a new table the beginning, of one that was made before what it kept in a row that was updated.</summary>
    private void TakeOver()
    {
        Engine.Execute(
            connection,
            $"""
            CREATE TABLE IF NOT EXISTS {Name}.state AS
                SELECT 1 AS segment, 0 AS byte_offset, 1 AS next_seq, NULL::VARCHAR AS index_json, 0 AS index_changed_at, 0 AS kept_from, 1 AS kept_seq;
            INSERT INTO {Name}.reached SELECT 0, segment, byte_offset, next_seq FROM {Name}.state WHERE NOT EXISTS (FROM {Name}.reached);
            INSERT INTO {Name}.settings SELECT 0, index_json, index_changed_at, kept_from, kept_seq FROM {Name}.state WHERE NOT EXISTS (FROM {Name}.settings);
            DROP TABLE {Name}.state;
            """
        );
    }

    private void Load()
    {
        using var state = connection.CreateCommand();
        state.CommandText = $"""
            SELECT segment, byte_offset, next_seq, index_json, index_changed_at, kept_from, kept_seq, greatest(place.change, rules.change)
            FROM (FROM {Name}.reached ORDER BY change DESC LIMIT 1) AS place, (FROM {Name}.settings ORDER BY change DESC LIMIT 1) AS rules
            """;
        using var reader = state.ExecuteReader();
        reader.Read();
        Position = new LogPosition(reader.GetInt64(0), reader.GetInt64(1));
        NextSequence = reader.GetInt64(2);
        var index = reader.IsDBNull(3) ? null : IndexDefinition.Stored(reader.GetString(3));
        IndexChangedAt = reader.GetInt64(4);
        Kept = new KeptLogs(reader.GetInt64(5), reader.GetInt64(6), LoadDeleted());
        change = reader.GetInt64(7);
        Columns = new ColumnMap(LoadFields(), index);
    }

    private SequenceSet LoadDeleted()
    {
        using var command = connection.CreateCommand();
        command.CommandText = $"SELECT seq FROM {Name}.deleted";
        using var reader = command.ExecuteReader();
        var sequences = new List<long>();
        while (reader.Read())
        {
            sequences.Add(reader.GetInt64(0));
        }
        return SequenceSet.Of(sequences);
    }

    private List<IndexedField> LoadFields()
    {
        using var command = connection.CreateCommand();
        command.CommandText = $"SELECT id, path, type FROM {Name}.fields ORDER BY id";
        using var reader = command.ExecuteReader();
        var fields = new List<IndexedField>();
        while (reader.Read())
        {
            fields.Add(new IndexedField(reader.GetInt32(0), reader.GetString(1), Enum.Parse<FieldType>(reader.GetString(2))));
        }
        return fields;
    }
}

/// <summary>Which logs have neither aged out nor been deleted.</summary>
/// <param name="From">Unix seconds; older logs are gone.</param>
/// <param name="FirstSequence">Logs written before this one are gone.</param>
/// <param name="Deleted">Of the others those that are gone, too.</param>
public sealed record KeptLogs(long From, long FirstSequence, SequenceSet Deleted)
{
    /// <summary>What is left when older logs go, as well.</summary>
    public KeptLogs After(long from, long firstSequence)
    {
        var first = Math.Max(firstSequence, FirstSequence);
        return new KeptLogs(Math.Max(from, From), first, Deleted.From(first));
    }
}
