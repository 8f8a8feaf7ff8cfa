using LlmObs.Storage;
using LlmObs.Storage.Schema;
using LlmObs.Storage.Writing;

namespace LlmObs.Ingest.Bench.Stack;

/// <summary>Storage as Ingest registers it, in this process.</summary>
internal sealed class WriterServices : IAsyncDisposable
{
    private readonly IHost host;

    private WriterServices(IHost host) => this.host = host;

    public SpanWriter Writer => host.Services.GetRequiredService<SpanWriter>();

    public static async Task<WriterServices> StartAsync(BenchPostgres postgres)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Configuration["ConnectionStrings:llmobs"] = postgres.ConnectionString;
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.AddLlmObsDatabase();
        builder.AddLlmObsStorage(ownsSchema: true);
        var host = builder.Build();
        await host.StartAsync();
        await host.Services.GetRequiredService<SchemaState>().WaitAsync(default);
        return new(host);
    }

    public async ValueTask DisposeAsync()
    {
        await host.StopAsync();
        host.Dispose();
    }
}
