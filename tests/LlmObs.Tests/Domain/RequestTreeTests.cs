using LlmObs.Domain.Spans;
using LlmObs.Domain.Traces;

namespace LlmObs.Tests.Domain;

/// <summary>Several traces as one tree.</summary>
public sealed class RequestTreeTests
{
    private static readonly TraceJoin Matched = new("inner", JoinBasis.DifyMatch, "outer", "tool", IsInferred: true);

    [Fact]
    public void A_nested_workflow_hangs_under_the_step_that_called_it_and_says_why()
    {
        var rows = Build(
            [In("outer", "root", null), In("outer", "tool", "root", 1), In("inner", "run", null, 2), In("inner", "call", "run", 3)],
            Matched
        );

        Assert.Equal([("root", 0), ("tool", 1), ("run", 2), ("call", 3)], rows.Select(row => (row.Span.SpanId, row.Depth)));
        Assert.Equal([null, null, Matched, null], rows.Select(row => row.Join));
    }

    [Fact]
    public void What_was_said_goes_before_what_was_worked_out()
    {
        var said = new TraceJoin("inner", JoinBasis.DifyParent, "outer", "root", IsInferred: false);

        var rows = Build([In("outer", "root", null), In("outer", "tool", "root", 1), In("inner", "run", null, 2)], Matched, said);

        Assert.Same(said, rows.Single(row => row.Span.SpanId == "run").Join);
    }

    [Fact]
    public void A_join_to_a_step_that_has_not_come_leaves_the_trace_beside_the_others()
    {
        var rows = Build([In("outer", "root", null), In("inner", "run", null, 2)], Matched);

        Assert.Equal([0, 0], rows.Select(row => row.Depth));
        Assert.All(rows, row => Assert.Null(row.Join));
    }

    [Fact]
    public void A_parent_that_stands_in_another_trace_takes_its_orphan_back()
    {
        var rows = Build([In("outer", "root", null), In("inner", "lost", "root", 2)]);

        Assert.Equal([("root", 0, false), ("lost", 1, false)], rows.Select(row => (row.Span.SpanId, row.Depth, row.IsOrphan)));
    }

    [Fact]
    public void An_orphan_hangs_where_its_trace_does_until_the_root_comes()
    {
        Span[] early = [In("outer", "root", null), In("outer", "tool", "root", 1), In("inner", "step", "run", 3)];

        Assert.Same(Matched, Build(early, Matched).Single(row => row.Span.SpanId == "step").Join);
        Assert.Equal(["root", "tool", "run", "step"], Build([.. early, In("inner", "run", null, 2)], Matched).Select(row => row.Span.SpanId));
    }

    [Fact]
    public void Traces_that_name_each_other_as_parents_are_cut_at_the_earlier_one()
    {
        var back = new TraceJoin("outer", JoinBasis.Link, "inner", "run", IsInferred: false);

        var rows = Build([In("outer", "root", null), In("outer", "tool", "root", 1), In("inner", "run", null, 2)], Matched, back);

        Assert.Equal([("root", true), ("tool", false), ("run", false)], rows.Select(row => (row.Span.SpanId, row.IsCut)));
    }

    [Fact]
    public void The_same_span_id_in_two_traces_is_two_spans()
    {
        var rows = Build([In("a", "s1", null), In("a", "s2", "s1", 1), In("b", "s1", null, 5), In("b", "s2", "s1", 6)]);

        Assert.Equal([("a", 0), ("a", 1), ("b", 0), ("b", 1)], rows.Select(row => (row.Span.TraceId, row.Depth)));
    }

    [Fact]
    public void A_child_that_started_before_its_parent_tells_how_far_the_clocks_differ()
    {
        var rows = Build([In("a", "root", null, 50), In("a", "early", "root", 20), In("a", "fine", "root", 60)]);

        Assert.Equal([0L, 30, 0], rows.Select(row => row.SkewNano));
    }

    [Fact]
    public void A_hundred_thousand_spans_in_a_thousand_traces_are_one_tree()
    {
        var spans = Enumerable
            .Range(0, 100_000)
            .Select(i => In($"t{i / 100}", $"s{i}", i % 100 == 0 ? null : $"s{(i / 100 * 100) + (i % 100 / 3)}", i))
            .ToList();
        var joins = Enumerable
            .Range(1, 999)
            .Select(i => new TraceJoin($"t{i}", JoinBasis.Link, $"t{i - 1}", $"s{((i - 1) * 100) + 1}", false))
            .ToList();

        var tree = TraceTree.Build(spans, joins);

        Assert.Equal((100_000, 1), (tree.Rows.Count, tree.Roots.Count));
        Assert.Equal(100_000, tree.Roots[0].Size);
    }

    private static IReadOnlyList<TraceNode> Build(IEnumerable<Span> spans, params TraceJoin[] joins) => TraceTree.Build(spans, joins).Rows;

    private static Span In(string trace, string id, string? parent, long start = 0) => Spans.One(id, parent, start, 10) with { TraceId = trace };
}
