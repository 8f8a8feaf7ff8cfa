using System.Diagnostics;
using System.Globalization;
using LlmObs.Domain.Evaluators.Sql;
using Npgsql;

namespace LlmObs.Storage.Sandbox;

/// <summary>Runs generated SQL in PostgreSQL so that it can read what its role may read, for a short time, and nothing else.</summary>
/// <remarks>
/// Four walls, each enough for what it is for: a role that can only SELECT (checked, see <see cref="PostgresSandboxCheck"/>); a read-only transaction that is
/// rolled back, on a connection that is closed; one statement that reads, used as a sub-query, which no statement that writes or sets can be; and no function
/// that PostgreSQL calls volatile but a few harmless ones, since among the others are those that sleep, lock, notify, write and reach outside.
/// </remarks>
public sealed class PostgresSandbox : ISqlSandbox
{
    private static readonly TimeSpan CheckAge = TimeSpan.FromMinutes(1);

    private readonly string connectionString;
    private readonly SqlLimits limits;
    private readonly TimeProvider time;
    private SandboxVerdict? verdict;

    /// <param name="searchPath">Schemas in which names without one are looked for; null for the role's own.</param>
    public PostgresSandbox(string connectionString, string? searchPath, SqlLimits limits, TimeProvider time)
    {
        // No pool: what a statement leaves behind in its session ends with it.
        this.connectionString = new NpgsqlConnectionStringBuilder(connectionString)
        {
            ApplicationName = "llmobs-sandbox",
            Pooling = false,
            Timeout = 10,
            CommandTimeout = 0,
            SearchPath = searchPath,
        }.ConnectionString;
        this.limits = limits;
        this.time = time;
    }

    public string Dialect => "postgresql";

    public async Task<string?> FindProblemAsync(CancellationToken cancellationToken)
    {
        await using var connection = await OpenAsync(cancellationToken);
        verdict = await PostgresSandboxCheck.RunAsync(connection, time.GetUtcNow(), cancellationToken);
        return verdict.Problem;
    }

    public async Task<SqlRun> RunAsync(string sql, CancellationToken cancellationToken)
    {
        await using var connection = await OpenAsync(cancellationToken);
        if (verdict is not { } known || time.GetUtcNow() - known.CheckedAt > CheckAge)
        {
            verdict = known = await PostgresSandboxCheck.RunAsync(connection, time.GetUtcNow(), cancellationToken);
        }

        if (known.Problem is { } problem)
        {
            throw new SqlSandboxAwayException(problem);
        }

        if (SqlGate.FindFault(sql, known.Forbidden) is { } fault)
        {
            return fault;
        }

        var start = time.GetTimestamp();
        // PostgreSQL keeps the time; this is for one that does not answer.
        using var late = new CancellationTokenSource(TimeSpan.FromMilliseconds(3.0 * limits.TimeoutMs + 5000), time);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, late.Token);
        var stage = SqlStage.Parse;
        try
        {
            await using var transaction = await connection.BeginTransactionAsync(deadline.Token);
            await ExecuteAsync(connection, Settings(), deadline.Token);
            if (await ColumnsAsync(connection, sql, deadline.Token) is not { Count: > 0 } columns)
            {
                return SqlRun.Refused("Only a statement that returns rows may run here.");
            }

            var wrapped = Wrapped(sql, columns);
            stage = SqlStage.Explain;
            await ExecuteAsync(connection, ["EXPLAIN " + wrapped], deadline.Token);
            stage = SqlStage.Run;
            return Ended(await ReadAsync(connection, wrapped, columns, deadline.Token), start);
        }
        catch (PostgresException exception) when (SqlStates.Outcome(exception.SqlState) is { } outcome)
        {
            return new(
                outcome,
                stage,
                exception.MessageText + (exception.Hint is null ? "" : $" HINT: {exception.Hint}"),
                exception.SqlState,
                stage == SqlStage.Parse && exception.Position > 0 ? exception.Position : null,
                null,
                Elapsed(start)
            );
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new(SqlOutcome.Timeout, stage, "No answer within the time limit.", null, null, null, Elapsed(start));
        }
        catch (NpgsqlException exception)
        {
            throw new SqlSandboxAwayException($"The sandbox's database broke off: {exception.Message}", exception);
        }
    }

    private async Task<NpgsqlConnection> OpenAsync(CancellationToken cancellationToken)
    {
        var connection = new NpgsqlConnection(connectionString);
        try
        {
            await connection.OpenAsync(cancellationToken);
            return connection;
        }
        catch (NpgsqlException exception)
        {
            await connection.DisposeAsync();
            throw new SqlSandboxAwayException($"The sandbox's database cannot be reached: {exception.Message}", exception);
        }
    }

    private string[] Settings() =>
        [
            "SET TRANSACTION READ ONLY",
            Set("statement_timeout", limits.TimeoutMs),
            Set("lock_timeout", Math.Min(1000, limits.TimeoutMs)),
            Set("idle_in_transaction_session_timeout", limits.TimeoutMs + 5000),
            "SET LOCAL work_mem = '16MB'",
            "SET LOCAL max_parallel_workers_per_gather = 0",
            "SET LOCAL standard_conforming_strings = on",
        ];

    private static string Set(string name, int value) => string.Create(CultureInfo.InvariantCulture, $"SET LOCAL {name} = {value}");

    // A batch command goes out as it is, in one message: PostgreSQL itself refuses a second statement in it. Nothing runs yet.
    private static async Task<IReadOnlyList<SqlColumn>> ColumnsAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection) { BatchCommands = { new NpgsqlBatchCommand(sql) } };
        await using var reader = await batch.ExecuteReaderAsync(System.Data.CommandBehavior.SchemaOnly, cancellationToken);
        return
        [
            .. Enumerable.Range(0, reader.FieldCount).Select(index => new SqlColumn(reader.GetName(index), TypeOf(reader.GetDataTypeName(index)))),
        ];
    }

    /// <summary>The statement as a sub-query, its values as text cut by the server: one value of a gigabyte costs a few kilobytes here.</summary>
    private string Wrapped(string sql, IReadOnlyList<SqlColumn> columns)
    {
        var names = Enumerable.Range(1, columns.Count).Select(number => string.Create(CultureInfo.InvariantCulture, $"c{number}")).ToList();
        return string.Create(
            CultureInfo.InvariantCulture,
            $"""
            SELECT {string.Join(", ", names.Select(name => $"left({name}::text, {SqlLimits.MaxValueCharacters + 1})"))} FROM (
            {sql}
            ) AS q ({string.Join(", ", names)}) LIMIT {limits.MaxRows + 1}
            """
        );
    }

    private async Task<SqlRun> ReadAsync(
        NpgsqlConnection connection,
        string wrapped,
        IReadOnlyList<SqlColumn> columns,
        CancellationToken cancellationToken
    )
    {
        await using var batch = new NpgsqlBatch(connection) { BatchCommands = { new NpgsqlBatchCommand(wrapped) } };
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        try
        {
            var table = await RowsAsync(reader, columns, cancellationToken);
            if (table is not null)
            {
                return new(SqlOutcome.Ok, SqlStage.Run, null, null, null, table, 0);
            }

            // Or the rest would still be read.
            batch.Cancel();
            await reader.DisposeAsync();
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.QueryCanceled && reader.IsClosed)
        {
            // As asked.
        }

        return SqlRun.TooLarge(limits);
    }

    /// <returns>Null when there is too much.</returns>
    private async Task<SqlTable?> RowsAsync(NpgsqlDataReader reader, IReadOnlyList<SqlColumn> columns, CancellationToken cancellationToken)
    {
        var rows = new List<IReadOnlyList<string?>>();
        long characters = 0;
        while (rows.Count < limits.MaxRows && await reader.ReadAsync(cancellationToken))
        {
            var row = new string?[columns.Count];
            for (var i = 0; i < row.Length; i++)
            {
                row[i] = await reader.IsDBNullAsync(i, cancellationToken) ? null : reader.GetString(i);
                characters += row[i]?.Length ?? 0;
                if (row[i]?.Length > SqlLimits.MaxValueCharacters || characters > limits.MaxCharacters)
                {
                    return null;
                }
            }

            rows.Add(row);
        }

        return new(columns, rows, rows.Count == limits.MaxRows && await reader.ReadAsync(cancellationToken));
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, IEnumerable<string> statements, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection);
        foreach (var statement in statements)
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand(statement));
        }

        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    private SqlRun Ended(SqlRun run, long start) => run with { ElapsedMs = Elapsed(start) };

    private double Elapsed(long start) => time.GetElapsedTime(start).TotalMilliseconds;

    private static SqlColumnType TypeOf(string name) =>
        name.Split('(')[0] switch
        {
            "smallint" or "integer" or "bigint" or "numeric" or "real" or "double precision" or "money" => SqlColumnType.Number,
            "text" or "character varying" or "character" or "name" or "citext" => SqlColumnType.Text,
            "boolean" => SqlColumnType.Boolean,
            "date" => SqlColumnType.Time,
            var other when other.StartsWith("time", StringComparison.Ordinal) => SqlColumnType.Time,
            _ => SqlColumnType.Other,
        };
}
