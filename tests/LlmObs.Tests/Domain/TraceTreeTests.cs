using CsCheck;
using LlmObs.Domain.Spans;
using LlmObs.Domain.Traces;

namespace LlmObs.Tests.Domain;

public sealed class TraceTreeTests
{
    /// <summary>Any parents at all: missing, own, circular.</summary>
    private static readonly Gen<List<Span>> AnySpans = Gen.Select(
            Gen.Int[-1, 12],
            Gen.Int[0, 50],
            Gen.Int[0, 20],
            (parent, start, length) => (parent, start, length)
        )
        .List[1, 12]
        .Select(spans => spans.Select((span, i) => One($"s{i}", span.parent < 0 ? null : $"s{span.parent}", span.start, span.length)).ToList());

    [Fact]
    public void Holds_every_span_exactly_once_whatever_the_parents_say() =>
        AnySpans.Sample(spans =>
        {
            var tree = TraceTree.Build(spans);
            return tree.Rows.Select(node => node.Span.SpanId)
                    .Order(StringComparer.Ordinal)
                    .SequenceEqual(spans.Select(span => span.SpanId).Order(StringComparer.Ordinal))
                && tree.Rows.SequenceEqual(tree.Roots.SelectMany(Flatten), ReferenceEqualityComparer.Instance);
        });

    [Fact]
    public void Keeps_every_tie_that_is_not_missing_or_circular() =>
        AnySpans.Sample(spans =>
        {
            var tree = TraceTree.Build(spans);
            var parents = tree
                .Rows.SelectMany(node => node.Children.Select(child => (child.Span.SpanId, Parent: node.Span.SpanId)))
                .ToDictionary(pair => pair.SpanId, pair => pair.Parent);
            return tree.Rows.All(node =>
                node.Span.ParentSpanId is null || node.IsCut || node.IsOrphan
                    ? parents.GetValueOrDefault(node.Span.SpanId) is null
                    : parents.GetValueOrDefault(node.Span.SpanId) == node.Span.ParentSpanId
            );
        });

    [Fact]
    public void Does_not_depend_on_the_order_of_arrival() =>
        AnySpans.Sample(spans =>
            TraceTree
                .Build(spans)
                .Rows.Select(node => (node.Span.SpanId, node.Depth, node.IsCut))
                .SequenceEqual(TraceTree.Build(Enumerable.Reverse(spans)).Rows.Select(node => (node.Span.SpanId, node.Depth, node.IsCut)))
        );

    [Fact]
    public void Cuts_a_span_that_is_its_own_parent()
    {
        var node = Assert.Single(TraceTree.Build([One("a", "a", 0, 1)]).Rows);

        Assert.True(node.IsCut);
        Assert.False(node.IsOrphan);
    }

    [Fact]
    public void Cuts_a_loop_once_at_its_earliest_span()
    {
        var rows = TraceTree.Build([One("b", "a", 2, 1), One("a", "c", 1, 1), One("c", "b", 3, 1), One("d", "c", 4, 1)]).Rows;

        Assert.Equal(["a", "b", "c", "d"], rows.Select(node => node.Span.SpanId));
        Assert.Equal([0, 1, 2, 3], rows.Select(node => node.Depth));
        Assert.Equal("a", Assert.Single(rows, node => node.IsCut).Span.SpanId);
    }

    [Fact]
    public void Says_which_parents_never_came()
    {
        var rows = TraceTree.Build([One("root", null, 0, 9), One("lost", "gone", 1, 1), One("below", "lost", 2, 1)]).Rows;

        Assert.Equal("lost", Assert.Single(rows, node => node.IsOrphan).Span.SpanId);
    }

    [Fact]
    public void Marks_the_way_down_to_an_error()
    {
        var rows = TraceTree
            .Build([
                One("root", null, 0, 9),
                One("mid", "root", 1, 5),
                One("leaf", "mid", 2, 1) with
                {
                    Status = SpanStatus.Error,
                },
                One("well", "root", 7, 1),
            ])
            .Rows;

        Assert.Equal(["root", "mid"], rows.Where(node => node.HoldsError).Select(node => node.Span.SpanId));
    }

    [Fact]
    public void Builds_deep_and_wide_traces()
    {
        var wide = Enumerable.Range(0, 5000).Select(i => One($"w{i:D5}", i == 0 ? null : $"w{(i - 1) / 7:D5}", i, 5000 - i)).ToList();
        var deep = Enumerable.Range(0, 100_000).Select(i => One($"d{i:D6}", i == 0 ? null : $"d{i - 1:D6}", i, 1)).ToList();

        Assert.Equal(5000, TraceTree.Build(wide).Rows.Count);
        Assert.Equal(99_999, TraceTree.Build(deep).Rows[^1].Depth);
    }

    private static IEnumerable<TraceNode> Flatten(TraceNode node) => node.Children.SelectMany(Flatten).Prepend(node);

    private static Span One(string id, string? parent, long start, long length) => Spans.One(id, parent, start, length);
}
