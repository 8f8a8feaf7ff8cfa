using LlmObs.IntegrationTests.Support;
using LlmObs.Storage;
using LlmObs.Storage.Access;
using LlmObs.Storage.Reading;
using LlmObs.Storage.Schema;
using LlmObs.Storage.Writing;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace LlmObs.IntegrationTests.Storage;

public sealed class StorageServicesTests(PostgresFixture postgres)
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Lets_a_reader_wait_for_the_schema_that_Ingest_makes()
    {
        var connectionString = await postgres.ConnectionStringAsync(postgres.NewName());
        using var web = Host(connectionString, ownsSchema: false);
        await web.StartAsync(Cancel);
        Assert.Equal(HealthStatus.Unhealthy, await HealthAsync(web));
        await Assert.ThrowsAsync<StorageUnavailableException>(() => web.Services.GetRequiredService<TraceReader>().SpansAsync(1, "x", Cancel));

        using var ingest = Host(connectionString, ownsSchema: true);
        await ingest.StartAsync(Cancel);
        await ingest.Services.GetRequiredService<SchemaState>().WaitAsync(Cancel).WaitAsync(TimeSpan.FromSeconds(30), Cancel);
        await web.Services.GetRequiredService<SchemaState>().WaitAsync(Cancel).WaitAsync(TimeSpan.FromSeconds(30), Cancel);

        Assert.Equal(HealthStatus.Healthy, await HealthAsync(web));
        Assert.Empty(await web.Services.GetRequiredService<TraceReader>().SpansAsync(1, "x", Cancel));
        Assert.NotNull(ingest.Services.GetRequiredService<LateContentMerger>());
        await ingest.StopAsync(Cancel);
        await web.StopAsync(Cancel);
    }

    [Fact]
    public async Task Keeps_what_protects_cookies_for_the_next_replica()
    {
        var connectionString = await postgres.CreateDatabaseAsync();
        using var first = await StartedAsync(connectionString);
        var secret = Protector(first).Protect("cookie");

        using var second = await StartedAsync(connectionString);

        Assert.Equal("cookie", Protector(second).Unprotect(secret));
    }

    [Fact]
    public async Task Tells_an_outage_from_an_error()
    {
        await using var nobody = NpgsqlDataSource.Create("Host=127.0.0.1;Port=1;Username=x;Database=x");
        var schema = new SchemaState();
        schema.Ready();

        await Assert.ThrowsAsync<StorageUnavailableException>(() => new Outbox(new(nobody, schema)).StatusAsync(Cancel));
    }

    private static IDataProtector Protector(IHost host) => host.Services.GetRequiredService<IDataProtectionProvider>().CreateProtector("test");

    private static async Task<HealthStatus> HealthAsync(IHost host) =>
        (await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(Cancel)).Status;

    private static async Task<IHost> StartedAsync(string connectionString)
    {
        var host = Host(connectionString, ownsSchema: true);
        await host.StartAsync(Cancel);
        await host.Services.GetRequiredService<SchemaState>().WaitAsync(Cancel);
        return host;
    }

    private static IHost Host(string connectionString, bool ownsSchema)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddLogging();
        builder.Services.AddSingleton(NpgsqlDataSource.Create(connectionString));
        builder.AddLlmObsStorage(ownsSchema);
        builder.Services.AddDataProtection().PersistKeysToLlmObsStorage();
        return builder.Build();
    }
}
