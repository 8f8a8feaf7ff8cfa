using LlmObs.Domain;
using LlmObs.Domain.Traces;
using LlmObs.IntegrationTests.Support;
using LlmObs.Storage.Reading;

namespace LlmObs.IntegrationTests.Storage;

public sealed class RequestRootsTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;
    private readonly RequestRoots roots = new(database.Database);

    [Fact]
    public async Task A_trace_at_any_depth_belongs_to_the_request_of_the_trace_that_hangs_in_none()
    {
        var project = await ProjectAsync("root", "child", "grandchild", "stranger");
        await JoinAsync(project, Join("child", "root"), Join("grandchild", "child"));

        var found = await roots.FindAsync(project.Id, ["grandchild", "root", "stranger"], Cancel);

        Assert.Equal(["grandchild", "root"], found.Keys.Order(StringComparer.Ordinal));
        Assert.All(found.Values, request => Assert.Equal("root", request.RootId));
        Assert.Equal(["child", "grandchild", "root"], found["grandchild"].TraceIds.Order(StringComparer.Ordinal));
        Assert.Equal(2, found["root"].Joins.Count);
    }

    [Fact]
    public async Task Nothing_hangs_where_the_parent_never_came_or_it_is_open_which_it_is()
    {
        var project = await ProjectAsync("orphan", "undecided", "a");
        await JoinAsync(
            project,
            Join("orphan", "never came"),
            new("undecided", JoinBasis.DifyMatch, null, null, IsInferred: true) { Candidates = [new("a", "1"), new("a", "2")] }
        );

        Assert.Empty(await roots.FindAsync(project.Id, ["orphan", "undecided", "a"], Cancel));
    }

    [Fact]
    public async Task Traces_that_hang_in_a_circle_end_somewhere()
    {
        var project = await ProjectAsync("x", "y", "z");
        await JoinAsync(project, Join("x", "y"), Join("y", "x"), Join("z", "x"));

        var found = await roots.FindAsync(project.Id, ["z"], Cancel);

        Assert.Contains("z", found["z"].TraceIds);
    }

    private async Task<Project> ProjectAsync(params string[] traces)
    {
        var project = await database.NewProjectAsync();
        await database.WriteAsync(project, [.. traces.Select(trace => Spans.Chat(trace, "s"))]);
        return project;
    }

    private Task<int> JoinAsync(Project project, params TraceJoin[] joins) => database.Joins.UpsertAsync(project.Id, joins, Cancel);

    private static TraceJoin Join(string child, string parent) => new(child, JoinBasis.DifyMatch, parent, "s", IsInferred: true);
}
