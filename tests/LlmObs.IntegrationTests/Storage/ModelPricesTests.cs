using LlmObs.Domain.Spans;
using LlmObs.IntegrationTests.Support;

namespace LlmObs.IntegrationTests.Storage;

public sealed class ModelPricesTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_replica_sees_an_entered_price_once_its_own_copy_is_old()
    {
        var book = database.PriceBook;
        Assert.Null((await book.TableAsync(Cancel)).Find("our-model-7b", null));

        await database.ModelPrices.SaveAsync(" Our-Model-* ", "CNY", new(1, 2), "ann", Cancel);
        database.Clock.Advance(LlmObs.Storage.Prices.PriceBook.Lifetime);
        var price = (await book.TableAsync(Cancel)).Find("our-model-7b", null);
        Assert.Equal(("our-model-*", "CNY", 2m), (price!.Pattern, price.Currency, price.Rates.Output));
        Assert.Equal("ann", Assert.Single(await database.ModelPrices.ListAsync(Cancel)).UpdatedBy);

        await database.ModelPrices.RemoveAsync("our-model-*", Cancel);
        database.Clock.Advance(LlmObs.Storage.Prices.PriceBook.Lifetime);
        Assert.Null((await book.TableAsync(Cancel)).Find("our-model-7b", null));
    }

    [Fact]
    public async Task Models_called_without_a_price_are_listed_most_called_first()
    {
        var project = await database.NewProjectAsync();
        SpanRecord Call(string model, Cost? cost = null) =>
            Spans.Chat().With(span => span with { RequestedModel = model, Usage = new(10, 1), Cost = cost });
        await database.WriteAsync(project, Call("rare"), Call("often"), Call("often"), Call("priced", new(null, null, 0)));

        var unpriced = await database.ModelPrices.UnpricedAsync(project.Id, Cancel);
        Assert.Equal([("often", 2L), ("rare", 1L)], unpriced.Select(model => (model.Model, model.Calls)));
    }

    [Fact]
    public async Task Tokens_that_come_apart_from_their_span_are_priced_when_they_come()
    {
        var project = await database.NewProjectAsync();
        var span = Spans.Chat().With(span => span with { RequestedModel = "gpt-4o" });
        await database.WriteAsync(project, span);
        var late = Spans.Late(span, "output", "hello") with { Usage = new(1_000_000, 0) };
        await database.Writer.WriteAsync(new(project, [], [late]), Cancel);
        while (await database.Merger.MergeDueAsync(100, Cancel) > 0) { }

        var cost = Assert.Single(await database.Reader.SpansAsync(project.Id, span.Span.TraceId, Cancel)).Cost;
        Assert.Equal((2.5m, "USD", false), (cost!.Total, cost.Currency, cost.Provided));
    }
}
