using System.Globalization;
using System.Text;
using System.Text.Json;
using DuckDB.NET.Data;
using LlmObs.Domain.Evaluators.Sql;

namespace LlmObs.Quality.Sql;

/// <summary>Runs generated SQL in a DuckDB of its own: in memory, with at most one file attached read-only, no way outside, and settings that cannot be changed.</summary>
/// <param name="path">The file to read; empty for none.</param>
public sealed class DuckDbSandbox(string path, SqlLimits limits, TimeProvider time) : ISqlSandbox
{
    private const string Describe = "DESCRIBE ";

    public string Dialect => "duckdb";

    public async Task<string?> FindProblemAsync(CancellationToken cancellationToken) =>
        path.Length > 0 && !File.Exists(path) ? $"There is no file {path}."
        : await RunAsync("SELECT 1", cancellationToken) is { Message: { } message } ? message
        : null;

    public async Task<SqlRun> RunAsync(string sql, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        using var late = new CancellationTokenSource(TimeSpan.FromMilliseconds(limits.TimeoutMs), time);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, late.Token);
        var run = await Task.Run(() => Run(sql, end.Token), cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        return run with { ElapsedMs = time.GetElapsedTime(start).TotalMilliseconds };
    }

    private SqlRun Run(string sql, CancellationToken end)
    {
        using var connection = Open();
        var stage = SqlStage.Parse;
        var before = Describe;
        try
        {
            if (FindFault(connection, sql) is { } fault)
            {
                return fault;
            }

            stage = SqlStage.Explain;
            var columns = Columns(connection, sql, end);
            stage = SqlStage.Run;
            before = SelectFrom(columns);
            return Read(connection, before, sql, columns, end);
        }
        catch (Exception exception) when (exception is DuckDBException or OperationCanceledException && end.IsCancellationRequested)
        {
            return new(SqlOutcome.Timeout, stage, "No answer within the time limit.", null, null, null, 0);
        }
        catch (DuckDBException exception)
        {
            var (message, position) = Error(exception);
            return new(Outcome(message), stage, message, null, Position(sql, position - before.Length), null, 0);
        }
    }

    private DuckDBConnection Open()
    {
        var connection = new DuckDBConnection("DataSource=:memory:");
        try
        {
            connection.Open();
            Execute(
                connection,
                "SET errors_as_json = true; SET memory_limit = '256MB'; SET threads = 1; SET temp_directory = ''; SET autoinstall_known_extensions = false; SET autoload_known_extensions = false;"
            );
            if (path.Length > 0)
            {
                Execute(connection, $"ATTACH {Text(path)} AS data (READ_ONLY); USE data;");
            }

            Execute(connection, "SET enable_external_access = false; SET lock_configuration = true;");
            return connection;
        }
        catch (DuckDBException exception)
        {
            connection.Dispose();
            throw new SqlSandboxAwayException($"The sandbox's file cannot be opened: {Error(exception).Message}", exception);
        }
    }

    /// <summary>DuckDB writes the tree of a statement as JSON, of one that only reads alone: its word for that is taken.</summary>
    private static SqlRun? FindFault(DuckDBConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The statement goes in as a text. A parameter would not do: DuckDB wants a constant here.
        command.CommandText = $"SELECT CAST(json_serialize_sql({Text(sql)}) AS VARCHAR)";
#pragma warning restore CA2100
        using var tree = JsonDocument.Parse((string)command.ExecuteScalar()!);
        var root = tree.RootElement;
        if (root.GetProperty("error").GetBoolean())
        {
            var message = root.GetProperty("error_message").GetString() ?? "";
            return root.GetProperty("error_type").GetString() == "parser"
                ? new(SqlOutcome.Syntax, SqlStage.Parse, message, null, Position(sql, Bytes(root)), null, 0)
                : SqlRun.Refused("Only one SELECT may run here.");
        }

        return root.GetProperty("statements").GetArrayLength() == 1 ? null : SqlRun.Refused("Only one SELECT may run here.");
    }

    /// <summary>The message as people know it, and the bytes before the place it speaks of.</summary>
    private static (string Message, int? Bytes) Error(DuckDBException exception)
    {
        // A parser's error has its kind before the JSON as well.
        var json = exception.Message[Math.Max(exception.Message.IndexOf('{', StringComparison.Ordinal), 0)..];
        try
        {
            using var error = JsonDocument.Parse(json);
            var root = error.RootElement;
            return ($"{root.GetProperty("exception_type").GetString()} Error: {root.GetProperty("exception_message").GetString()}", Bytes(root));
        }
        catch (Exception unreadable) when (unreadable is JsonException or KeyNotFoundException)
        {
            return (exception.Message.Split("\n\n", 2)[0], null);
        }
    }

    private static int? Bytes(JsonElement error) =>
        error.TryGetProperty("position", out var position) && int.TryParse(position.ToString(), CultureInfo.InvariantCulture, out var bytes)
            ? bytes
            : null;

    /// <summary>From 1 on, in characters; null when the place is not within the statement.</summary>
    private static int? Position(string sql, int? bytes) =>
        bytes is { } before && before >= 0 && before < Encoding.UTF8.GetByteCount(sql)
            ? Encoding.UTF8.GetCharCount(Encoding.UTF8.GetBytes(sql), 0, before) + 1
            : null;

    private static List<SqlColumn> Columns(DuckDBConnection connection, string sql, CancellationToken end)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The statement is what this class is for; it was found to be one SELECT.
        command.CommandText = Describe + sql;
#pragma warning restore CA2100
        using var stop = end.Register(command.Cancel);
        using var reader = command.ExecuteReader();
        var columns = new List<SqlColumn>();
        while (reader.Read())
        {
            columns.Add(new(reader.GetString(0), TypeOf(reader.GetString(1))));
        }

        return columns;
    }

    private static IEnumerable<string> Names(List<SqlColumn> columns) =>
        columns.Select((_, index) => string.Create(CultureInfo.InvariantCulture, $"c{index + 1}"));

    private static string SelectFrom(List<SqlColumn> columns) =>
        $"SELECT {string.Join(", ", Names(columns).Select(name => $"left(CAST({name} AS VARCHAR), {SqlLimits.MaxValueCharacters + 1})"))} FROM (\n";

    private SqlRun Read(DuckDBConnection connection, string select, string sql, List<SqlColumn> columns, CancellationToken end)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // As above, within parentheses.
        command.CommandText = string.Create(
            CultureInfo.InvariantCulture,
            $"{select}{sql}\n) AS q ({string.Join(", ", Names(columns))}) LIMIT {limits.MaxRows + 1}"
        );
#pragma warning restore CA2100
        using var stop = end.Register(command.Cancel);
        using var reader = command.ExecuteReader();
        var rows = new List<IReadOnlyList<string?>>();
        long characters = 0;
        while (rows.Count < limits.MaxRows && reader.Read())
        {
            end.ThrowIfCancellationRequested();
            var row = columns.Select((_, index) => reader.IsDBNull(index) ? null : reader.GetString(index)).ToArray();
            characters += row.Sum(value => (long)(value?.Length ?? 0));
            if (characters > limits.MaxCharacters || row.Any(value => value?.Length > SqlLimits.MaxValueCharacters))
            {
                return SqlRun.TooLarge(limits);
            }

            rows.Add(row);
        }

        return new(SqlOutcome.Ok, SqlStage.Run, null, null, null, new(columns, rows, rows.Count == limits.MaxRows && reader.Read()), 0);
    }

    private static SqlOutcome Outcome(string message) =>
        message switch
        {
            _ when message.StartsWith("Parser", StringComparison.Ordinal) => SqlOutcome.Syntax,
            _ when message.Contains("Table with name", StringComparison.Ordinal) || message.Contains("Schema with name", StringComparison.Ordinal) =>
                SqlOutcome.UnknownTable,
            _ when message.Contains("Referenced column", StringComparison.Ordinal)
                    || message.Contains("does not have a column named", StringComparison.Ordinal)
                    || message.Contains("Referenced table", StringComparison.Ordinal) => SqlOutcome.UnknownColumn,
            _ when message.StartsWith("Permission", StringComparison.Ordinal) => SqlOutcome.Permission,
            _ when message.StartsWith("Out of Memory", StringComparison.Ordinal) => SqlOutcome.TooLarge,
            _ when message.StartsWith("Binder", StringComparison.Ordinal)
                    || message.StartsWith("Conversion", StringComparison.Ordinal)
                    || message.StartsWith("Catalog", StringComparison.Ordinal)
                    || message.StartsWith("Out of Range", StringComparison.Ordinal) => SqlOutcome.Type,
            _ => SqlOutcome.Other,
        };

    private static SqlColumnType TypeOf(string name) =>
        name.Split('(')[0] switch
        {
            "TINYINT"
            or "SMALLINT"
            or "INTEGER"
            or "BIGINT"
            or "HUGEINT"
            or "UTINYINT"
            or "USMALLINT"
            or "UINTEGER"
            or "UBIGINT"
            or "UHUGEINT"
            or "FLOAT"
            or "DOUBLE"
            or "DECIMAL" => SqlColumnType.Number,
            "VARCHAR" => SqlColumnType.Text,
            "BOOLEAN" => SqlColumnType.Boolean,
            var other when other.StartsWith("DATE", StringComparison.Ordinal) || other.StartsWith("TIME", StringComparison.Ordinal) =>
                SqlColumnType.Time,
            _ => SqlColumnType.Other,
        };

    private static void Execute(DuckDBConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Ours, and a path of the configuration as a text.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }

    private static string Text(string value) => $"'{value.Replace("'", "''", StringComparison.Ordinal)}'";
}
