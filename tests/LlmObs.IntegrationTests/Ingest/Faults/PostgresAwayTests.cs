using System.Net;
using System.Security.Cryptography;
using Google.Protobuf;
using LlmObs.Ingest.Spooling;
using LlmObs.IntegrationTests.Support;
using LlmObs.LocalHost.Postgres;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;

namespace LlmObs.IntegrationTests.Ingest.Faults;

/// <summary>PostgreSQL stops, hangs or is cut off while spans arrive from clients that never repeat: what was acknowledged is there, once.</summary>
public sealed class PostgresAwayTests(IngestDatabase database) : IAsyncLifetime
{
    // What the whole matrix behind ./test.sh --long does more often.
    private static readonly bool IsLong = Environment.GetEnvironmentVariable("LLMOBS_LONG_TESTS") == "1";
    private static readonly int Rounds = IsLong ? 5 : 1;

    // The first time; a restart of PostgreSQL takes about as long. Later it is back as soon as something waits for it.
    private static readonly TimeSpan FirstAway = TimeSpan.FromSeconds(IsLong ? 30 : 0);

    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("llmobs-faults-");
    private PostgresServer postgres = null!;

    private string SpoolDirectory => Path.Combine(directory.FullName, "spool");

    public async ValueTask InitializeAsync()
    {
        if (!OperatingSystem.IsWindows())
        {
            // As root PostgreSQL runs as another user, who has to get through here.
            File.SetUnixFileMode(directory.FullName, (UnixFileMode)0b111_101_101);
        }

        postgres = await StartPostgresAsync(port: 0);
    }

    [Fact]
    public async Task Acknowledges_from_the_spool_while_PostgreSQL_is_stopped()
    {
        await using var ingest = await StartIngestAsync(postgres.Port);
        await using var spans = new NumberedSpans(ingest.Http).Start();
        await spans.MoreAsync(30, "spans are taken");
        for (var round = 0; round < Rounds; round++)
        {
            await postgres.StopAsync();
            await Task.Delay(round == 0 ? FirstAway : TimeSpan.Zero, TestContext.Current.CancellationToken);
            await spans.MoreAsync(60, "spans are taken without PostgreSQL");
            Assert.Equal(HealthStatus.Degraded, await SpoolHealthAsync(ingest));
            postgres = await StartPostgresAsync(postgres.Port);
            await spans.MoreAsync(30, "spans are taken again");
        }

        await spans.StopAsync();
        Assert.Empty(spans.Refusals);
        await DrainedAsync(ingest);
        Assert.Equal(HealthStatus.Healthy, await SpoolHealthAsync(ingest));
        await AssertOnceAsync(spans);
    }

    [Fact]
    public async Task Acknowledges_from_the_spool_while_PostgreSQL_hangs()
    {
        await using var wire = new CutWire(postgres.Port);
        await using var ingest = await StartIngestAsync(wire.Port);
        await using var spans = new NumberedSpans(ingest.Http).Start();
        await spans.MoreAsync(30, "spans are taken");
        for (var round = 0; round < Rounds; round++)
        {
            wire.Hang();
            await Wait.UntilAsync(() => Task.FromResult(ingest.Get<Spool>().Status.Records > 5), "batches are spooled");
            wire.Resume();
            await spans.MoreAsync(30, "spans are taken again");
        }

        await spans.StopAsync();
        Assert.Empty(spans.Refusals);
        await DrainedAsync(ingest);
        await AssertOnceAsync(spans);
    }

    // Few spans go in by INSERT, sixty by COPY.
    [Theory]
    [InlineData(3)]
    [InlineData(60)]
    public async Task Keeps_everything_once_when_connections_are_cut_in_the_middle_of_a_statement(int spansPerRequest)
    {
        await using var wire = new CutWire(postgres.Port);
        await using var ingest = await StartIngestAsync(wire.Port);
        await using var spans = new NumberedSpans(ingest.Http, spansPerRequest).Start();
        await spans.MoreAsync(30, "spans are taken");
        wire.CutEveryBytes = 20_000;
        await Wait.UntilAsync(() => Task.FromResult(wire.Cuts >= 10 * Rounds), "connections were cut");
        wire.CutEveryBytes = 0;
        await spans.MoreAsync(30, "spans are taken after it");

        await spans.StopAsync();
        Assert.Empty(spans.Refusals);
        await DrainedAsync(ingest);
        await AssertOnceAsync(spans);
    }

    [Fact]
    public async Task Tells_clients_to_come_again_when_the_spool_is_full_and_keeps_what_it_took()
    {
        await using var ingest = await StartIngestAsync(postgres.Port, spoolBytes: 8192);
        await using var spans = new NumberedSpans(ingest.Http);
        Assert.Equal(HttpStatusCode.OK, await spans.SendAsync());
        await postgres.StopAsync();
        while (await spans.SendAsync() == HttpStatusCode.OK)
        {
            Assert.True(spans.Acknowledged.Count < 3000, "a spool of 8 KiB never became full");
        }

        Assert.True(spans.Acknowledged.Count > 6);
        Assert.Equal((HttpStatusCode.ServiceUnavailable, true), spans.Refusals.Single());
        postgres = await StartPostgresAsync(postgres.Port);
        await DrainedAsync(ingest);
        Assert.Equal(HttpStatusCode.OK, await spans.SendAsync());
        await AssertOnceAsync(spans);
    }

    [Fact]
    public async Task Tells_clients_to_come_again_while_the_disk_of_the_spool_is_full_and_keeps_what_it_took()
    {
        using var disk = SmallDisk.Mount(megabytes: 4);
        await using var ingest = await StartIngestAsync(postgres.Port, spoolDirectory: Path.Combine(disk.Path, "spool"));
        await using var spans = new NumberedSpans(ingest.Http);
        Assert.Equal(HttpStatusCode.OK, await spans.SendAsync());
        await postgres.StopAsync();
        Assert.Equal(HttpStatusCode.OK, await spans.SendAsync());
        disk.FillUp();
        while (await spans.SendAsync() == HttpStatusCode.OK)
        {
            Assert.True(spans.Acknowledged.Count < 3000, "a full disk never refused a batch");
        }

        Assert.Equal((HttpStatusCode.ServiceUnavailable, true), spans.Refusals.Single());
        disk.Free();
        Assert.Equal(HttpStatusCode.OK, await spans.SendAsync());
        postgres = await StartPostgresAsync(postgres.Port);
        await DrainedAsync(ingest);
        await AssertOnceAsync(spans);
    }

    [Fact]
    public async Task Brings_what_an_earlier_process_spooled_to_PostgreSQL()
    {
        NumberedSpans spans;
        await using (var first = await StartIngestAsync(postgres.Port))
        {
            spans = new NumberedSpans(first.Http);
            Assert.Equal(HttpStatusCode.OK, await spans.SendAsync());
            await postgres.StopAsync();
            Assert.Equal(HttpStatusCode.OK, await spans.SendAsync());
            Assert.Equal(HttpStatusCode.OK, await spans.SendAsync());
        }

        postgres = await StartPostgresAsync(postgres.Port);
        await using var second = await StartIngestAsync(postgres.Port);
        await DrainedAsync(second);
        Assert.Equal(9, spans.Acknowledged.Count);
        await AssertOnceAsync(spans);
        await spans.DisposeAsync();
    }

    [Fact]
    public async Task Knows_its_senders_after_a_restart_while_PostgreSQL_is_stopped()
    {
        await using (var first = await StartIngestAsync(postgres.Port))
        {
            Assert.Equal(HttpStatusCode.OK, await SendWithAsync(first, IngestServer.Key));
        }

        await postgres.StopAsync();
        await using (var second = await LaunchIngestAsync(postgres.Port))
        {
            Assert.Equal(HttpStatusCode.OK, await SendWithAsync(second, IngestServer.Key));
            Assert.Equal(HttpStatusCode.ServiceUnavailable, await SendWithAsync(second, "a-key-nobody-has-seen-0123456789"));
        }

        postgres = await StartPostgresAsync(postgres.Port);
        await using var third = await StartIngestAsync(postgres.Port);
        await DrainedAsync(third);
        await using var source = NpgsqlDataSource.Create(postgres.ConnectionString("llmobs"));
        Assert.Equal(2, (await CountAsync(source, "SELECT span_id, count(*) FROM spans WHERE trace_id = $1 GROUP BY span_id")).Count);
    }

    public async ValueTask DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        await postgres.DisposeAsync();
        directory.Delete(recursive: true);
    }

    private Task<PostgresServer> StartPostgresAsync(int port) =>
        PostgresServer.StartAsync(
            new()
            {
                Directory = Path.Combine(directory.FullName, "pg"),
                Port = port,
                Settings = new Dictionary<string, string> { ["fsync"] = "off" },
            }
        );

    private async Task<IngestServer> StartIngestAsync(int port, int spoolBytes = 100_000_000, string? spoolDirectory = null) =>
        await (await LaunchIngestAsync(port, spoolBytes, spoolDirectory)).ReadyAsync();

    /// <summary>Without waiting for PostgreSQL.</summary>
    private Task<IngestServer> LaunchIngestAsync(int port, int spoolBytes = 100_000_000, string? spoolDirectory = null)
    {
        var connection = new NpgsqlConnectionStringBuilder(postgres.ConnectionString("llmobs")) { Port = port };
        return IngestServer.StartAsync(
            database,
            connection.ConnectionString,
            ("Spool:Directory", spoolDirectory ?? SpoolDirectory),
            ("Spool:MaxBytes", $"{spoolBytes}"),
            ("Spool:PatienceSeconds", "0.5"),
            ("Spool:RetrySeconds", "0.1")
        );
    }

    private static async Task<HttpStatusCode> SendWithAsync(IngestServer ingest, string key)
    {
        var span = OtlpBodies.Span("step", RandomNumberGenerator.GetBytes(8));
        span.TraceId = ByteString.CopyFrom(Convert.FromHexString(NumberedSpans.TraceHex));
        using var request = OtlpBodies.Http(OtlpBodies.Request(span));
        request.Headers.Authorization = new("Bearer", key);
        using var response = await ingest.Http.SendAsync(request, TestContext.Current.CancellationToken);
        return response.StatusCode;
    }

    private static async Task<HealthStatus> SpoolHealthAsync(IngestServer ingest) =>
        (await ingest.Get<HealthCheckService>().CheckHealthAsync(check => check.Name == "spool")).Status;

    private static Task DrainedAsync(IngestServer ingest) =>
        Wait.UntilAsync(() => Task.FromResult(ingest.Get<Spool>().Status.Bytes == 0), "the spool is drained");

    /// <summary>Every acknowledged span has one row, and one place among what goes to SLS.</summary>
    private async Task AssertOnceAsync(NumberedSpans spans)
    {
        await using var source = NpgsqlDataSource.Create(postgres.ConnectionString("llmobs"));
        var rows = await CountAsync(source, "SELECT span_id, count(*) FROM spans WHERE trace_id = $1 GROUP BY span_id");
        var shipped = await CountAsync(
            source,
            """
            SELECT t.span_id, count(*)
            FROM outbox AS o, unnest(o.trace_ids, o.span_ids) AS t (trace_id, span_id)
            WHERE t.trace_id = $1
            GROUP BY t.span_id
            """
        );
        Assert.Equal(spans.Acknowledged.Count, spans.Acknowledged.Distinct().Count());
        Assert.All(spans.Acknowledged, id => Assert.True(rows.GetValueOrDefault(id) == 1, $"span {id} has {rows.GetValueOrDefault(id)} rows"));
        Assert.All(
            spans.Acknowledged,
            id => Assert.True(shipped.GetValueOrDefault(id) == 1, $"span {id} is {shipped.GetValueOrDefault(id)} times in the outbox")
        );
    }

    private static async Task<Dictionary<string, long>> CountAsync(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        command.Parameters.AddWithValue(NumberedSpans.TraceHex);
        await using var reader = await command.ExecuteReaderAsync();
        var counts = new Dictionary<string, long>();
        while (await reader.ReadAsync())
        {
            counts[reader.GetString(0)] = reader.GetInt64(1);
        }

        return counts;
    }
}
