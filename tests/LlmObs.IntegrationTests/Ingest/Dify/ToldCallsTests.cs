using LlmObs.Domain;
using LlmObs.Domain.Dify;
using LlmObs.Domain.Traces;
using LlmObs.Storage.Access;
using LlmObs.Storage.Dify;

namespace LlmObs.IntegrationTests.Ingest.Dify;

/// <summary>Runs and calls that only providers tell of.</summary>
public sealed class ToldCallsTests(IngestDatabase database)
{
    private readonly DateTimeOffset noon = new(2026, 11, 1, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(198, 1)]
    [InlineData(199, 0)] // More than are compared: with a part of them, the wrong one could seem the only one.
    public async Task A_run_is_joined_when_all_that_pass_the_same_can_be_compared(int others, int joined)
    {
        await using var server = await (await IngestServer.StartAsync(database)).ReadyAsync();
        var project = (await server.Get<Projects>().FindAsync("default", TestContext.Current.CancellationToken))!;
        var (tenant, run) = (Guid.NewGuid(), Guid.NewGuid());
        ToldCall[] told =
        [
            Call(0, 60) with
            {
                Step = new(DifyIds.Trace(run), DifyIds.Workflow(run)),
                IsRun = true,
                StartedAt = noon.AddSeconds(1),
                EndedAt = noon.AddSeconds(2),
            },
            Call(0, 60),
            .. Enumerable.Range(1, others).Select(i => Call(100 * i / 10, 1)),
        ];

        await server.Get<ToldCalls>().FindAsync(project, told, TestContext.Current.CancellationToken);

        var joins = await DifyData.ListAsync<string>(
            server.ConnectionString,
            "SELECT parent_trace_id FROM trace_joins WHERE parent_trace_id IS NOT NULL"
        );
        Assert.Equal(joined, joins.Count);

        ToldCall Call(int from, int seconds) =>
            new(
                new(Guid.NewGuid().ToString("N"), Guid.NewGuid().ToString("N")[..16]),
                false,
                tenant,
                "h",
                noon.AddSeconds(from),
                noon.AddSeconds(from + seconds)
            );
    }
}
