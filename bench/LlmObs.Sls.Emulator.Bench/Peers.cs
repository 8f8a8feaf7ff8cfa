using System.Data.Common;
using System.Globalization;
using System.Text.Json;
using DuckDB.NET.Data;
using LlmObs.LocalHost.Postgres;
using Npgsql;
using NpgsqlTypes;

namespace LlmObs.Sls.Emulator.Bench;

/// <summary>An engine that keeps the same logs in one table and scans them: <c>logs (time, service, duration, raw)</c>.</summary>
internal static class Peers
{
    /// <summary>A file of its own, DuckDB's own settings but for its memory.</summary>
    public static async Task<IReadOnlyList<Times>> DuckDbAsync(string directory, long count)
    {
        await using var connection = new DuckDBConnection($"DataSource={Path.Combine(directory, "naive.duckdb")}");
        await connection.OpenAsync();
        await ExecuteAsync(connection, "SET memory_limit='1GB'; CREATE TABLE logs (time BIGINT, service VARCHAR, duration BIGINT, raw VARCHAR)");
        using (var appender = connection.CreateAppender("logs"))
        {
            foreach (var (time, service, duration, raw) in Rows(count))
            {
                appender.CreateRow().AppendValue((long?)time).AppendValue(service).AppendValue((long?)duration).AppendValue(raw).EndRow();
            }
        }
        await ExecuteAsync(connection, "CHECKPOINT");
        return await AskAsync(connection, text => $"contains(raw, '{text}')");
    }

    /// <summary>As LlmObs starts it, without an index for words.</summary>
    public static async Task<IReadOnlyList<Times>> PostgresAsync(long count)
    {
        var directory = Directory.CreateTempSubdirectory("llmobs-bench-");
        if (!OperatingSystem.IsWindows())
        {
            // As root PostgreSQL runs as another user, who has to get through here.
            File.SetUnixFileMode(directory.FullName, (UnixFileMode)0b111_101_101);
        }
        try
        {
            await using var server = await PostgresServer.StartAsync(new() { Directory = directory.FullName, Port = 0 });
            await using var connection = new NpgsqlConnection(server.ConnectionString("postgres"));
            await connection.OpenAsync();
            await ExecuteAsync(connection, "CREATE TABLE logs (time bigint, service text, duration bigint, raw text)");
            await using (var copy = await connection.BeginBinaryImportAsync("COPY logs FROM STDIN (FORMAT BINARY)"))
            {
                foreach (var (time, service, duration, raw) in Rows(count))
                {
                    await copy.StartRowAsync();
                    await copy.WriteAsync(time, NpgsqlDbType.Bigint);
                    await copy.WriteAsync(service, NpgsqlDbType.Text);
                    await copy.WriteAsync(duration, NpgsqlDbType.Bigint);
                    await copy.WriteAsync(raw, NpgsqlDbType.Text);
                }
                await copy.CompleteAsync();
            }
            await ExecuteAsync(connection, "VACUUM ANALYZE logs");
            return await AskAsync(connection, text => $"raw ILIKE '%{text}%'");
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static async Task<IReadOnlyList<Times>> AskAsync(DbConnection connection, Func<string, string> has)
    {
        var times = new List<Times>();
        foreach (var question in Questions.Searches)
        {
            times.Add(
                await Times.OfAsync(async () =>
                {
                    await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Words of our own.
                    command.CommandText = $"SELECT raw FROM logs WHERE {question.Condition(has)} ORDER BY time DESC LIMIT 100";
#pragma warning restore CA2100
                    await using var reader = await command.ExecuteReaderAsync();
                    var rows = 0;
                    while (await reader.ReadAsync())
                    {
                        rows += reader.GetString(0).Length > 0 ? 1 : 0;
                    }
                    return rows;
                })
            );
        }
        return times;
    }

    private static IEnumerable<(long Time, string Service, long Duration, string Raw)> Rows(long count)
    {
        for (long number = 0; number < count; number++)
        {
            var log = SampleSpans.At(number);
            var fields = log.Contents.ToDictionary(field => field.Key, field => field.Value);
            yield return (
                log.Time,
                fields["service"],
                long.Parse(fields["duration"], CultureInfo.InvariantCulture),
                JsonSerializer.Serialize(fields, Json)
            );
        }
    }

    private static readonly JsonSerializerOptions Json = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static async Task ExecuteAsync(DbConnection connection, string sql)
    {
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Statements of our own.
        command.CommandText = sql;
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
    }
}
