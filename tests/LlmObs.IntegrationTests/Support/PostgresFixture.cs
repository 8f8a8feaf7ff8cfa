using LlmObs.IntegrationTests.Support;
using LlmObs.LocalHost.Postgres;
using LlmObs.Storage.Schema;
using Npgsql;

[assembly: AssemblyFixture(typeof(PostgresFixture))]

namespace LlmObs.IntegrationTests.Support;

/// <summary>One PostgreSQL for the assembly, started by the product's own code when a test first asks, and a migrated database to copy.</summary>
/// <remarks>Set LLMOBS_TEST_POSTGRES to a connection string of a superuser to test against another server or version.</remarks>
public sealed class PostgresFixture : IAsyncDisposable
{
    private const string Template = "llmobs_template";
    private readonly SemaphoreSlim starting = new(1, 1);
    private DirectoryInfo? directory;
    private PostgresServer? server;
    private string? connectionString;
    private int databases;

    /// <summary>Makes a database with the schema and nothing in it. Returns its connection string.</summary>
    public async Task<string> CreateDatabaseAsync() => await CreateDatabaseAsync(Template);

    /// <summary>Makes a database without a schema.</summary>
    public async Task<string> CreateEmptyDatabaseAsync() => await CreateDatabaseAsync("template0");

    /// <summary>Where a database of that name is, or would be.</summary>
    public async Task<string> ConnectionStringAsync(string database)
    {
        await StartAsync();
        return new NpgsqlConnectionStringBuilder(connectionString) { Database = database }.ConnectionString;
    }

    public string NewName() => $"test_{Environment.ProcessId}_{Interlocked.Increment(ref databases)}";

    public async ValueTask DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        if (server is not null)
        {
            await server.DisposeAsync();
        }

        directory?.Delete(recursive: true);
        starting.Dispose();
    }

    private async Task<string> CreateDatabaseAsync(string template)
    {
        await StartAsync();
        var name = NewName();
        await ExecuteAsync($"CREATE DATABASE {name} TEMPLATE {template}");
        return await ConnectionStringAsync(name);
    }

    private async Task StartAsync()
    {
        await starting.WaitAsync();
        try
        {
            if (connectionString is null)
            {
                connectionString = Environment.GetEnvironmentVariable("LLMOBS_TEST_POSTGRES") ?? await StartServerAsync();
                await MakeTemplateAsync();
            }
        }
        finally
        {
            starting.Release();
        }
    }

    private async Task<string> StartServerAsync()
    {
        directory = Directory.CreateTempSubdirectory("llmobs-tests-");
        if (!OperatingSystem.IsWindows())
        {
            // Running as root, the server is another user, who must be able to enter.
            directory.UnixFileMode |= UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;
        }

        server = await PostgresServer.StartAsync(
            new()
            {
                Directory = directory.FullName,
                Port = 0,
                Settings = new Dictionary<string, string>
                {
                    ["fsync"] = "off",
                    ["synchronous_commit"] = "off",
                    ["full_page_writes"] = "off",
                    ["max_connections"] = "200",
                },
            }
        );
        return server.ConnectionString("postgres");
    }

    private async Task MakeTemplateAsync()
    {
        await ExecuteAsync($"DROP DATABASE IF EXISTS {Template}");
        var template = new NpgsqlConnectionStringBuilder(connectionString) { Database = Template, Pooling = false }.ConnectionString;
        await using var dataSource = NpgsqlDataSource.Create(template);
        await new Migrator(dataSource).MigrateAsync(CancellationToken.None);
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var dataSource = NpgsqlDataSource.Create(
            new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString
        );
        await using var command = dataSource.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
