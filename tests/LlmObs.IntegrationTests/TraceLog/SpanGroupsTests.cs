using LlmObs.Domain.Spans;
using LlmObs.IntegrationTests.Support;
using LlmObs.TraceLog;

namespace LlmObs.IntegrationTests.TraceLog;

/// <summary>Groups, sessions and users, as a running emulator counts them.</summary>
public sealed class SpanGroupsTests(SpanGroupsTests.Shipped shipped) : IClassFixture<SpanGroupsTests.Shipped>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static SpanQuery Query(string line) =>
        new("default", line, TimeProvider.System.GetUtcNow().AddHours(-2), TimeProvider.System.GetUtcNow().AddHours(1));

    /// <summary>Ann has two conversations, of which one has two turns; Bob has one, which failed; somebody asked without a session.</summary>
    public sealed class Shipped : IAsyncLifetime
    {
        private readonly DateTimeOffset noon = TimeProvider.System.GetUtcNow().AddMinutes(-30);
        private LocalSls? sls;

        public LocalSls Sls => sls!;
        public SpanGroups Groups => new(Sls.Client);
        public SpanPeople People => new(Sls.Client);

        public async ValueTask InitializeAsync()
        {
            sls = await LocalSls.StartAsync();
            await sls.Store.EnsureAsync(Token);
            var first = Call(1, "ann", "s1", "qwen-max", 100, new(null, null, 0.5m, "CNY"), "第一问");
            await sls.Store.WriteAsync(
                "default",
                Guid.NewGuid(),
                [
                    first,
                    Call(2, "ann", "s1", "gpt-5", 10, new(null, null, 0.25m, "USD"), "second question"),
                    Call(3, "ann", "s2", "qwen-max", 20, new(null, null, 0.5m, "CNY"), "another talk"),
                    Failed(Call(4, "bob", "s3", "qwen-max", 3000, null, "to bob's shame")),
                    Call(5, null, null, "qwen-max", 30, null, "nobody's"),
                    Step(first),
                ],
                Token,
                isFirst: true
            );
            // It changed after it was sent: the same span once more.
            await sls.Store.WriteAsync("default", Guid.NewGuid(), [first with { Revision = 2 }], Token);
        }

        public ValueTask DisposeAsync() => sls?.DisposeAsync() ?? ValueTask.CompletedTask;

        private SpanRecord Call(int minute, string? user, string? session, string model, int ms, Cost? cost, string question) =>
            Spans
                .Chat(start: noon.AddMinutes(minute).ToUnixTimeMilliseconds() * 1_000_000)
                .With(span =>
                    span with
                    {
                        UserId = user,
                        SessionId = session,
                        RequestedModel = model,
                        DurationNano = ms * 1_000_000L,
                        Usage = new(90, 10),
                        Cost = cost,
                        Question = question,
                        Tags = user == "ann" ? ["vip", "zh"] : ["zh"],
                    }
                );

        private static SpanRecord Failed(SpanRecord call) => call.With(span => span with { Status = SpanStatus.Error });

        // Says again what the call below it used.
        private static SpanRecord Step(SpanRecord call) =>
            call.With(span => span with { SpanId = Spans.SpanId(), Kind = SpanKind.Workflow, Name = "workflow", Usage = new(90, 10) });
    }

    [Fact]
    public async Task A_group_counts_a_span_once_and_adds_up_what_model_calls_used()
    {
        var page = await shipped.Groups.ByAsync(Query(""), "model", GroupOrder.Spans, 10, Token);

        Assert.Equal(["qwen-max", "gpt-5"], page.Groups.Select(group => group.Value));
        var qwen = page.Groups[0];
        Assert.Equal((5, 4, 1), (qwen.Spans, qwen.Traces, qwen.Failed));
        Assert.Equal(0.2, qwen.ErrorRate);
        Assert.Equal(400, qwen.Tokens);
        Assert.Equal([new Cost(null, null, 1.0m, "CNY")], qwen.Costs);
        Assert.InRange(qwen.P50Nano, 20_000_000, 100_000_000);
        Assert.InRange(qwen.P95Nano, 100_000_000, 3_000_000_000);
        Assert.False(page.HasMore);
    }

    [Fact]
    public async Task Two_currencies_of_a_group_stay_apart()
    {
        var ann = (await shipped.Groups.ByAsync(Query("user: ann"), "user", GroupOrder.Spans, 10, Token)).Groups.Single();

        Assert.Equal([("CNY", 1.0m), ("USD", 0.25m)], ann.Costs.Select(cost => (cost.Currency, cost.Total)));
    }

    [Fact]
    public async Task Of_a_model_call_inside_another_only_the_inner_one_counts()
    {
        var outer = Spans
            .Chat()
            .With(span => span with { UserId = "eve", RequestedModel = "qwen-max", Usage = new(90, 10), Cost = new(null, null, 0.5m, "CNY") });
        var inner = outer.With(span => span with { SpanId = Spans.SpanId(), ParentSpanId = span.SpanId });
        await shipped.Sls.Store.WriteAsync("nested", Guid.NewGuid(), [outer, inner], Token);
        var query = Query("") with { Project = "nested" };

        var group = (await shipped.Groups.ByAsync(query, "model", GroupOrder.Tokens, 10, Token)).Groups.Single();
        var eve = (await shipped.People.UsersAsync(query, null, 10, Token)).Hits.Single();

        Assert.Equal((2, 100, 0.5m), (group.Spans, group.Tokens, group.Costs.Single().Total));
        Assert.Equal(0.5m, eve.Costs.Single().Total);
    }

    [Fact]
    public async Task Every_tag_of_a_span_is_a_group_of_its_own()
    {
        var page = await shipped.Groups.ByAsync(Query("kind: llm"), "tags", GroupOrder.Spans, 10, Token);

        Assert.Equal([("zh", 5L), ("vip", 3L)], page.Groups.Select(group => (group.Value, group.Spans)));
    }

    [Theory]
    [InlineData(GroupOrder.Failed, "s3")]
    [InlineData(GroupOrder.P95, "s3")]
    [InlineData(GroupOrder.Tokens, "s1")]
    [InlineData(GroupOrder.Spans, "s1")]
    public async Task Groups_come_in_the_order_asked_for(GroupOrder order, string first)
    {
        var page = await shipped.Groups.ByAsync(Query(""), "session", order, 1, Token);

        Assert.Equal(first, page.Groups.Single().Value);
        Assert.True(page.HasMore);
    }

    [Fact]
    public async Task Every_field_that_is_offered_can_be_grouped_by()
    {
        foreach (var field in SpanField.All.Where(field => field.CanGroup))
        {
            Assert.NotNull((await shipped.Groups.ByAsync(Query(""), field.Name, GroupOrder.Spans, 5, Token)).Groups);
        }
    }

    [Theory]
    [InlineData("input")]
    [InlineData("score.liked")]
    [InlineData("nothing")]
    [InlineData("otlp.name")]
    [InlineData("attribute.it's \"quoted\"")]
    public async Task Contents_scores_and_what_is_no_field_cannot_be_grouped_by(string field) =>
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => shipped.Groups.ByAsync(Query(""), field, GroupOrder.Spans, 5, Token));

    [Theory]
    [InlineData("app.tenant", "north 4|south 2")]
    [InlineData("attribute.app.tenant", "north 4|south 2")]
    [InlineData("k8s.pod.name", "pod-1 6")]
    [InlineData("resource.k8s.pod.name", "pod-1 6")]
    [InlineData("node", "生成 SQL 6")]
    [InlineData("app.retries", "2 6")]
    [InlineData("tokens", "100 6")]
    public async Task Attributes_of_any_name_and_numbers_are_grouped_by_too(string field, string expected)
    {
        var sent = Enumerable.Range(0, 6).Select(i => Tenant(i < 4 ? "north" : "south")).ToList();
        var project = $"attributes-{Guid.NewGuid():N}";
        await shipped.Sls.Store.WriteAsync(project, Guid.NewGuid(), sent, Token, isFirst: true);

        var page = await shipped.Groups.ByAsync(Query("") with { Project = project }, field, GroupOrder.Spans, 10, Token);

        Assert.Equal(expected, string.Join('|', page.Groups.Select(group => $"{group.Value} {group.Spans}")));
    }

    private static SpanRecord Tenant(string name)
    {
        var call = Spans.Chat().With(span => span with { Usage = new(90, 10) });
        return call with
        {
            Content = call.Content with
            {
                Attributes = new($$"""{"app.tenant":"{{name}}","app.retries":2,"dify.node.title":"生成 SQL"}"""),
                Resource = new("""{"k8s.pod.name":"pod-1"}"""),
            },
        };
    }

    [Fact]
    public async Task Sessions_are_named_by_their_first_question_and_paged_from_the_last_active()
    {
        var seen = new List<SessionHit>();
        string? cursor = null;
        do
        {
            var page = await shipped.People.SessionsAsync(Query(""), cursor, 1, Token);
            seen.AddRange(page.Hits);
            cursor = page.NextCursor;
        } while (cursor is not null);

        Assert.Equal(["s3", "s2", "s1"], seen.Select(session => session.Id));
        var talk = seen[2];
        Assert.Equal(("第一问", "ann", 2, 0), (talk.Question, talk.UserId, talk.Turns, talk.Failed));
        Assert.Equal([("CNY", 0.5m), ("USD", 0.25m)], talk.Costs.Select(cost => (cost.Currency, cost.Total)));
        Assert.Equal(1, seen[0].Failed);
        Assert.True(talk.FirstUnixNano < talk.LastUnixNano);
    }

    [Fact]
    public async Task A_session_is_listed_whatever_its_sender_calls_it()
    {
        string[] ids = ["line\nbreak", "ends in \\", "\"quoted\"", "周会 or *", new('x', 500)];
        await shipped.Sls.Store.WriteAsync(
            "odd",
            Guid.NewGuid(),
            [.. ids.Select(id => Spans.Chat().With(span => span with { SessionId = id }))],
            Token,
            isFirst: true
        );

        var sessions = (await shipped.People.SessionsAsync(Query("") with { Project = "odd" }, null, 10, Token)).Hits;

        Assert.Equal(ids.Order(StringComparer.Ordinal), sessions.Select(session => session.Id).Order(StringComparer.Ordinal));
        Assert.All(sessions, session => Assert.Equal(1, session.Turns));
    }

    [Fact]
    public async Task Users_are_counted_with_their_sessions()
    {
        var users = (await shipped.People.UsersAsync(Query(""), null, 10, Token)).Hits;

        Assert.Equal([("bob", 1L, 1L, 1L), ("ann", 2L, 3L, 0L)], users.Select(user => (user.Id, user.Sessions, user.Turns, user.Failed)));
    }

    [Fact]
    public async Task A_facet_finds_values_that_hold_a_text()
    {
        var models = await shipped.Sls.Search.FacetAsync(Query(""), "model", 10, Token, "QWEN");
        var tags = await shipped.Sls.Search.FacetAsync(Query("kind: llm"), "tags", 10, Token);

        Assert.Equal(["qwen-max"], models.Select(model => model.Value));
        Assert.Equal([new("zh", 5), new("vip", 3)], tags);
    }

    [Fact]
    public async Task Facets_of_several_fields_are_those_of_each()
    {
        string[] fields = ["model", "tags", "status", "agent"];
        var together = await shipped.Sls.Search.FacetsAsync(Query("kind: llm"), fields, 10, Token);

        foreach (var field in fields)
        {
            Assert.Equal(await shipped.Sls.Search.FacetAsync(Query("kind: llm"), field, 10, Token), together[field]);
        }
    }

    [Fact]
    public async Task Counting_traces_stops_where_it_was_told()
    {
        Assert.Equal(new(5, false), await shipped.Sls.Search.TraceCountAsync(Query("kind: llm"), 5, Token));
        Assert.Equal(new(4, true), await shipped.Sls.Search.TraceCountAsync(Query("kind: llm"), 4, Token));
    }
}
