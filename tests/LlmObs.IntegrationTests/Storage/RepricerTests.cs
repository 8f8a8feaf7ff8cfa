using LlmObs.Domain;
using LlmObs.Domain.Spans;
using LlmObs.IntegrationTests.Support;
using LlmObs.Storage.Prices;
using Microsoft.Extensions.Options;

namespace LlmObs.IntegrationTests.Storage;

public sealed class RepricerTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Stored_calls_cost_what_the_prices_of_now_say_and_go_to_SLS_again()
    {
        var model = NewModel();
        var project = await database.NewProjectAsync();
        var (unpriced, priced, said, other) = (
            Call(model),
            Call(model, new Cost(1, 1, 2, "CNY", Provided: false)),
            Call(model, new Cost(null, null, 7, "USD")),
            Call("nobody-knows-it")
        );
        await database.WriteAsync(project, unpriced, priced, said, other, Spans.Chat());
        await database.ScalarAsync($"DELETE FROM outbox WHERE project_id = {project.Id}");
        await database.ModelPrices.SaveAsync(model, "CNY", new(3, 5), "ann", Token);

        Assert.True(await database.Repricings.AskAsync(project, Day, "ann", Token));
        await FinishAsync(project, spansATurn: 100);

        Assert.Equal(
            [(8m, "CNY", false), (8m, "CNY", false), (7m, "USD", true)],
            [await CostAsync(project, unpriced), await CostAsync(project, priced), await CostAsync(project, said)]
        );
        Assert.Null(await CostAsync(project, other));
        Assert.Equal(
            new HashSet<string> { unpriced.Span.SpanId, priced.Span.SpanId },
            [
                .. (string[])
                    (
                        await database.ScalarAsync(
                            $"SELECT array_agg(queued.span_id) FROM outbox, unnest(span_ids) AS queued (span_id) WHERE project_id = {project.Id}"
                        )
                    )!,
            ]
        );
        Assert.Equal(2, await VersionAsync(project, unpriced));
        Assert.Equal(1, await VersionAsync(project, said));
        var run = Assert.Single(await database.Repricings.LastAsync(project.Id, 5, Token));
        Assert.Equal((5, 2, "ann"), (run.Looked, run.Changed, run.AskedBy));
    }

    [Fact]
    public async Task A_cost_goes_when_its_price_has_gone()
    {
        var project = await database.NewProjectAsync();
        var call = Call(NewModel(), new Cost(1, 1, 2, "CNY", Provided: false));
        await database.WriteAsync(project, call);

        await database.Repricings.AskAsync(project, Day, "ann", Token);
        await FinishAsync(project, spansATurn: 100);

        Assert.Null(await CostAsync(project, call));
    }

    [Fact]
    public async Task Pages_add_up_to_every_call_once_and_one_request_is_open_at_a_time()
    {
        var model = NewModel();
        var (project, neighbour) = (await database.NewProjectAsync(), await database.NewProjectAsync());
        SpanRecord[] calls = [.. Enumerable.Range(0, 7).Select(_ => Call(model))];
        await database.WriteAsync(project, calls[..5]);
        await database.WriteAsync(project, calls[5..]);
        var theirs = Call(model);
        await database.WriteAsync(neighbour, theirs);
        await database.ModelPrices.SaveAsync(model, "USD", new(1, 1), "ann", Token);

        Assert.True(await database.Repricings.AskAsync(project, Day, "ann", Token));
        Assert.False(await database.Repricings.AskAsync(project, Day, "bob", Token));
        await FinishAsync(project, spansATurn: 2);

        var run = Assert.Single(await database.Repricings.LastAsync(project.Id, 5, Token));
        Assert.Equal((7, 7), (run.Looked, run.Changed));
        Assert.Null(await CostAsync(neighbour, theirs));
        Assert.True(await database.Repricings.AskAsync(project, Day, "bob", Token));
    }

    private static string NewModel() => $"model-{Guid.NewGuid():N}";

    private static SpanRecord Call(string model, Cost? cost = null) =>
        Spans.Chat().With(span => span with { RequestedModel = model, Usage = new(1_000_000, 1_000_000), Cost = cost });

    // Another test's request may come first: every turn is one of somebody's.
    private async Task FinishAsync(Project project, int spansATurn)
    {
        await database.ScalarAsync("UPDATE repricings SET asked_at = asked_at - interval '1 minute'");
        var repricer = new Repricer(database.Database, database.PriceBook, Options.Create(database.Options));
        while ((await database.Repricings.LastAsync(project.Id, 1, Token))[0].FinishedAt is null)
        {
            Assert.True(await repricer.TurnAsync(spansATurn, Token));
        }
    }

    private async Task<(decimal Total, string Currency, bool Provided)?> CostAsync(Project project, SpanRecord call) =>
        (await database.Reader.SpanAsync(project.Id, call.Span.TraceId, call.Span.SpanId, Token))!.Span.Cost is { } cost
            ? (cost.Total, cost.Currency, cost.Provided)
            : null;

    private async Task<int> VersionAsync(Project project, SpanRecord call) =>
        (int)(await database.ScalarAsync($"SELECT version FROM spans WHERE project_id = {project.Id} AND span_id = '{call.Span.SpanId}'"))!;
}
