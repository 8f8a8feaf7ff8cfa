using System.IO.Compression;
using System.Text.Json;
using LlmObs.Storage.Dify;
using LlmObs.Storage.Reading;
using Npgsql;

namespace LlmObs.IntegrationTests.Ingest.Dify;

/// <summary>Dify's database of the fixture, and what is to be found in it.</summary>
internal static class DifyData
{
    public static JsonElement Expected { get; } = JsonElement.Parse(File.ReadAllText(Path("dify-expected.json")));

    public static string Path(string name) => System.IO.Path.Combine(AppContext.BaseDirectory, "fixtures", "dify", name);

    /// <summary>A database of its own with the fixture in it. Returns its connection string.</summary>
    public static async Task<string> LoadAsync(IngestDatabase database)
    {
        var name = "dify_" + Guid.NewGuid().ToString("N");
        await ExecuteAsync(database.Server.ConnectionString("postgres"), $"CREATE DATABASE {name}");
        var connection = database.Server.ConnectionString(name);
        await LoadAsync(connection);
        return connection;
    }

    /// <summary>Puts the fixture into an empty database.</summary>
    public static async Task LoadAsync(string connection)
    {
        await using var packed = new GZipStream(File.OpenRead(Path("dify-postgres.sql.gz")), CompressionMode.Decompress);
        await ExecuteAsync(connection, await new StreamReader(packed).ReadToEndAsync(TestContext.Current.CancellationToken));
    }

    public static async Task ExecuteAsync(string connection, string sql)
    {
        await using var source = NpgsqlDataSource.Create(connection + ";Pooling=false");
        await using var command = source.CreateCommand(sql);
        command.CommandTimeout = 120;
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    public static async Task<List<T>> ListAsync<T>(string connection, string sql)
    {
        await using var source = NpgsqlDataSource.Create(connection + ";Pooling=false");
        await using var command = source.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        var values = new List<T>();
        while (await reader.ReadAsync(TestContext.Current.CancellationToken))
        {
            values.Add(reader.GetFieldValue<T>(0));
        }

        return values;
    }

    /// <summary>Ingest with the reader at work, fast.</summary>
    public static async Task<IngestServer> ReadingAsync(
        IngestDatabase database,
        string ours,
        string dify,
        params (string Key, string Value)[] settings
    ) =>
        await (
            await IngestServer.StartAsync(
                database,
                ours,
                [
                    ("Dify:Reader:ConnectionString", dify),
                    ("Dify:Reader:PollSeconds", "1"),
                    ("Dify:Reader:HistoryDays", "400"),
                    ("Dify:Reader:QueriesPerMinute", "60000"),
                    .. settings,
                ]
            )
        ).ReadyAsync();

    /// <summary>Waits until a condition holds.</summary>
    public static async Task UntilAsync(Func<Task<bool>> holds, string what)
    {
        var deadline = TimeProvider.System.GetUtcNow().AddSeconds(60);
        while (!await holds())
        {
            Assert.True(TimeProvider.System.GetUtcNow() < deadline, $"Not within a minute: {what}");
            await Task.Delay(200, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Waits until all history is read and every span is written.</summary>
    public static Task UntilReadAsync(IngestServer server, string ours) =>
        UntilAsync(
            async () =>
                await server.Get<DifyProgress>().StatusAsync(TestContext.Current.CancellationToken) is [{ PolledAt: not null, Streams: var streams }]
                && streams.Where(stream => stream.Name.EndsWith(".history", StringComparison.Ordinal)).All(stream => stream.IsDone)
                && await IsWrittenAsync(ours),
            "all of Dify's history is read"
        );

    /// <summary>Whether every span is written of what has come.</summary>
    public static async Task<bool> IsWrittenAsync(string ours) =>
        (
            await ListAsync<long>(
                ours,
                """
                SELECT (SELECT count(*) FROM updated_spans WHERE due_at IS NOT NULL) + (SELECT count(*) FROM dify_told_spans WHERE due_at IS NOT NULL)
                """
            )
        )[0] == 0;

    /// <summary>All rows of a trace.</summary>
    public static async Task<IReadOnlyList<Domain.Spans.SpanRecord>> TraceAsync(IngestServer server, string traceId) =>
        await server.TraceAsync("default", traceId);
}
