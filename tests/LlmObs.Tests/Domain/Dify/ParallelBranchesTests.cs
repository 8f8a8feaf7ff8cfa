using CsCheck;
using LlmObs.Domain.Dify;
using static LlmObs.Tests.Domain.Dify.DifyNodes;

namespace LlmObs.Tests.Domain.Dify;

public sealed class ParallelBranchesTests
{
    [Fact]
    public void Several_edges_by_one_handle_are_branches_up_to_where_they_meet()
    {
        var branches = OfGraph("start>a", "start>b", "a>a2", "a2>meet", "b>meet", "meet>end");

        Assert.Equal(["a: 1/2", "a2: 1/2", "b: 2/2"], Show(branches));
    }

    [Fact]
    public void Edges_by_different_handles_are_alternatives()
    {
        Assert.Empty(OfGraph("if:true>a", "if:false>b", "a>end", "b>end"));
    }

    [Fact]
    public void A_choice_inside_a_branch_stays_in_it()
    {
        var branches = OfGraph("start>if", "start>b", "if:true>x", "if:false>y", "x>z", "y>z", "z>end", "b>end");

        Assert.Equal(["b: 2/2", "if: 1/2", "x: 1/2", "y: 1/2", "z: 1/2"], Show(branches));
    }

    [Fact]
    public void A_branch_within_a_branch_knows_the_outer_one()
    {
        var branches = OfGraph("start>a", "start>b", "a>c", "a>d", "c>e", "d>e", "e>end", "b>end");

        Assert.Equal(["a: 1/2", "b: 2/2", "c: 1/2 in 1/2", "d: 2/2 in 1/2", "e: 1/2"], Show(branches));
    }

    [Fact]
    public void What_two_of_three_branches_lead_to_lies_in_none_of_them()
    {
        var branches = OfGraph("start>a", "start>b", "start>c", "a>ab", "b>ab", "ab>end", "c>end");

        Assert.Equal(["a: 1/3", "b: 2/3", "c: 3/3"], Show(branches));
    }

    [Fact]
    public void A_way_straight_to_where_the_other_one_leads_is_no_branch()
    {
        Assert.Empty(OfGraph("start>a", "start>end", "a>end"));
    }

    [Fact]
    public void Deeper_branches_than_are_told_lie_in_the_last_that_is()
    {
        var edges = Enumerable.Range(0, 30).SelectMany(i => new[] { $"n{i}>n{i + 1}", $"n{i}>side{i + 1}" });

        Assert.Equal(ParallelBranch.MostDeep, OfGraph([.. edges])["n30"].Depth);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("""{"edges": 5}""")]
    [InlineData("""{"edges": [{"source": """)]
    public void What_is_no_graph_tells_nothing(string? graph)
    {
        Assert.Null(ParallelBranches.OfGraph(graph));
    }

    [Fact]
    public void Whatever_the_edges_a_branch_is_one_of_its_fork_and_never_lies_in_itself()
    {
        var node = Gen.Int[0, 12];
        Gen.Select(node, Gen.Int[0, 1], node)
            .List[0, 40]
            .Sample(edges =>
            {
                foreach (var branch in OfGraph([.. edges.Select(edge => $"{edge.Item1}:{edge.Item2}>{edge.Item3}")]).Values)
                {
                    Assert.InRange(branch.Number, 1, branch.Count);
                    Assert.InRange(branch.Count, 2, 13);
                    for (var outer = branch.Outer; outer is not null; outer = outer.Outer)
                    {
                        Assert.NotEqual(branch.StartId, outer.StartId);
                    }
                }
            });
    }

    [Fact]
    public void Older_versions_mark_each_node_with_its_branch()
    {
        var branches = ParallelBranches.OfMarks([
            Node("start", "{}"),
            Node("a", """{"parallel_id": "p", "parallel_start_node_id": "a"}"""),
            Node("b", """{"parallel_id": "p", "parallel_start_node_id": "b"}"""),
            Node("c", """{"parallel_id": "q", "parallel_start_node_id": "c", "parent_parallel_id": "p", "parent_parallel_start_node_id": "a"}"""),
            Node("d", """{"parallel_id": "q", "parallel_start_node_id": "d", "parent_parallel_id": "p", "parent_parallel_start_node_id": "a"}"""),
            Node("itself", """{"parallel_id": "r", "parallel_start_node_id": "itself", "parent_parallel_start_node_id": "itself"}"""),
            Node("broken", "not json"),
        ]);

        Assert.Equal(["a: 1/2", "b: 2/2", "c: 1/2 in 1/2", "d: 2/2 in 1/2"], Show(branches.Where(branch => branch.Key != "itself")));
        Assert.Equal(ParallelBranch.MostDeep, branches["itself"].Depth);
    }

    [Fact]
    public void A_branch_lies_in_its_round_and_lasts_as_long_as_its_nodes()
    {
        var first = """{"iteration_id": "it", "iteration_index": 0}""";
        var second = """{"iteration_id": "it", "iteration_index": 1}""";
        var nodes = new[]
        {
            Node("it", "{}", 0, 20),
            Node("a", first, 1, 2),
            Node("a2", first, 2, 5),
            Node("b", first, 1, 3),
            Node("a", second, 11, 12),
        };

        var tree = RunTree.Of(nodes, OfGraph("it-start>a", "it-start>b", "a>a2"));

        Assert.Equal(["branch 1/2", "branch 2/2", "branch 1/2"], tree.Branches.Select(branch => branch.Branch.Name));
        var branch = tree.Branches.First();
        Assert.Equal((1, 5), ((branch.StartedAt - Noon).TotalSeconds, (branch.EndedAt - Noon).TotalSeconds));
        Assert.Equal(branch.SpanId, tree.ParentOf(nodes[1].Id));
        Assert.Equal(branch.SpanId, tree.ParentOf(nodes[2].Id));
        Assert.Equal(tree.Rounds.First().SpanId, branch.ParentSpanId);
        Assert.NotEqual(branch.SpanId, tree.ParentOf(nodes[4].Id));
        Assert.Null(tree.ParentOf(nodes[0].Id));
    }

    /// <param name="edges"><c>source>target</c>, or <c>source:handle>target</c>.</param>
    private static IReadOnlyDictionary<string, ParallelBranch> OfGraph(params string[] edges)
    {
        var json = edges.Select(edge => edge.Split('>')).Select(ends => (From: ends[0].Split(':'), To: ends[1]));
        var graph = json.Select(edge =>
            $$"""{"source": "{{edge.From[0]}}", "sourceHandle": "{{edge.From.ElementAtOrDefault(1) ?? "source"}}", "target": "{{edge.To}}"}"""
        );
        return ParallelBranches.OfGraph($$"""{"nodes": [], "edges": [{{string.Join(',', graph)}}]}""")!;
    }

    private static IEnumerable<string> Show(IEnumerable<KeyValuePair<string, ParallelBranch>> branches) =>
        branches.OrderBy(branch => branch.Key, StringComparer.Ordinal).Select(branch => $"{branch.Key}: {Show(branch.Value)}");

    private static string Show(ParallelBranch branch) => $"{branch.Number}/{branch.Count}" + (branch.Outer is { } outer ? " in " + Show(outer) : "");
}
