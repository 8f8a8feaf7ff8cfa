using LlmObs.Domain;
using LlmObs.Domain.Spans;
using LlmObs.Domain.Traces;
using LlmObs.IntegrationTests.Support;

namespace LlmObs.IntegrationTests.Storage;

public sealed class TraceJoinsTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_same_join_again_changes_nothing_and_a_later_one_settles_it()
    {
        var project = await database.NewProjectAsync();
        var open = new TraceJoin("child", JoinBasis.DifyMatch, null, null, IsInferred: true) { Candidates = [new("a", "1"), new("b", "2")] };

        Assert.Equal(1, await database.Joins.UpsertAsync(project.Id, [open], Cancel));
        Assert.Equal(0, await database.Joins.UpsertAsync(project.Id, [open], Cancel));
        Assert.Equal(1, await database.Joins.UpsertAsync(project.Id, [open, new("child", JoinBasis.DifyMatch, "a", "1", true)], Cancel));

        Assert.Equal("a/1 {}", await database.ScalarAsync(StoredIn(project)));
    }

    [Fact]
    public async Task A_link_of_the_root_joins_and_one_from_inside_does_not()
    {
        var project = await database.NewProjectAsync();
        var (root, inside) = (Spans.Chat("consumer"), Spans.Chat("other", parent: "above"));
        SpanRecord Linked(SpanRecord record) =>
            record with
            {
                Content = record.Content with { Links = [new("producer", "publish", JsonText.EmptyObject)] },
            };

        await database.WriteAsync(project, Linked(root), Linked(inside));

        Assert.Equal("producer/publish {}", await database.ScalarAsync(StoredIn(project)));
    }

    private static string StoredIn(Project project) =>
        $"""
            SELECT string_agg(parent_trace_id || '/' || parent_span_id || ' ' || candidate_trace_ids::text, ';')
            FROM trace_joins WHERE project_id = {project.Id}
            """;
}
