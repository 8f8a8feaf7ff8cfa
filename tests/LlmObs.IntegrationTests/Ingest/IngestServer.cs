using System.Globalization;
using System.Net;
using LlmObs.Api;
using LlmObs.Ingest.Dify;
using LlmObs.Ingest.Langfuse;
using LlmObs.Ingest.Otlp;
using LlmObs.Ingest.Shipping;
using LlmObs.IntegrationTests.Ingest;
using LlmObs.LocalHost.Postgres;
using LlmObs.Storage;
using LlmObs.Storage.Access;
using LlmObs.Storage.Reading;
using LlmObs.TraceLog;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

[assembly: AssemblyFixture(typeof(IngestDatabase))]

namespace LlmObs.IntegrationTests.Ingest;

/// <summary>One PostgreSQL for the tests of Ingest; each server takes a database of its own in it.</summary>
public sealed class IngestDatabase : IAsyncLifetime
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("llmobs-ingest-");
    private PostgresServer? _server;

    public PostgresServer Server => _server!;

    public async ValueTask InitializeAsync()
    {
        if (!OperatingSystem.IsWindows())
        {
            // As root PostgreSQL runs as another user, who has to get through here.
            File.SetUnixFileMode(_directory.FullName, (UnixFileMode)0b111_101_101);
        }

        _server = await PostgresServer.StartAsync(
            new()
            {
                Directory = _directory.FullName,
                Port = 0,
                Settings = new Dictionary<string, string> { ["fsync"] = "off" },
            }
        );
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        _directory.Delete(recursive: true);
    }
}

/// <summary>Ingest as it runs, on free ports, with real Kestrel and real PostgreSQL.</summary>
public sealed class IngestServer : IAsyncDisposable
{
    public const string Key = "key-of-the-tests-0123456789";
    public const string DefaultKey = "key-of-the-default-project-0123456789";
    public const string ReadOnlyKey = "key-that-only-reads-0123456789";

    private readonly WebApplication _app;
    private readonly SocketsHttpHandler _handler = new() { AutomaticDecompression = DecompressionMethods.None };

    private IngestServer(WebApplication app)
    {
        _app = app;
        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.ToList();
        Http = new HttpClient(_handler) { BaseAddress = new Uri(addresses[0]) };
        Grpc = new HttpClient(_handler, disposeHandler: false)
        {
            BaseAddress = new Uri(addresses[1]),
            DefaultRequestVersion = new Version(2, 0),
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
    }

    /// <summary>Of its own database.</summary>
    public string ConnectionString => Get<Microsoft.Extensions.Configuration.IConfiguration>().GetConnectionString("llmobs")!;

    public HttpClient Http { get; }
    public HttpClient Grpc { get; }

    public T Get<T>()
        where T : notnull => _app.Services.GetRequiredService<T>();

    public static Task<IngestServer> StartAsync(IngestDatabase database, string? connection, params (string Key, string Value)[] settings) =>
        StartAsync(database, connection, null, settings);

    /// <param name="connection">The database; null for one of its own in the tests' PostgreSQL.</param>
    /// <param name="time">Null for the system's clock.</param>
    public static async Task<IngestServer> StartAsync(
        IngestDatabase database,
        string? connection = null,
        TimeProvider? time = null,
        params (string Key, string Value)[] settings
    )
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = "Production" });
        builder.Configuration.AddInMemoryCollection(
            new Dictionary<string, string?>
            {
                ["ConnectionStrings:llmobs"] = connection ?? database.Server.ConnectionString("ingest_" + Guid.NewGuid().ToString("N")),
                ["urls"] = "http://127.0.0.1:0",
                [Listening.GrpcPortSetting] = FreePorts.Next().ToString(CultureInfo.InvariantCulture),
                ["Ingest:AllowAnonymousLoopback"] = "true",
                // Those that test the spool give it a directory of their own.
                ["Spool:MaxBytes"] = "0",
                ["ApiKeys:0:Project"] = "shop",
                ["ApiKeys:0:Key"] = Key,
                ["ApiKeys:1:Key"] = ReadOnlyKey,
                ["ApiKeys:1:Scopes"] = "Read",
                ["ApiKeys:2:Key"] = DefaultKey,
            }
        );
        builder.Configuration.AddInMemoryCollection(settings.ToDictionary(setting => setting.Key, setting => (string?)setting.Value));
        builder.Logging.SetMinimumLevel(LogLevel.Error);
        builder.Services.AddSingleton(time ?? TimeProvider.System);
        builder.AddServiceDefaults();
        builder.AddLlmObsDatabase();
        builder.AddLlmObsStorage(ownsSchema: true);
        builder.AddTraceLog();
        builder.AddOtlpIngest();
        builder.AddLangfuseIngest();
        builder.AddDifyIngest();
        builder.AddLlmObsApi();
        builder.Services.AddOptions<ShippingOptions>();
        builder.Services.AddSingleton<ShippingQueue>();
        builder.Services.AddSingleton(new WaitingSenders(Environment.ProcessorCount));
        var app = builder.Build();
        app.MapDifyIngest();
        app.MapLangfuseIngest();
        app.MapOtlpIngest();
        app.MapLlmObsApi();
        try
        {
            await app.StartAsync(TestContext.Current.CancellationToken);
        }
        catch
        {
            // Its telemetry listens to the whole process.
            await app.DisposeAsync();
            throw;
        }

        return new(app);
    }

    /// <summary>Waits until the schema is there and the keys of the configuration are known.</summary>
    public async Task<IngestServer> ReadyAsync()
    {
        var deadline = TimeProvider.System.GetUtcNow().AddSeconds(60);
        while (true)
        {
            try
            {
                if (await Get<ApiKeys>().FindAsync(Key, default) is not null && await Get<ApiKeys>().FindAsync(ReadOnlyKey, default) is not null)
                {
                    return this;
                }
            }
            catch (StorageUnavailableException) when (TimeProvider.System.GetUtcNow() < deadline)
            {
                // The schema is being made.
            }

            await Task.Delay(100, TestContext.Current.CancellationToken);
        }
    }

    public async Task<IReadOnlyList<Domain.Spans.SpanRecord>> TraceAsync(string project, string traceId)
    {
        var found = await Get<Projects>().FindAsync(project, default);
        return await Get<TraceReader>().RecordsAsync(found!.Id, traceId, default);
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        Grpc.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
