using LlmObs.Domain.Spans;
using LlmObs.Domain.Traces;
using LlmObs.Tests.Domain;
using LlmObs.Web.Pages.Traces;

namespace LlmObs.Tests.Web.Traces;

public sealed class TraceRowsTests
{
    [Fact]
    public void Bars_stand_where_the_spans_were()
    {
        var rows = Lay(
            Spans.One("root", null, 0, 1000, SpanKind.Workflow),
            Spans.One("call", "root", 250, 500, SpanKind.Llm) with
            {
                TimeToFirstTokenMs = 0.0001,
            }
        );

        Assert.Equal(new TraceBar(0, 100, 0, IsFrame: true, "inside"), rows[0].Bar);
        Assert.Equal(new TraceBar(25, 50, 10, IsFrame: false, "after"), rows[1].Bar);
    }

    [Fact]
    public void A_bar_can_always_be_seen_and_never_leaves_the_trace()
    {
        var rows = Lay(Spans.One("root", null, 0, 1_000_000), Spans.One("flash", "root", 1_000_000, 0), Spans.One("tiny", "root", 5, 1));

        Assert.All(rows, row => Assert.InRange(row.Bar!.End, 0.25, 100.0001));
        Assert.All(rows, row => Assert.True(row.Bar!.Width >= 0.2499));
    }

    [Fact]
    public void Guides_go_on_exactly_where_siblings_follow()
    {
        var rows = Lay(Spans.One("root", null, 0, 100), Spans.One("a", "root", 1, 50), Spans.One("a1", "a", 2, 5), Spans.One("b", "root", 60, 5));

        Assert.Equal(["", "M11.5 0V13.5h4.5M11.5 13V40", "M11.5 0V40M25.5 0V13.5h4.5", "M11.5 0V13.5h4.5"], rows.Select(row => row.Guide));
        Assert.Equal([1, 2, 3, 2], rows.Select(row => row.Level));
    }

    [Fact]
    public void Orphans_hang_under_the_place_of_their_missing_parent()
    {
        var rows = Lay(Spans.One("root", null, 0, 100), Spans.One("x", "gone", 10, 5), Spans.One("y", "gone", 20, 5), Spans.One("y1", "y", 21, 1));

        Assert.Equal([null, "gone", null, null, null], rows.Select(row => row.MissingParentId));
        Assert.Equal([1, 1, 2, 2, 3], rows.Select(row => row.Level));
        Assert.Equal([false, true, true, true, false], rows.Select(row => row.IsGuess));
        Assert.EndsWith("13V40", rows[2].Guide, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_hundred_levels_stay_on_the_screen()
    {
        var rows = Lay([.. Enumerable.Range(0, 200).Select(i => Spans.One($"s{i:D3}", i == 0 ? null : $"s{i - 1:D3}", i, 400 - i))]);

        Assert.Equal(200, rows[^1].Level);
        Assert.All(rows, row => Assert.InRange(row.GuideLevels, 0, TraceRows.DrawnLevels));
        Assert.All(rows, row => Assert.True(row.Guide.Length < 400));
    }

    [Fact]
    public void Five_thousand_spans_are_laid_out()
    {
        var spans = Enumerable.Range(0, 5000).Select(i => Spans.One($"s{i:D5}", i == 0 ? null : $"s{(i - 1) / 5:D5}", i, 6000 - i)).ToList();
        Assert.Equal(5000, Lay([.. spans]).Count);
    }

    [Fact]
    public void The_cause_comes_before_what_followed()
    {
        var tree = TraceTree.Build([
            Spans.One("request", null, 0, 100),
            Spans.One("retrieve", "request", 5, 20),
            Spans.One("judge #3", "retrieve", 10, 5, SpanKind.Llm).Failed("429 Rate limit reached"),
            Spans.One("generate", "request", 30, 20),
            Spans.One("execute", "request", 55, 5).Failed("no such column"),
        ]);

        var cause = TraceCause.Of(tree, TraceRollup.Summarise(tree))!;

        Assert.Equal("judge #3", cause.First.Name);
        Assert.Equal(["retrieve"], cause.Path);
        Assert.Equal(10, cause.AfterNano);
        Assert.Equal(["execute"], cause.Then.Select(failure => failure.Span.Name));
        Assert.True(cause.IsRecovered);
    }

    private static TraceRows Lay(params Span[] spans)
    {
        var tree = TraceTree.Build(spans);
        return TraceRows.Lay(tree, TraceRollup.Summarise(tree), SubtreeTotals.Of(tree), CriticalPath.Of(tree));
    }
}
