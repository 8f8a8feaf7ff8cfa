using LlmObs.LocalHost.Postgres;
using Npgsql;

namespace LlmObs.Ingest.Bench.Stack;

/// <summary>PostgreSQL as LlmObs starts it for itself, on an empty data directory: durable (fsync, synchronous_commit and full_page_writes on).</summary>
internal sealed class BenchPostgres : IAsyncDisposable
{
    private readonly DirectoryInfo directory;
    private readonly PostgresServer server;

    private BenchPostgres(DirectoryInfo directory, PostgresServer server)
    {
        (this.directory, this.server) = (directory, server);
        DataSource = NpgsqlDataSource.Create(ConnectionString);
    }

    public string ConnectionString => server.ConnectionString("llmobs");

    public NpgsqlDataSource DataSource { get; }

    public int ProcessId => server.ProcessId;

    public static async Task<BenchPostgres> StartAsync()
    {
        var directory = Directory.CreateTempSubdirectory("llmobs-bench-");
        if (!OperatingSystem.IsWindows())
        {
            // As root PostgreSQL runs as another user, who has to get through here.
            File.SetUnixFileMode(directory.FullName, (UnixFileMode)0b111_101_101);
        }

        return new(directory, await PostgresServer.StartAsync(new() { Directory = directory.FullName, Port = 0 }));
    }

    /// <summary>Empties what spans are written to and writes everything out, so that each measurement begins alike.</summary>
    public async Task ClearAsync()
    {
        await ExecuteAsync("TRUNCATE spans, span_contents, outbox, late_contents");
        await ExecuteAsync("CHECKPOINT");
    }

    public async Task<T> AskAsync<T>(string sql)
    {
        await using var command = DataSource.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>The settings that decide what a commit costs, for the report.</summary>
    public async Task<string> SettingsAsync() =>
        await AskAsync<string>(
            """
            SELECT 'PostgreSQL ' || current_setting('server_version') || ': ' || string_agg(name || ' = ' || current_setting(name), ', ' ORDER BY name)
            FROM pg_settings
            WHERE name IN ('fsync', 'synchronous_commit', 'full_page_writes', 'wal_compression', 'shared_buffers', 'max_wal_size', 'commit_delay')
            """
        );

    public async ValueTask DisposeAsync()
    {
        await DataSource.DisposeAsync();
        await server.DisposeAsync();
        directory.Delete(recursive: true);
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var command = DataSource.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
