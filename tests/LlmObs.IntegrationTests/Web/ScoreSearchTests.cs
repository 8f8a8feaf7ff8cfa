using LlmObs.Domain;
using LlmObs.Domain.Scores;
using LlmObs.Domain.Spans;
using LlmObs.IntegrationTests.Support;
using LlmObs.TraceLog;

namespace LlmObs.IntegrationTests.Web;

/// <summary>Scores in the query line: PostgreSQL knows what was judged, SLS where the words stand.</summary>
public sealed class ScoreSearchTests(ScoreSearchTests.Judged judged) : IClassFixture<ScoreSearchTests.Judged>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>
    /// Four traces, each of a root and a step below it. A person was unhappy with the first; a program with the step of the second; the third was judged by
    /// its request, the fourth by its session. Nobody judged the fifth.
    /// </summary>
    public sealed class Judged(PostgresFixture postgres) : IAsyncLifetime
    {
        public SearchStores Stores { get; } = new(postgres);
        public Project Project { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            await Stores.InitializeAsync();
            Project = await Stores.Database.NewProjectAsync();
            await Stores.WriteAsync(Project, [.. Enumerable.Range(1, 5).SelectMany(Trace), .. Old()]);
            await Stores.JudgeAsync(
                Project,
                Score("stars", trace: "t1", value: 1),
                Score("stars", session: "s4", value: 5),
                Score("stars", trace: "old", value: 1),
                Score("executable", trace: "t2", span: "step2", type: ScoreType.Boolean, value: 0),
                Score("executable", trace: "t1", span: "step1", type: ScoreType.Boolean, value: 1),
                Score("answer quality", request: "r3", type: ScoreType.Categorical, label: "Wrong"),
                Score("answer quality", trace: "t1", type: ScoreType.Categorical, label: "partly")
            );
        }

        public ValueTask DisposeAsync() => Stores.DisposeAsync();

        private static IEnumerable<SpanRecord> Trace(int i)
        {
            var start = Spans.Now() - (10 - i) * 60_000_000_000L;
            yield return Spans
                .Chat($"t{i}", $"root{i}", start: start)
                .Saying(i % 2 == 1 ? "退款政策" : "库存")
                .With(span => span with { Name = $"root{i}", RequestId = $"r{i}", SessionId = $"s{i}", UserId = "u" });
            yield return Spans.Chat($"t{i}", $"step{i}", $"root{i}", start).With(span => span with { Name = $"step{i}" });
        }

        private static IEnumerable<SpanRecord> Old() =>
            [Spans.Chat("old", "old", start: Spans.Now() - 3 * 86_400_000_000_000L).With(span => span with { Name = "old" })];

        private static Score Score(
            string name,
            string? trace = null,
            string? span = null,
            string? session = null,
            string? request = null,
            ScoreType type = ScoreType.Numeric,
            double? value = null,
            string? label = null
        ) =>
            new(
                Guid.NewGuid().ToString(),
                trace,
                span,
                session,
                request,
                name,
                type,
                value,
                label,
                null,
                "code",
                Spans.Now() / 1000,
                new JsonText(null)
            );
    }

    [Theory]
    [InlineData("score.stars: *", "root1 root4 step1 step4")]
    [InlineData("score.stars < 3", "root1 step1")]
    [InlineData("score.stars >= 5", "root4 step4")]
    [InlineData("score.stars: 5", "root4 step4")]
    [InlineData("score.stars in (1 5]", "root4 step4")]
    [InlineData("score.stars > 5", "")]
    [InlineData("score.executable: false", "step2")]
    [InlineData("score.executable: *", "step1 step2")]
    [InlineData("\"score.answer quality\": wrong", "root3 step3")]
    [InlineData("(\"score.answer quality\": wrong or \"score.answer quality\": partly)", "root1 root3 step1 step3")]
    [InlineData("not score.stars: *", "root2 root3 root5 step2 step3 step5")]
    [InlineData("not (score.stars: * or score.executable: *)", "root2 root3 root5 step3 step5")]
    [InlineData("score.stars: * 退款", "root1")]
    [InlineData("退款 not score.stars: *", "root3 root5")]
    [InlineData("score.stars: 1 score.executable: true", "step1")]
    [InlineData("score.nobody: *", "")]
    [InlineData("not score.nobody: * name: root1", "root1")]
    public async Task A_score_narrows_a_search_the_same_whatever_is_asked_of_it(string line, string names)
    {
        var found = names.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var traces = found.Select(name => $"t{name[^1]}").Distinct().Order().ToList();
        var query = await judged.Stores.Lookup().ReadyAsync(judged.Project.Id, Query(line), Token);
        var search = judged.Stores.Sls.Search;

        Assert.Equal(found, (await search.SpansAsync(query, null, 50, Token)).Hits.Select(hit => hit.Span.Name).Order());
        Assert.Equal(traces, (await search.TracesAsync(query, null, 50, Token)).Hits.Select(hit => hit.TraceId).Order());
        Assert.Equal(found.Length, await search.SpanCountAsync(query, Token));
        Assert.Equal(traces.Count, (await search.TraceCountAsync(query, 100, Token)).Count);
        Assert.Equal(traces, (await search.TraceIdsAsync(query, 100, Token)).Order());
        Assert.Equal(found.Length, (await search.HistogramAsync(query, Token)).Sum(bucket => bucket.Count));
        Assert.Equal(found, (await search.FacetAsync(query, "name", 50, Token)).Select(value => value.Value).Order());
        Assert.Equal(found, (await search.FacetsAsync(query, ["name", "user"], 50, Token))["name"].Select(value => value.Value).Order());
        var groups = await new SpanGroups(judged.Stores.Sls.Client).ByAsync(query, "name", GroupOrder.Spans, 50, Token);
        Assert.Equal(found, groups.Groups.Select(group => group.Value).Order());
        var sessions = await new SpanPeople(judged.Stores.Sls.Client).SessionsAsync(query, null, 50, Token);
        var roots = found.Where(name => name.StartsWith("root", StringComparison.Ordinal)).Select(name => $"s{name[^1]}");
        Assert.Equal(roots, sessions.Hits.Select(hit => hit.Id).Order());
        Assert.Empty(query.Cut);
    }

    [Fact]
    public async Task Pages_follow_one_another()
    {
        var query = await judged.Stores.Lookup().ReadyAsync(judged.Project.Id, Query("not score.executable: *"), Token);
        var (spans, traces, cursor) = (new List<string>(), new List<string>(), (string?)null);
        do
        {
            var page = await judged.Stores.Sls.Search.SpansAsync(query, cursor, 3, Token);
            spans.AddRange(page.Hits.Select(hit => hit.Span.Name));
            cursor = page.NextCursor;
        } while (cursor is not null);
        do
        {
            var page = await judged.Stores.Sls.Search.TracesAsync(query, cursor, 2, Token);
            traces.AddRange(page.Hits.Select(hit => hit.TraceId));
            cursor = page.NextCursor;
        } while (cursor is not null);

        Assert.Equal(["root1", "root2", "root3", "root4", "root5", "step3", "step4", "step5"], spans.Order());
        Assert.Equal(["t5", "t4", "t3", "t2", "t1"], traces);
    }

    [Fact]
    public async Task Of_more_than_can_be_asked_for_the_newest_are_taken_and_the_query_says_so()
    {
        var query = await judged.Stores.Lookup(most: 1).ReadyAsync(judged.Project.Id, Query("score.executable: * not score.stars: 9"), Token);

        Assert.Equal(["executable"], query.Cut);
        Assert.Single((await judged.Stores.Sls.Search.SpansAsync(query, null, 50, Token)).Hits);
    }

    [Fact]
    public async Task What_was_judged_at_another_time_takes_no_place()
    {
        var query = await judged.Stores.Lookup(most: 1).ReadyAsync(judged.Project.Id, Query("score.stars: 1"), Token);

        Assert.Empty(query.Cut);
        Assert.Equal(2, await judged.Stores.Sls.Search.SpanCountAsync(query, Token));
    }

    [Fact]
    public async Task Who_has_not_looked_up_the_scores_is_refused()
    {
        await Assert.ThrowsAsync<QueryException>(() => judged.Stores.Sls.Search.SpanCountAsync(Query("score.stars: 1"), Token));
    }

    private SpanQuery Query(string line) =>
        new(judged.Project.Name, line, TimeProvider.System.GetUtcNow().AddHours(-1), TimeProvider.System.GetUtcNow().AddMinutes(1));
}
