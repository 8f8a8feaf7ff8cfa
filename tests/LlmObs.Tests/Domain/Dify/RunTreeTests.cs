using LlmObs.Domain.Dify;

namespace LlmObs.Tests.Domain.Dify;

public sealed class RunTreeTests
{
    private static readonly Guid Run = Guid.NewGuid();

    [Fact]
    public void Rounds_lie_between_a_container_and_its_nodes()
    {
        var container = Node("it", 0, 10, "{}");
        var nodes = new[]
        {
            container,
            Node("a", 1, 2, Iteration("it", 0)),
            Node("b", 2, 3, Iteration("it", 0)),
            Node("a", 1, 4, Iteration("it", 1)),
        };

        var tree = RunTree.Of(nodes);

        Assert.Equal(["iteration[0]", "iteration[1]"], tree.Rounds.Select(round => round.Place.Name));
        Assert.Equal(
            (DifyNodes.Noon.AddSeconds(1), DifyNodes.Noon.AddSeconds(3)),
            tree.Rounds.Select(round => (round.StartedAt, round.EndedAt)).First()
        );
        Assert.Equal(tree.ParentOf(nodes[1].Id), tree.ParentOf(nodes[2].Id));
        Assert.NotEqual(tree.ParentOf(nodes[1].Id), tree.ParentOf(nodes[3].Id));
        Assert.Null(tree.ParentOf(container.Id));
    }

    [Fact]
    public void A_loop_within_an_iteration_holds_its_nodes_and_lies_in_its_round()
    {
        var loop = Node("lo", 2, 6, Iteration("it", 1));
        var inner = Node("x", 3, 4, """{"iteration_id": "it", "iteration_index": 1, "loop_id": "lo", "loop_index": 2}""");

        var tree = RunTree.Of([Node("it", 0, 10, "{}"), loop, inner]);

        Assert.Equal("loop[2]", tree.Rounds.Single(round => round.SpanId == tree.ParentOf(inner.Id)).Place.Name);
        Assert.Equal("iteration[1]", tree.Rounds.Single(round => round.SpanId == tree.ParentOf(loop.Id)).Place.Name);
    }

    [Fact]
    public void A_node_whose_container_is_missing_or_itself_stays_under_the_run()
    {
        var (lost, itself) = (Node("a", 1, 2, Iteration("gone", 0)), Node("it", 1, 2, Iteration("it", 0)));

        var tree = RunTree.Of([lost, itself]);

        Assert.Empty(tree.Rounds);
        Assert.Null(tree.ParentOf(lost.Id));
        Assert.Null(tree.ParentOf(itself.Id));
    }

    [Fact]
    public void A_container_knows_its_rounds_under_the_same_names_as_its_nodes()
    {
        var node = RoundPlace.Of(DifyJson.Object("""{"iteration_id": "it", "iteration_index": 1, "loop_id": "lo", "loop_index": 2}"""));
        var container = RoundPlace.Within(
            "loop",
            "lo",
            DifyJson.Object("""{"iteration_id": "it", "iteration_index": 1, "loop_duration_map": {"2": 0.5}}""")
        );

        Assert.Equal(DifyIds.Round(Run, node!), DifyIds.Round(Run, Assert.Single(container)));
    }

    private static string Iteration(string id, int index) => $$"""{"iteration_id": "{{id}}", "iteration_index": {{index}}}""";

    private static DifyNode Node(string nodeId, int from, int to, string metadata) => DifyNodes.Node(nodeId, metadata, from, to, Run);
}
