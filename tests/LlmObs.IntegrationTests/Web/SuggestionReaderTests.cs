using LlmObs.Domain;
using LlmObs.Domain.Scores;
using LlmObs.Domain.Spans;
using LlmObs.IntegrationTests.Support;
using LlmObs.TraceLog;
using LlmObs.Web.Formatting;
using LlmObs.Web.Search;
using Microsoft.Extensions.Localization;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace LlmObs.IntegrationTests.Web;

/// <summary>What the query line offers while somebody types, from values that a running emulator holds.</summary>
public sealed class SuggestionReaderTests(SuggestionReaderTests.Shipped shipped) : IClassFixture<SuggestionReaderTests.Shipped>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Three calls of two models, one of them failed; and scores of three traces.</summary>
    public sealed class Shipped(PostgresFixture postgres) : IAsyncLifetime
    {
        private readonly SearchStores stores = new(postgres);

        private static readonly StringLocalizer<Words> English = new(
            new ResourceManagerStringLocalizerFactory(Options.Create(new LocalizationOptions()), NullLoggerFactory.Instance)
        );

        public SuggestionReader Reader =>
            new(stores.Sls.Search, stores.Lookup(), new(stores.Database.Database), English, NullLogger<SuggestionReader>.Instance);

        public Project Project { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            await stores.InitializeAsync();
            Project = await stores.Database.NewProjectAsync();
            await stores.WriteAsync(Project, Call("qwen-max"), Call("qwen-max"), Call("gpt 5", SpanStatus.Error));
            await stores.JudgeAsync(
                Project,
                Judged("answer quality", "wrong"),
                Judged("answer quality", "wrong"),
                Judged("answer quality", "not sure"),
                Judged("other", "wrong")
            );
        }

        public ValueTask DisposeAsync() => stores.DisposeAsync();

        private static Score Judged(string name, string word) =>
            new(Spans.TraceId(), Spans.TraceId(), null, null, null, name, ScoreType.Categorical, null, word, null, "human", 1, new JsonText(null));

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

    [Theory]
    [InlineData("kind: model", "llm")]
    [InlineData("kind: LL", "llm")]
    [InlineData("status: Fail", "error")]
    public async Task A_value_is_found_by_the_name_that_people_see(string line, string value)
    {
        Assert.Equal([value], (await AskAsync(line)).Values.Select(found => found.Value));
    }

    [Fact]
    public async Task A_field_that_does_not_exist_is_told_while_its_value_is_typed()
    {
        Assert.Contains("stattus", (await AskAsync("stattus: err")).Fault!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_rest_that_cannot_be_read_is_told_and_values_are_of_everything()
    {
        var found = await AskAsync("(status: error model: ");

        Assert.NotNull(found.Fault);
        Assert.Equal(2, found.Values.Count);
    }

    [Fact]
    public async Task Scores_are_offered_by_their_names_with_what_they_say()
    {
        var fields = await AskAsync("qual");
        Assert.Equal("\"score.answer quality\": ", fields.Fields.Single(field => field.Field.Type == SpanFieldType.Score).Insert);

        var values = await AskAsync("model: qwen-max and \"score.answer quality\": ");
        Assert.Null(values.Fault);
        Assert.Equal(
            [("wrong", 2L, "wrong "), ("not sure", 1L, "\"not sure\" ")],
            values.Values.Select(value => (value.Value, value.Count, value.Insert))
        );
        Assert.Equal(["not sure"], (await AskAsync("\"score.answer quality\": sur")).Values.Select(value => value.Value));
    }

    [Fact]
    public async Task A_value_beside_a_condition_on_scores_is_of_what_was_so_judged()
    {
        Assert.Empty((await AskAsync("score.other: wrong and model: ")).Values);
        Assert.Equal(2, (await AskAsync("not score.other: wrong and model: ")).Values.Count);
    }

    private Task<Suggestions> AskAsync(string line) =>
        shipped.Reader.ReadAsync(
            shipped.Project.Id,
            new(shipped.Project.Name, line, TimeProvider.System.GetUtcNow().AddHours(-1), TimeProvider.System.GetUtcNow().AddHours(1)),
            line.Length,
            Token
        );
}
