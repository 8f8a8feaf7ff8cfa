using LlmObs.Domain;
using LlmObs.Domain.Spans;
using LlmObs.Ingest.Reconciling;
using LlmObs.Ingest.Shipping;
using LlmObs.IntegrationTests.Support;
using LlmObs.Storage;
using LlmObs.Storage.Writing;
using LlmObs.TraceLog;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LlmObs.IntegrationTests.Ingest.Faults;

/// <summary>SLS refuses, hangs, answers too late, takes a part: every committed span is there in the end, once.</summary>
public sealed class SlsFaultTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(SlsFault.Quota)]
    [InlineData(SlsFault.TooMany)]
    [InlineData(SlsFault.ErrorAfterTaking)]
    [InlineData(SlsFault.Hang)]
    [InlineData(SlsFault.LateAnswer)]
    [InlineData(SlsFault.CutAfterTaking)]
    public async Task Ships_every_span_once_through(SlsFault fault)
    {
        await using var sls = await FaultySls.StartAsync();
        using var shipper = await StartAsync(sls);
        var project = await database.NewProjectAsync();
        await WriteAsync(project, shipper, batches: 3);
        await ShippedAsync(project);

        sls.Fault = fault;
        await WriteAsync(project, shipper, batches: 6);
        await Wait.UntilAsync(() => Task.FromResult(sls.Met >= 3), "writes met the fault");
        sls.Fault = SlsFault.None;
        await WriteAsync(project, shipper, batches: 3);

        await AssertOnceAsync(sls, project, spans: 24);
        await shipper.StopAsync(Token);
    }

    [Fact]
    public async Task A_write_that_comes_into_effect_after_it_was_repeated_is_there_once_when_the_ledger_has_looked()
    {
        await using var sls = await FaultySls.StartAsync();
        using var shipper = await StartAsync(sls);
        var project = await database.NewProjectAsync();
        await WriteAsync(project, shipper, batches: 1);
        await ShippedAsync(project);
        await database.ScalarAsync("UPDATE ledger_progress SET next_minute = date_trunc('minute', now()) - interval '1 minute'");

        sls.Fault = SlsFault.LateEffect;
        await WriteAsync(project, shipper, batches: 3);
        await Wait.UntilAsync(() => Task.FromResult(sls.Met >= 2), "writes met the fault");
        sls.Fault = SlsFault.None;
        await ShippedAsync(project);
        sls.LetGo();
        await Wait.UntilAsync(async () => (await sls.LogsBySpanAsync(project.Name)).Values.Count(logs => logs > 1) >= 2, "spans are there twice");

        // For its clock the minute is over.
        using var ledger = await StartAsync(sls, skew: TimeSpan.FromMinutes(2), compares: true);
        await Wait.UntilAsync(async () => (await sls.LogsBySpanAsync(project.Name)).Values.All(logs => logs == 1), "the ledger has looked");
        await AssertOnceAsync(sls, project, spans: 8);
        await shipper.StopAsync(Token);
        await ledger.StopAsync(Token);
    }

    [Fact]
    public async Task Completes_a_batch_that_SLS_took_in_part()
    {
        await using var sls = await FaultySls.StartAsync();
        using var shipper = await StartAsync(sls);
        var project = await database.NewProjectAsync();
        await WriteAsync(project, shipper, batches: 1);
        await ShippedAsync(project);

        sls.Fault = SlsFault.TakeHalf;
        // Fields are cut to a megabyte in a log: with three of them a span fills a write.
        var text = new string('x', 900_000);
        SpanRecord[] large = [.. Enumerable.Range(0, 4).Select(_ => Large(text))];
        await WriteAsync(project, shipper, large);
        await Wait.UntilAsync(() => Task.FromResult(sls.Met >= 2), "a write was refused");
        sls.Fault = SlsFault.None;

        await AssertOnceAsync(sls, project, spans: 6);
        await shipper.StopAsync(Token);
    }

    [Fact]
    public async Task Steps_back_while_many_senders_wait_and_goes_on_at_full_width_when_they_have_left()
    {
        await using var sls = await FaultySls.StartAsync();
        using var shipper = await StartAsync(sls);
        var project = await database.NewProjectAsync();
        var senders = shipper.Services.GetRequiredService<WaitingSenders>();
        for (var sender = 0; sender <= Environment.ProcessorCount; sender++)
        {
            senders.OneCame();
        }

        await WriteAsync(project, shipper, batches: 8);
        await ShippedAsync(project);
        Assert.Equal(1, sls.MostAtOnce);

        senders.OneLeft();
        sls.Fault = SlsFault.Hang;
        await WriteAsync(project, shipper, batches: 8);
        await Wait.UntilAsync(() => Task.FromResult(sls.MostAtOnce >= 2), "several batches are under way");
        sls.Fault = SlsFault.None;

        await AssertOnceAsync(sls, project, spans: 32);
        await shipper.StopAsync(Token);
    }

    [Fact]
    public async Task Two_replicas_ship_every_span_once()
    {
        await using var sls = await FaultySls.StartAsync();
        using var one = await StartAsync(sls);
        using var two = await StartAsync(sls);
        var project = await database.NewProjectAsync();
        foreach (var fault in new[] { SlsFault.None, SlsFault.ErrorAfterTaking, SlsFault.CutAfterTaking, SlsFault.None })
        {
            sls.Fault = fault;
            var met = sls.Met;
            await WriteAsync(project, one, batches: 5);
            await WriteAsync(project, two, batches: 5);
            await Wait.UntilAsync(() => Task.FromResult(fault == SlsFault.None || sls.Met > met), "a write met the fault");
        }

        await AssertOnceAsync(sls, project, spans: 80);
        await one.StopAsync(Token);
        await two.StopAsync(Token);
    }

    [Fact]
    public async Task A_replica_whose_clock_is_wrong_ships_every_span_once()
    {
        await using var sls = await FaultySls.StartAsync();
        using var right = await StartAsync(sls);
        using var ahead = await StartAsync(sls, skew: TimeSpan.FromMinutes(10));
        using var behind = await StartAsync(sls, skew: TimeSpan.FromMinutes(-10));
        var project = await database.NewProjectAsync();
        sls.Fault = SlsFault.ErrorAfterTaking;
        foreach (var replica in new[] { ahead, behind, right })
        {
            await WriteAsync(project, replica, batches: 4);
        }

        await Wait.UntilAsync(() => Task.FromResult(sls.Met >= 3), "writes met the fault");
        sls.Fault = SlsFault.None;
        await AssertOnceAsync(sls, project, spans: 24);
        foreach (var replica in new[] { ahead, behind, right })
        {
            await replica.StopAsync(Token);
        }
    }

    private static SpanRecord Large(string text)
    {
        var small = Spans.Chat();
        return small with { Content = small.Content with { Input = text, Output = text, Attributes = new($$"""{"a":"{{text}}"}""") } };
    }

    private Task WriteAsync(Project project, IHost shipper, int batches) =>
        WriteAsync(project, shipper, [.. Enumerable.Range(0, batches).Select(_ => (SpanRecord[])[Spans.Chat(), Spans.Chat()])]);

    // As ingest does: commit, then offer.
    private async Task WriteAsync(Project project, IHost shipper, params IEnumerable<SpanRecord[]> batches)
    {
        foreach (var batch in batches)
        {
            shipper.Services.GetRequiredService<ShippingQueue>().Offer((await database.WriteAsync(project, batch)).Outbox);
        }
    }

    private Task ShippedAsync(Project project) =>
        Wait.UntilAsync(
            async () => await database.ScalarAsync($"SELECT count(*) FROM outbox WHERE project_id = {project.Id}") is 0L,
            "everything is shipped"
        );

    private async Task AssertOnceAsync(FaultySls sls, Project project, int spans)
    {
        await ShippedAsync(project);
        var logs = await sls.LogsBySpanAsync(project.Name);
        Assert.Equal(spans, logs.Count);
        Assert.All(logs, log => Assert.Equal(1, log.Value));
    }

    private async Task<IHost> StartAsync(FaultySls sls, TimeSpan skew = default, bool compares = false)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection(
            new Dictionary<string, string?>
            {
                ["ConnectionStrings:llmobs"] = database.ConnectionString,
                ["ConnectionStrings:sls"] = sls.ConnectionString,
                ["Shipping:PollSeconds"] = "0.1",
                ["Shipping:FirstRetrySeconds"] = "0.2",
                ["Shipping:MaxRetrySeconds"] = "1",
                ["Shipping:MaxPauseSeconds"] = "0.5",
                // The front makes questions wait for writes, which is what these seconds are for.
                ["Shipping:VisibilitySeconds"] = "0.1",
                ["Shipping:LateWriteSeconds"] = "0",
                ["TraceLog:TimeoutSeconds"] = "3",
                ["Ledger:IntervalSeconds"] = "0.2",
                ["Ledger:DelaySeconds"] = "0",
                ["urls"] = "http://127.0.0.1:0",
            }
        );
        builder.Services.AddSingleton<TimeProvider>(new SkewedClock(skew));
        builder.AddServiceDefaults();
        builder.AddLlmObsDatabase();
        builder.AddLlmObsStorage(ownsSchema: true);
        builder.AddTraceLog();
        builder.AddShipping();
        if (compares)
        {
            builder.AddReconciling();
        }

        var app = builder.Build();
        await app.StartAsync(Token);
        return app;
    }

    private sealed class SkewedClock(TimeSpan skew) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + skew;
    }
}
