using LlmObs.SqlCopilot.Scripted;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace LlmObs.Tests.SqlCopilot;

/// <summary>The scripted model alone, on a free port, answering at once.</summary>
public sealed class ScriptedServer : IAsyncLifetime
{
    private readonly WebApplication _app;

    public ScriptedServer()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.Configure<ScriptedModelOptions>(options => options.Pace = 0);
        builder.Services.AddSingleton(TimeProvider.System).AddSingleton<ScriptedModelEndpoint>();
        _app = builder.Build();
        ScriptedModelEndpoint.Map(_app);
    }

    public Uri Address => new(_app.Urls.Single());

    public async ValueTask InitializeAsync() => await _app.StartAsync();

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
