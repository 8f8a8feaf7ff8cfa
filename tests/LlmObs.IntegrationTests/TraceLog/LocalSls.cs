using LlmObs.Sls;
using LlmObs.Sls.Emulator;
using LlmObs.Sls.Emulator.Http;
using LlmObs.TraceLog;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace LlmObs.IntegrationTests.TraceLog;

/// <summary>An emulator on a port of its own, asked over HTTP by our client as the cloud would be.</summary>
public sealed class LocalSls : IAsyncDisposable
{
    private readonly string directory;
    private readonly HttpClient http = SlsClient.CreateHttp();
    private WebApplication app;

    private LocalSls(string directory, WebApplication app)
    {
        (this.directory, this.app) = (directory, app);
        Endpoint = app.Urls.First();
        Client = new(SlsOptions.Parse(ConnectionString), http);
        Store = new(Client, Options.Create(new TraceLogOptions()), TimeProvider.System);
        Search = new(Client);
    }

    public string Endpoint { get; }
    public string ConnectionString => $"Endpoint={Endpoint};Project=llmobs;AccessKeyId=local;AccessKeySecret=local";
    public SlsClient Client { get; }
    public SpanLogStore Store { get; }
    public SpanSearch Search { get; }

    public static async Task<LocalSls> StartAsync()
    {
        var directory = Directory.CreateTempSubdirectory("llmobs-sls-").FullName;
        return new(directory, await StartAppAsync(directory, "http://127.0.0.1:0"));
    }

    /// <summary>Goes away; what it holds stays.</summary>
    public async Task StopAsync() => await app.DisposeAsync();

    /// <summary>Comes back at the same address.</summary>
    public async Task RestartAsync() => app = await StartAppAsync(directory, Endpoint);

    /// <summary>Loses all it held. Only while it is away.</summary>
    public void Forget()
    {
        Directory.Delete(directory, recursive: true);
        Directory.CreateDirectory(directory);
    }

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        http.Dispose();
        Directory.Delete(directory, recursive: true);
    }

    private static async Task<WebApplication> StartAppAsync(string directory, string url)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = "Development" });
        builder.Logging.ClearProviders();
        builder.Configuration["Emulator:DataDirectory"] = directory;
        builder.WebHost.UseUrls(url);
        builder.AddServiceDefaults();
        builder.AddSlsEmulator();
        var app = builder.Build();
        app.MapSls();
        await app.StartAsync();
        return app;
    }
}
