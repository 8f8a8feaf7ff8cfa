using LlmObs.Domain.Spans;
using LlmObs.Ingest.Shipping;
using LlmObs.IntegrationTests.Support;
using LlmObs.IntegrationTests.TraceLog;
using LlmObs.Sls;
using LlmObs.Storage;
using LlmObs.Storage.Writing;
using LlmObs.TraceLog;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LlmObs.IntegrationTests.Ingest.Shipping;

/// <summary>The way from PostgreSQL to SLS with both real, and SLS going away.</summary>
public sealed class SlsShipperTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Ships_every_batch_once_through_an_outage()
    {
        await using var sls = await LocalSls.StartAsync();
        using var host = await StartAsync(sls);
        var project = await database.NewProjectAsync();
        var queue = host.Services.GetRequiredService<ShippingQueue>();

        // As ingest does: commit, then offer.
        queue.Offer((await database.WriteAsync(project, Spans.Chat(), Spans.Chat())).Outbox);
        await UntilAsync(async () => await CountAsync(sls, project.Name) == 2, "the fast path ships");

        await sls.StopAsync();
        for (var batch = 0; batch < 10; batch++)
        {
            queue.Offer((await database.WriteAsync(project, Spans.Chat(), Spans.Chat())).Outbox);
        }

        await UntilAsync(async () => (await database.Outbox.StatusAsync(Token)) is { FailedAttempts: > 0, Pending: 10 }, "the backlog shows");
        Assert.Equal(HealthStatus.Degraded, await HealthAsync(host));
        await sls.RestartAsync();
        await UntilAsync(async () => (await database.Outbox.StatusAsync(Token)).Pending == 0, "the backlog drains");

        Assert.Equal(22, await CountAsync(sls, project.Name));
        Assert.Equal(22, await LogsAsync(sls, project.Name));
        Assert.Equal(HealthStatus.Healthy, await HealthAsync(host));
        await host.StopAsync(Token);
    }

    [Fact]
    public async Task Neither_loses_nor_repeats_what_a_killed_process_left()
    {
        await using var sls = await LocalSls.StartAsync();
        await sls.Store.EnsureAsync(Token);
        var project = await database.NewProjectAsync();
        var lease = database.Options.FastPathLease;
        database.Options.FastPathLease = TimeSpan.FromSeconds(1);
        var sent = (await database.WriteAsync(project, Spans.Chat(), Spans.Chat())).Outbox.Single();
        var half = (await database.WriteAsync(project, Spans.Chat(), Spans.Chat())).Outbox.Single();
        await database.WriteAsync(project, Spans.Chat());
        // The other tests' batches wait in memory for longer than that: they would be claimed meanwhile, and sent twice.
        database.Options.FastPathLease = lease;
        // The one was killed after sending and before writing that down, the other in the middle of a large batch, the third before sending.
        await sls.Store.WriteAsync(project.Name, sent.BatchId, sent.Records, Token);
        await sls.Store.WriteAsync(project.Name, half.BatchId, [half.Records[0]], Token);

        using var host = await StartAsync(sls);
        await UntilAsync(
            async () => (await database.ScalarAsync($"SELECT count(*) FROM outbox WHERE project_id = {project.Id}")) is 0L,
            "recovery ships"
        );

        Assert.Equal(5, await CountAsync(sls, project.Name));
        Assert.Equal(5, await LogsAsync(sls, project.Name));
        await host.StopAsync(Token);
    }

    [Fact]
    public async Task Creates_the_logstore_again_when_somebody_dropped_everything()
    {
        await using var first = await LocalSls.StartAsync();
        using var host = await StartAsync(first);
        var project = await database.NewProjectAsync();
        var queue = host.Services.GetRequiredService<ShippingQueue>();
        queue.Offer((await database.WriteAsync(project, Spans.Chat())).Outbox);
        await UntilAsync(async () => await CountAsync(first, project.Name) == 1, "the fast path ships");

        await first.StopAsync();
        first.Forget();
        await first.RestartAsync();
        queue.Offer((await database.WriteAsync(project, Spans.Chat())).Outbox);

        await UntilAsync(async () => await CountAsync(first, project.Name) == 1, "a new logstore takes the next batch");
        await host.StopAsync(Token);
    }

    private async Task<IHost> StartAsync(LocalSls sls)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration["ConnectionStrings:llmobs"] = database.ConnectionString;
        builder.Configuration["ConnectionStrings:sls"] = sls.ConnectionString;
        builder.Configuration["Shipping:PollSeconds"] = "0.1";
        builder.Configuration["Shipping:FirstRetrySeconds"] = "0.2";
        builder.Configuration["Shipping:MaxRetrySeconds"] = "1";
        builder.Configuration["Shipping:MaxPauseSeconds"] = "0.5";
        builder.Configuration["Shipping:VisibilitySeconds"] = "0.2";
        builder.Configuration["Shipping:LateWriteSeconds"] = "0";
        builder.Configuration["urls"] = "http://127.0.0.1:0";
        builder.AddServiceDefaults();
        builder.AddLlmObsDatabase();
        builder.AddLlmObsStorage(ownsSchema: true);
        builder.AddTraceLog();
        builder.AddShipping();
        var app = builder.Build();
        await app.StartAsync(Token);
        return app;
    }

    private static async Task<HealthStatus> HealthAsync(IHost host) =>
        (await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(check => check.Name == "sls", Token)).Status;

    private static async Task<long> CountAsync(LocalSls sls, string project)
    {
        var now = TimeProvider.System.GetUtcNow();
        return await sls.Search.SpanCountAsync(new(project, "", now.AddHours(-1), now.AddHours(1)), Token);
    }

    /// <summary>Logs, not spans: a repeat shows.</summary>
    private static async Task<long> LogsAsync(LocalSls sls, string project)
    {
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        var result = await sls.Client.GetLogsAsync(
            SpanLogSchema.Logstore,
            new($"{new SlsQueryBuilder().Field("project", project)} | select count(1) as logs from log", now - 3600, now + 3600),
            Token
        );
        return long.Parse(result.Rows[0]["logs"], System.Globalization.CultureInfo.InvariantCulture);
    }

    private static async Task UntilAsync(Func<Task<bool>> holds, string what)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!await holds())
        {
            Assert.False(limit.IsCancellationRequested, $"After a minute it is still not so that {what}.");
            await Task.Delay(50, Token);
        }
    }
}
