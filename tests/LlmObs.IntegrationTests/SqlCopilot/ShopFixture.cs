using LlmObs.IntegrationTests.Support;
using LlmObs.SqlCopilot;
using LlmObs.SqlCopilot.Scripted;
using LlmObs.SqlCopilot.Shop;
using LlmObs.SqlCopilot.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace LlmObs.IntegrationTests.SqlCopilot;

/// <summary>The whole copilot on a free port with a database of its own; nobody visits, and the scripted model answers at once.</summary>
public sealed class ShopFixture(PostgresFixture postgres) : IAsyncLifetime
{
    private WebApplication? _app;
    public string ConnectionString { get; private set; } = "";
    public IServiceProvider Services => _app!.Services;
    public Uri Address => new(_app!.Urls.Single());

    public async ValueTask InitializeAsync()
    {
        ConnectionString = await postgres.CreateEmptyDatabaseAsync();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Configuration.AddInMemoryCollection(
            new Dictionary<string, string?>
            {
                ["ConnectionStrings:llmobs"] = ConnectionString,
                ["Shop:ReaderRole"] = new NpgsqlConnectionStringBuilder(ConnectionString).Database + "_reader",
                ["Shop:StatementTimeoutMs"] = "1000",
                ["Shop:MaxRows"] = "50",
                ["Demo:QuestionsPerMinute"] = "0",
                ["ScriptedModel:Pace"] = "0",
            }
        );
        builder.Services.AddCopilot();
        _app = builder.Build();
        _app.MapHealthChecks("/health");
        ScriptedModelEndpoint.Map(_app);
        AskEndpoints.Map(_app);
        await _app.StartAsync();
        await Services.GetRequiredService<ShopDatabase>().Reader.WaitAsync(TimeSpan.FromSeconds(60));
    }

    /// <summary>Runs SQL as the database's owner.</summary>
    public async Task<object?> AsOwnerAsync(string sql)
    {
        await using var source = NpgsqlDataSource.Create(ConnectionString);
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync(TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
        {
            await _app.DisposeAsync();
        }
    }
}
