using LlmObs.Domain.Spans;
using LlmObs.IntegrationTests.Support;
using LlmObs.IntegrationTests.TraceLog;
using LlmObs.TraceLog;
using LlmObs.Web.Search;

namespace LlmObs.IntegrationTests.Web;

/// <summary>What the query line offers while somebody types, from values that a running emulator holds.</summary>
public sealed class SuggestionReaderTests(SuggestionReaderTests.Shipped shipped) : IClassFixture<SuggestionReaderTests.Shipped>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Three calls of two models, one of them failed.</summary>
    public sealed class Shipped : IAsyncLifetime
    {
        private LocalSls? sls;

        public SuggestionReader Reader => new(sls!.Search);

        public async ValueTask InitializeAsync()
        {
            sls = await LocalSls.StartAsync();
            await sls.Store.EnsureAsync(Token);
            await sls.Store.WriteAsync("default", Guid.NewGuid(), [Call("qwen-max"), Call("qwen-max"), Call("gpt 5", SpanStatus.Error)], Token);
        }

        public ValueTask DisposeAsync() => sls?.DisposeAsync() ?? ValueTask.CompletedTask;

        private static SpanRecord Call(string model, SpanStatus status = SpanStatus.Ok) =>
            Spans.Chat().With(span => span with { RequestedModel = model, Status = status });
    }

    [Fact]
    public async Task Fields_are_offered_by_their_beginning_with_the_values_of_the_first()
    {
        var found = await AskAsync("mod");

        Assert.Equal("model: ", found.Fields[0].Insert);
        Assert.Equal(("model", (0, 3)), (found.Field, (found.Caret.From, found.Caret.To)));
        Assert.Equal(
            [("qwen-max", 2L, "model: qwen-max "), ("gpt 5", 1L, "model: \"gpt 5\" ")],
            found.Values.Select(value => (value.Value, value.Count, value.Insert))
        );
    }

    [Fact]
    public async Task Values_are_those_that_hold_what_was_typed_among_what_the_rest_of_the_line_finds()
    {
        Assert.Equal(["qwen-max"], (await AskAsync("model: MAX")).Values.Select(value => value.Value));
        Assert.Equal(["gpt 5"], (await AskAsync("status: error and model: ")).Values.Select(value => value.Value));
    }

    [Fact]
    public async Task A_rest_that_cannot_be_read_is_told_and_values_are_of_everything()
    {
        var found = await AskAsync("(status: error model: ");

        Assert.NotNull(found.Fault);
        Assert.Equal(2, found.Values.Count);
    }

    private Task<Suggestions> AskAsync(string line) =>
        shipped.Reader.ReadAsync(
            new("default", line, TimeProvider.System.GetUtcNow().AddHours(-1), TimeProvider.System.GetUtcNow().AddHours(1)),
            line.Length,
            Token
        );
}
