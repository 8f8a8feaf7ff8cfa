using System.Data;
using System.Globalization;
using DuckDB.NET.Data;
using DuckDB.NET.Native;
using LlmObs.Sls.Emulator.Sql;

namespace LlmObs.Sls.Emulator.Storage;

/// <summary>
/// The one DuckDB instance of the process. Each logstore is a database file attached to it, so that memory and threads are bounded
/// once for all, and a statement could join logstores. Nothing outside the data directory can be reached from SQL.
/// </summary>
public sealed class Engine : IDisposable
{
    /// <summary>Why a statement is refused that would make more at once than memory holds.</summary>
    internal const string NoRoom = "could not allocate what a function makes";

    // What a commit or an appender found is called an error of the transaction, or has no kind.
    private static readonly string[] OutOfMemory =
    [
        "Out of Memory Error",
        "failed to allocate",
        "could not allocate",
        "failed to pin block",
        "failed to offload",
    ];

    private const int BesideEngineMb = 512;
    private readonly DuckDBConnection root = new("DataSource=:memory:");
    private readonly ReaderWriterLockSlim uses = new();
    private readonly string memoryLimit;
    private int attached;

    public Engine(EmulatorOptions options, TimeProvider time)
    {
        Gate = new StatementGate(time);
        Memory = new MemoryWatch(() => ProcessMemory.Native, (options.MemoryMb + BesideEngineMb) * 1024L * 1024, time);
        ReservedDiskBytes = options.MinFreeDiskMb * 1024L * 1024;
        memoryLimit = $"{options.MemoryMb.ToString(CultureInfo.InvariantCulture)}MB";
        DataDirectory = Path.GetFullPath(options.DataDirectory);
        Directory.CreateDirectory(DataDirectory);
        root.Open();
        Execute(
            root,
            $"""
            SET memory_limit='{memoryLimit}';
            SET temp_directory={Literal.Text(Path.Combine(DataDirectory, "tmp"))};
            SET max_temp_directory_size='{options.SpillMb.ToString(CultureInfo.InvariantCulture)}MB';
            SET checkpoint_threshold='1TB';
            SET allocator_flush_threshold='16MB';
            SET allocator_background_threads=true;
            SET late_materialization_max_rows=1000;
            SET autoinstall_known_extensions=false;
            SET autoload_known_extensions=false;
            SET allowed_directories=[{Literal.Text(DataDirectory + Path.DirectorySeparatorChar)}];
            SET enable_external_access=false;
            """
        );
        SequenceMarks.Register(root);
        CodedFunctions.Register(root, Memory.TryReserve);
        Execute(root, PrestoMacros.Create(options.UtcOffsetMinutes));
        Execute(root, "SET allowed_configs=['memory_limit']; SET lock_configuration=true");
    }

    public string DataDirectory { get; }

    /// <summary>Who may run a statement now.</summary>
    public StatementGate Gate { get; }

    /// <summary>Interrupts statements that take too much beside what the engine counts.</summary>
    public MemoryWatch Memory { get; }

    /// <summary>Below this much free space nothing is written.</summary>
    public long ReservedDiskBytes { get; }

    public long FreeDiskBytes() => new DriveInfo(DataDirectory).AvailableFreeSpace;

    public DuckDBConnection Open()
    {
        var connection = root.Duplicate();
        connection.Open();
        return connection;
    }

    /// <summary>Opens a logstore's file; returns the name that SQL knows it by. A file left by a crash is recovered here.</summary>
    public string Attach(string path)
    {
        var name = $"s{Interlocked.Increment(ref attached)}";
        using var connection = Open();
        // Small row groups: a log is some KB, and a checkpoint rewrites the last group. The newest form of the file packs text in half the time.
        Execute(connection, $"ATTACH {Literal.Text(path)} AS {name} (ROW_GROUP_SIZE 16384, STORAGE_VERSION 'latest')");
        return name;
    }

    /// <summary>Closes a logstore's file. On a full disk its last checkpoint is left out: the next <see cref="Attach"/> reads the write-ahead file.</summary>
    public void Detach(string name)
    {
        using var connection = Open();
        try
        {
            Execute(connection, $"DETACH {name}");
        }
        catch (DuckDBException full) when (full.Message.Contains("CHECKPOINT during DETACH failed", StringComparison.Ordinal))
        {
            // It is detached all the same.
        }
    }

    /// <summary>Held while a statement or a write runs; on one thread from begin to end. <see cref="TryTrim"/> keeps out of its way.</summary>
    public Use BeginUse()
    {
        uses.EnterReadLock();
        return new Use(uses);
    }

    /// <summary>
    /// Gives back the memory of pages that can be read again from disk. Not while anything runs: for a moment the limit is so low that a
    /// statement would fail. False when something runs now.
    /// </summary>
    public bool TryTrim()
    {
        if (!uses.TryEnterWriteLock(0))
        {
            return false;
        }
        try
        {
            Execute(root, "SET memory_limit='16MB'");
        }
        catch (DuckDBException)
        {
            // More than that is pinned: what could be dropped was dropped before it said so.
        }
        finally
        {
            try
            {
                Execute(root, $"SET memory_limit='{memoryLimit}'");
            }
            finally
            {
                uses.ExitWriteLock();
            }
        }
        return true;
    }

    /// <summary>A statement or a write found no memory: it takes too much itself, or others took it.</summary>
    public static bool IsOutOfMemory(DuckDBException failure) =>
        failure.ErrorType == DuckDBErrorType.OutOfMemory
        || OutOfMemory.Any(sign => failure.Message.Contains(sign, StringComparison.OrdinalIgnoreCase));

    public static void Execute(IDbConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Text enters SQL only through Literal.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }

    public void Dispose()
    {
        root.Dispose();
        uses.Dispose();
        Gate.Dispose();
        Memory.Dispose();
    }

    public readonly struct Use(ReaderWriterLockSlim uses) : IDisposable
    {
        public void Dispose() => uses.ExitReadLock();
    }
}
