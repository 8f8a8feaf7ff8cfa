using System.IO.Compression;
using LlmObs.LocalHost.Postgres;
using Npgsql;

namespace LlmObs.EndToEndTests.Support;

/// <summary>A PostgreSQL of its own with the runs of a text-to-SQL copilot, as Dify keeps them.</summary>
public sealed class DifyDatabase : IAsyncDisposable
{
    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("llmobs-dify-");
    private PostgresServer? server;

    public string ConnectionString => server!.ConnectionString("postgres");

    public static async Task<DifyDatabase> StartAsync()
    {
        var dify = new DifyDatabase();
        // As root PostgreSQL runs as another user, who has to get through here.
        File.SetUnixFileMode(dify.directory.FullName, (UnixFileMode)0b111_101_101);
        dify.server = await PostgresServer.StartAsync(new() { Directory = dify.directory.FullName, Port = 0 });
        await using var packed = new GZipStream(
            File.OpenRead(Path.Combine(AppContext.BaseDirectory, "fixtures", "dify", "dify-postgres.sql.gz")),
            CompressionMode.Decompress
        );
        await using var source = NpgsqlDataSource.Create(dify.ConnectionString);
        await using var load = source.CreateCommand(await new StreamReader(packed).ReadToEndAsync());
        load.CommandTimeout = 120;
        await load.ExecuteNonQueryAsync();
        return dify;
    }

    public async ValueTask DisposeAsync()
    {
        await (server?.DisposeAsync() ?? ValueTask.CompletedTask);
        directory.Delete(recursive: true);
    }
}
