using LlmObs.Domain.Spans;
using LlmObs.Domain.Traces;
using LlmObs.Storage.Reading;
using LlmObs.Tests.Domain;
using LlmObs.Web.Pages.Traces;

namespace LlmObs.Tests.Web.Traces;

/// <summary>The views of a trace, over odd and large ones.</summary>
public sealed class TraceViewTests
{
    [Fact]
    public void A_large_tree_draws_its_beginning_its_end_and_the_selected_place()
    {
        var window = new TreeWindow(Rows: 5050, From: 0, Selected: 2500);

        Assert.Equal([0, 24, 25, 50], Enumerable.Range(0, window.Blocks).Where(window.IsDrawn));
        Assert.Equal((5000, 5050), (TreeWindow.First(50), window.End(50)));
    }

    [Fact]
    public void A_small_tree_is_drawn_whole() => Assert.All(Enumerable.Range(0, 10), block => Assert.True(new TreeWindow(1000, 0, 0).IsDrawn(block)));

    [Fact]
    public void Rows_know_what_is_below_them_also_under_a_missing_parent()
    {
        var view = View(Spans.One("root", null, 0, 100), Spans.One("x", "gone", 10, 5), Spans.One("x1", "x", 11, 1), Spans.One("y", "gone", 20, 5));

        Assert.Equal([0, 3, 1, 0, 0], view.Rows.Select(row => row.Below));
        Assert.Equal([1, 1, 2, 3, 2], view.Rows.Levels);
        Assert.Equal(3, view.RowOf(Spans.TraceId, "x1"));
    }

    [Fact]
    public void The_critical_path_is_marked_under_the_bars()
    {
        var view = View(Spans.One("root", null, 0, 100, SpanKind.Workflow), Spans.One("call", "root", 20, 80, SpanKind.Llm));

        Assert.Equal([new CriticalMark(0, 20, IsIdle: true)], view.Rows[0].Critical);
        Assert.Equal([new CriticalMark(20, 80, IsIdle: false)], view.Rows[1].Critical);
    }

    [Fact]
    public void A_row_knows_tokens_cost_and_failures_of_everything_below_it()
    {
        var view = View(
            Spans.One("root", null, 0, 100),
            Spans.One("step", "root", 1, 50),
            Spans.Chat("one", "step", 1000, 10, 2),
            Spans.Chat("two", "step", 500, 5, 20).Failed("429"),
            Spans.One("aside", "root", 60, 5)
        );

        Assert.Equal([1500L, 1500, 1000, 500, null], view.Rows.Select(row => row.Totals!.Usage?.InputTokens));
        Assert.Equal([1.5m, 1.5m, 1m, 0.5m, 0m], view.Rows.Select(row => row.Totals!.Costs.Sum(cost => cost.Total)));
        Assert.Equal([1, 1, 0, 1, 0], view.Rows.Select(row => row.Totals!.Errors));
    }

    [Fact]
    public void Steps_that_run_at_once_get_lanes_of_their_own_below_their_parent()
    {
        var chart = TimelineChart.Of(
            View(Spans.One("root", null, 0, 100), Spans.One("a", "root", 10, 40), Spans.One("b", "root", 20, 40), Spans.One("c", "root", 70, 10))
        );

        Assert.Equal([("root", 0), ("a", 1), ("b", 2), ("c", 1)], chart.Bars.Select(bar => (bar.Span.SpanId, bar.Lane)));
    }

    [Fact]
    public void Bars_of_the_timeline_stay_inside_it_at_its_very_end()
    {
        var chart = TimelineChart.Of(View(Spans.One("root", null, 0, 1_000_000), Spans.One("flash", "root", 1_000_000, 0)));

        Assert.All(chart.Bars, bar => Assert.InRange(bar.Start + bar.Width, 0, 100.0001));
    }

    [Fact]
    public void Rounds_of_a_loop_are_one_node_with_its_count_and_failures()
    {
        var graph = StepGraph.Of(
            View(
                Spans.One("loop", null, 0, 100),
                Spans.One("judge #1", "loop", 1, 10, SpanKind.Llm),
                Spans.One("judge #2", "loop", 20, 10, SpanKind.Llm).Failed("429"),
                Spans.One("answer", "loop", 40, 10, SpanKind.Llm)
            ).Tree
        );

        Assert.Equal([("loop", 1, 0), ("judge", 2, 1), ("answer", 1, 0)], graph.Nodes.Select(node => (node.Name, node.Count, node.Failures)));
        Assert.Equal("judge #2", graph.Nodes[1].Target.SpanId);
        Assert.Contains(new GraphEdge(0, 1, IsCall: true, IsInferred: false, 2), graph.Edges);
        Assert.Contains(new GraphEdge(1, 2, IsCall: false, IsInferred: false, 1), graph.Edges);
    }

    [Fact]
    public void A_call_that_was_worked_out_is_marked_in_the_graph()
    {
        var tree = TraceTree.Build(
            [Spans.One("call", null, 0, 100) with { TraceId = "outer" }, Spans.One("run", null, 10, 50) with { TraceId = "inner" }],
            [new TraceJoin("inner", JoinBasis.DifyMatch, "outer", "call", IsInferred: true)]
        );

        Assert.Equal([new GraphEdge(0, 1, IsCall: true, IsInferred: true, 1)], StepGraph.Of(tree).Edges);
    }

    [Fact]
    public void Parallel_branches_do_not_come_one_after_the_other()
    {
        var graph = StepGraph.Of(
            View(
                Spans.One("run", null, 0, 100),
                Spans.One("start", "run", 0, 1),
                Spans.One("branch 1/2", "run", 1, 10) with
                {
                    Operation = Span.ParallelBranch,
                },
                Spans.One("branch 2/2", "run", 2, 10) with
                {
                    Operation = Span.ParallelBranch,
                },
                Spans.One("end", "run", 40, 10)
            ).Tree
        );

        Assert.Equal([false, false, true, true, false], graph.Nodes.Select(node => node.IsParallelBranch));
        Assert.Equal([(1, 2), (1, 3), (2, 4), (3, 4)], graph.Edges.Where(edge => !edge.IsCall).Select(edge => (edge.From, edge.To)).Order());
    }

    [Fact]
    public void The_transcript_says_once_what_later_calls_repeat()
    {
        Message user = new("input", "user", [MessagePart.Text("你好")]);
        Message answer = new("output", "assistant", [MessagePart.Text("你好！")]);
        Message again = answer with { Direction = "input" };
        Message more = new("input", "user", [MessagePart.Text("上个月的销售额？")]);

        var turns = Transcript.TurnsOf([Call("first", user, answer), Call("second", user, again, more)]);

        Assert.Equal([2, 1], turns.Select(turn => turn.Cards.Count));
        Assert.Equal([0, 2], turns.Select(turn => turn.Repeated));
    }

    [Fact]
    public void A_caller_that_is_open_names_its_candidates_until_another_join_settles_it()
    {
        Span[] spans = [Spans.One("root", null, 0, 100), Spans.One("tool a", "root", 1, 10), Spans.One("tool b", "root", 2, 10)];
        var open = new TraceJoin("child", JoinBasis.DifyMatch, null, null, true)
        {
            Candidates = [new(Spans.TraceId, "tool a"), new(Spans.TraceId, "tool b")],
        };
        var settled = new TraceJoin("child", JoinBasis.DifyParent, Spans.TraceId, "tool a", false);

        var one = Assert.Single(TraceView.Of(spans, new([Spans.TraceId], [open], false)).OpenJoins);
        Assert.Equal(["tool a", "tool b"], one.Candidates.Select(candidate => candidate.Name));
        Assert.Empty(TraceView.Of(spans, new([Spans.TraceId], [open, settled], false)).OpenJoins);
    }

    [Fact]
    public void A_hundred_thousand_spans_two_hundred_deep_are_laid_out_in_every_view()
    {
        var spans = Enumerable.Range(0, 100_000).Select(i => Spans.One($"s{i}", Parent(i), i, 200_000 - i, SpanKind.Llm)).ToArray();

        var view = View(spans);

        Assert.Equal(100_000, view.Rows.Count);
        Assert.Equal(200, view.Rows.Levels.Max());
        Assert.Equal(100_000, TimelineChart.Of(view).Bars.Count + TimelineChart.Of(view).LeftOut);
        Assert.NotEmpty(StepGraph.Of(view.Tree).Nodes);

        static string? Parent(int i) =>
            i == 0 ? null
            : i % 199 == 0 ? "s0"
            : $"s{i - 1}";
    }

    private static SpanRecord Call(string id, params Message[] messages) =>
        new(Spans.One(id, null, kind: SpanKind.Llm), SpanContent.Empty with { Messages = messages });

    private static TraceView View(params Span[] spans) => TraceView.Of(spans, new RequestScope([Spans.TraceId], [], IsCut: false));
}
