using System.Net;
using LlmObs.Storage;
using Npgsql;

namespace LlmObs.IntegrationTests.Ingest.Faults;

/// <summary>Ingest is killed at three chosen moments: before the commit, between commit and acknowledgement, while it ships. Every span is there once.</summary>
public sealed class KilledIngestTests(IngestDatabase database) : IAsyncLifetime
{
    private readonly DirectoryInfo spool = Directory.CreateTempSubdirectory("llmobs-killed-");
    private readonly string connection = database.Server.ConnectionString("killed_" + Guid.NewGuid().ToString("N"));
    private CutWire wire = null!;
    private FaultySls sls = null!;

    public async ValueTask InitializeAsync()
    {
        wire = new(database.Server.Port);
        sls = await FaultySls.StartAsync();
    }

    // Few spans are inserted, many go in by COPY.
    [Theory]
    [InlineData(CommitMoment.Before, 3)]
    [InlineData(CommitMoment.Before, 80)]
    [InlineData(CommitMoment.After, 3)]
    [InlineData(CommitMoment.After, 80)]
    public async Task A_sender_without_an_answer_sends_again_and_its_spans_are_there_once(CommitMoment moment, int spansPerRequest)
    {
        HttpRequestMessage Request() => OtlpBodies.Http(OtlpBodies.Request([.. NumberedSpans.Numbered(1, spansPerRequest)]));
        await using (var killed = await StartIngestAsync())
        {
            var held = wire.HoldCommitOf(NumberedSpans.TraceHex, moment);
            using var request = Request();
            var sending = killed.Http.SendAsync(request, TestContext.Current.CancellationToken);
            await Task.WhenAny(held, sending);
            Assert.True(held.IsCompleted, "An answer came before the transaction was held.");
            if (moment == CommitMoment.After)
            {
                await Wait.UntilAsync(async () => await RowsAsync() == spansPerRequest, "the spans are committed");
            }

            Assert.False(sending.IsCompleted);
            await killed.KillAsync();
            await Assert.ThrowsAsync<HttpRequestException>(() => sending);
            wire.LetGo();
        }

        Assert.Equal(moment == CommitMoment.After ? spansPerRequest : 0, await RowsAsync());
        await using var next = await StartIngestAsync();
        using var again = Request();
        using var answer = await next.Http.SendAsync(again, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        await AssertOnceAsync(spansPerRequest);
    }

    [Theory]
    [InlineData(SlsFault.Hang)]
    [InlineData(SlsFault.LateAnswer)]
    public async Task What_was_being_shipped_is_in_SLS_once(SlsFault fault)
    {
        await using (var killed = await StartIngestAsync())
        {
            sls.Fault = fault;
            await using var spans = new NumberedSpans(killed.Http);
            Assert.Equal(HttpStatusCode.OK, await spans.SendAsync());
            await Wait.UntilAsync(() => Task.FromResult(sls.Met > 0), "a write is under way");
            if (fault == SlsFault.LateAnswer)
            {
                await Wait.UntilAsync(
                    async () => (await sls.LogsBySpanAsync("default")).Count == spans.Acknowledged.Count,
                    "SLS has taken the write"
                );
            }

            await killed.KillAsync();
            sls.Fault = SlsFault.None;
        }

        await using var next = await StartIngestAsync();
        await AssertOnceAsync(spans: 3);
    }

    public async ValueTask DisposeAsync()
    {
        await wire.DisposeAsync();
        await sls.DisposeAsync();
        spool.Delete(recursive: true);
    }

    private Task<IngestProcess> StartIngestAsync() =>
        IngestProcess.StartAsync(
            new()
            {
                ["ConnectionStrings__llmobs"] = new NpgsqlConnectionStringBuilder(connection) { Port = wire.Port }.ConnectionString,
                ["ConnectionStrings__sls"] = sls.ConnectionString,
                ["Spool__Directory"] = spool.FullName,
                ["Shipping__PollSeconds"] = "0.1",
                ["Shipping__FirstRetrySeconds"] = "0.2",
                // Who was killed lets go of its batches sooner than usual.
                ["Shipping__FastPathSeconds"] = "2",
                ["Storage__FastPathLease"] = "00:00:03",
                // The front makes questions wait for writes, which is what these seconds are for.
                ["Shipping__VisibilitySeconds"] = "0.1",
                ["Shipping__LateWriteSeconds"] = "0",
            }
        );

    private async Task AssertOnceAsync(int spans)
    {
        await Wait.UntilAsync(async () => await ScalarAsync("SELECT count(*) FROM outbox") == 0, "everything is shipped");
        Assert.Equal(spans, await RowsAsync());
        var logs = await sls.LogsBySpanAsync("default");
        Assert.Equal(spans, logs.Count);
        Assert.All(logs, log => Assert.Equal(1, log.Value));
    }

    private Task<long> RowsAsync() => ScalarAsync($"SELECT count(*) FROM spans WHERE trace_id = '{NumberedSpans.TraceHex}'");

    private async Task<long> ScalarAsync(string sql)
    {
        await using var source = NpgsqlDataSource.Create(connection);
        await using var command = source.CreateCommand(sql);
        return (long)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }
}
