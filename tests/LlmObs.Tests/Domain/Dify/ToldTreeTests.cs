using LlmObs.Domain.Dify;

namespace LlmObs.Tests.Domain.Dify;

public sealed class ToldTreeTests
{
    private static readonly Guid Outer = Guid.NewGuid();
    private static readonly Guid Inner = Guid.NewGuid();
    private static readonly Guid Caller = Guid.NewGuid();
    private static readonly Guid Node = Guid.NewGuid();
    private static readonly Dictionary<Guid, Guid> Nobody = [];

    [Fact]
    public void A_node_is_of_the_run_whose_span_is_around_it_and_waits_while_that_has_not_come()
    {
        var node = Span("n", "r", ToldKind.Node, node: Node);

        Assert.Null(new ToldTree([node], Nobody).PlaceOf("n"));
        Assert.Equal(new ToldPlace(Outer), new ToldTree([node, Span("r", null, ToldKind.Run, Outer)], Nobody).PlaceOf("n"));
    }

    [Fact]
    public void One_node_that_is_known_tells_the_run_of_all_that_lie_beside_it()
    {
        var spans = new[] { Span("a", "runner", ToldKind.Node, node: Node), Span("b", "runner", ToldKind.Node, node: Guid.NewGuid()) };
        var known = new Dictionary<Guid, Guid> { [Node] = Outer };

        Assert.Equal(Outer, new ToldTree(spans, known).PlaceOf("b")?.RunId);
        Assert.Equal(Outer, new ToldTree([.. spans, Span("runner", "generate", ToldKind.Run)], known).PlaceOf("b")?.RunId);
    }

    [Fact]
    public void Nodes_known_to_be_of_different_runs_leave_it_open_for_their_neighbours()
    {
        var other = Guid.NewGuid();
        var spans = new[]
        {
            Span("a", "x", ToldKind.Node, node: Node),
            Span("b", "x", ToldKind.Node, node: other),
            Span("c", "x", ToldKind.Node, node: Guid.NewGuid()),
        };
        var tree = new ToldTree(spans, new Dictionary<Guid, Guid> { [Node] = Outer, [other] = Inner });

        Assert.Equal((Outer, Inner), (tree.PlaceOf("a")!.RunId, tree.PlaceOf("b")!.RunId));
        Assert.Null(tree.PlaceOf("c"));
    }

    [Fact]
    public void A_run_within_a_node_was_called_by_it()
    {
        var tree = new ToldTree(
            [
                Span("outer", "http", ToldKind.Run, Outer),
                Span("tool", "outer", ToldKind.Node, node: Caller),
                Span("inner", "tool", ToldKind.Run, Inner),
                Span("n", "inner", ToldKind.Node, node: Node),
            ],
            Nobody
        );

        Assert.Equal(new ToldCaller(Outer, Caller), tree.PlaceOf("inner")!.Caller);
        Assert.Equal("http", tree.PlaceOf("outer")!.OuterSpanId);
        Assert.Equal(new ToldPlace(Inner), tree.PlaceOf("n"));
    }

    [Fact]
    public void A_run_within_a_node_of_an_unknown_run_is_placed_and_its_caller_left_open()
    {
        var tree = new ToldTree([Span("tool", "runner", ToldKind.Node, node: Caller), Span("inner", "tool", ToldKind.Run, Inner)], Nobody);

        Assert.Equal(new ToldPlace(Inner, IsCallerOpen: true), tree.PlaceOf("inner"));
    }

    [Fact]
    public void A_node_lies_in_the_container_its_span_or_its_round_hangs_under()
    {
        var tree = new ToldTree(
            [
                Span("r", null, ToldKind.Run, Outer),
                Span("loop", "r", ToldKind.Node, node: Caller),
                Span("round", "loop", ToldKind.Round, node: Caller),
                Span("in-round", "round", ToldKind.Node, node: Node),
                Span("in-loop", "loop", ToldKind.Node, node: Guid.NewGuid()),
            ],
            Nobody
        );

        Assert.Equal((Caller, Caller), (tree.PlaceOf("in-round")!.ContainerId, tree.PlaceOf("in-loop")!.ContainerId));
        Assert.Null(tree.PlaceOf("loop")!.ContainerId);
    }

    [Fact]
    public void A_root_is_of_the_run_below_it_and_a_circle_of_no_run()
    {
        var tree = new ToldTree(
            [
                Span("root", null, ToldKind.Root),
                Span("run", "root", ToldKind.Run, Outer),
                Span("x", "y", ToldKind.Node, node: Node),
                Span("y", "x", ToldKind.Node, node: Caller),
            ],
            Nobody
        );

        Assert.Equal(Outer, tree.PlaceOf("root")?.RunId);
        Assert.Null(tree.PlaceOf("run")!.OuterSpanId);
        Assert.Null(tree.PlaceOf("x"));
    }

    private static ToldSpan Span(string id, string? parent, ToldKind kind, Guid? run = null, Guid? node = null) => new(id, parent, kind, run, node);
}
