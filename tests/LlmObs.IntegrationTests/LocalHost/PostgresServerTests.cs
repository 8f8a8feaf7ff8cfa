using System.Diagnostics;
using LlmObs.LocalHost;
using LlmObs.LocalHost.Postgres;
using Npgsql;

namespace LlmObs.IntegrationTests.LocalHost;

public sealed class PostgresServerTests : IDisposable
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    // Not under the repository: it may be in a place that user postgres can't enter, which is a case of its own.
    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("llmobs-postgres-");

    public PostgresServerTests() => OpenToAll(directory.FullName);

    public void Dispose() => directory.Delete(recursive: true);

    [Fact]
    public async Task Keeps_its_data_from_one_run_to_the_next()
    {
        await using (var first = await StartAsync())
        {
            await ExecuteAsync(first, "CREATE TABLE notes (text text); INSERT INTO notes VALUES ('中文')");
            await first.StopAsync();
            Assert.Equal(0, await first.Exited);
        }

        await using var second = await StartAsync();
        Assert.Equal("中文", await ScalarAsync(second, "SELECT text FROM notes"));
    }

    [Fact]
    public async Task Recovers_what_was_committed_before_a_kill()
    {
        await using var killed = await StartAsync();
        await ExecuteAsync(killed, "CREATE TABLE notes (text text); INSERT INTO notes VALUES ('kept')");
        Process.GetProcessById(killed.ProcessId).Kill();
        await killed.Exited;

        await using var recovered = await StartAsync();
        Assert.Equal("kept", await ScalarAsync(recovered, "SELECT text FROM notes"));
    }

    [Fact]
    public async Task Stops_a_server_left_behind_by_a_host_that_was_killed()
    {
        await using var left = await StartAsync();
        await ExecuteAsync(left, "CREATE TABLE notes (text text); INSERT INTO notes VALUES ('kept')");

        await using var next = await StartAsync();
        Assert.True(left.Exited.IsCompleted);
        Assert.Equal("kept", await ScalarAsync(next, "SELECT text FROM notes"));
    }

    [Fact]
    public async Task Starts_although_the_old_process_id_belongs_to_another_program_now()
    {
        await using (await StartAsync()) { }

        var pidFile = Path.Combine(directory.FullName, "data", "postmaster.pid");
        await File.WriteAllTextAsync(pidFile, $"{Environment.ProcessId}\n{directory.FullName}/data\n1\n5433\n\n127.0.0.1\n\nready\n", Cancel);

        await using var server = await StartAsync();
        Assert.Equal(1, await ScalarAsync(server, "SELECT 1"));
    }

    [Fact]
    public async Task Sets_a_new_password_when_the_file_was_lost()
    {
        await using (await StartAsync()) { }

        File.Delete(Path.Combine(directory.FullName, "password"));
        await using var server = await StartAsync();
        Assert.Equal(1, await ScalarAsync(server, "SELECT 1"));
    }

    [Fact]
    public async Task Refuses_a_wrong_password_and_hides_the_right_one()
    {
        await using var server = await StartAsync();
        var wrong = new NpgsqlConnectionStringBuilder(server.ConnectionString("notes")) { Password = "wrong" }.ToString();
        await using var connection = new NpgsqlConnection(wrong);
        var refusal = await Assert.ThrowsAsync<PostgresException>(() => connection.OpenAsync(Cancel));
        Assert.Equal(PostgresErrorCodes.InvalidPassword, refusal.SqlState);

        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(directory.FullName, "password")));
        }
    }

    [Fact]
    public async Task Says_what_to_do_when_the_data_is_of_another_version()
    {
        await using (await StartAsync()) { }

        await File.WriteAllTextAsync(Path.Combine(directory.FullName, "data", "PG_VERSION"), "11\n", Cancel);
        var refusal = await Assert.ThrowsAsync<LocalHostException>(StartWithoutInstalling);
        Assert.Contains("written by PostgreSQL 11", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("pg_upgrade", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Shows_what_the_server_said_when_it_cannot_start()
    {
        var refusal = await Assert.ThrowsAsync<LocalHostException>(() => StartAsync(new() { ["shared_buffers"] = "nonsense" }));
        Assert.Contains("shared_buffers", refusal.Message, StringComparison.Ordinal);
    }

    private Task<PostgresServer> StartAsync(Dictionary<string, string>? settings = null) =>
        PostgresServer.StartAsync(
            new PostgresServerOptions
            {
                Directory = directory.FullName,
                Port = 0,
                Databases = ["notes"],
                Settings = settings ?? [],
            },
            Cancel
        );

    private Task<PostgresServer> StartWithoutInstalling()
    {
        // npm's binaries count as there once their directory is: an empty one is found wanting without asking the network.
        Directory.CreateDirectory(Path.Combine(directory.FullName, $"npm-{NpmPostgres.PackageVersion}"));
        return StartAsync();
    }

    private static async Task ExecuteAsync(PostgresServer server, string sql)
    {
        await using var data = NpgsqlDataSource.Create(server.ConnectionString("notes"));
        await using var command = data.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Cancel);
    }

    private static async Task<object?> ScalarAsync(PostgresServer server, string sql)
    {
        await using var data = NpgsqlDataSource.Create(server.ConnectionString("notes"));
        await using var command = data.CreateCommand(sql);
        return await command.ExecuteScalarAsync(Cancel);
    }

    private static void OpenToAll(string path)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, (UnixFileMode)0b111_101_101);
        }
    }
}
