using CsCheck;
using LlmObs.Domain.Spans;
using LlmObs.Domain.Traces;

namespace LlmObs.Tests.Domain;

public sealed class CriticalPathTests
{
    [Fact]
    public void Of_parallel_steps_the_one_that_ended_last_counts()
    {
        var path = Path(
            Spans.One("root", null, 0, 100),
            Spans.One("short", "root", 10, 20),
            Spans.One("long", "root", 10, 60),
            Spans.One("end", "root", 80, 20)
        );

        Assert.Equal([("end", 80, 100, false), ("root", 70, 80, true), ("long", 10, 70, false), ("root", 0, 10, true)], path);
    }

    [Fact]
    public void Work_that_outlives_its_parent_counts_up_to_the_parents_end()
    {
        var path = Path(Spans.One("root", null, 0, 50), Spans.One("detached", "root", 20, 500));

        // The root ended at 50; what went on after that is nobody's wait.
        Assert.Equal([("detached", 20, 50, false), ("root", 0, 20, true)], path);
    }

    [Fact]
    public void Covers_a_lone_root_from_end_to_start_without_overlap_whatever_is_inside() =>
        Gen.Select(Gen.Int[0, 8], Gen.Int[0, 90], Gen.Int[0, 60])
            .List[0, 12]
            .Sample(made =>
            {
                var spans = made.Select((span, i) => Spans.One($"s{i}", span.Item1 < i ? $"s{span.Item1}" : "root", span.Item2, span.Item3));
                var stretches = CriticalPath.Of(TraceTree.Build([Spans.One("root", null, 0, 100), .. spans])).Stretches;
                return stretches.Sum(stretch => stretch.LengthNano) == 100
                    && stretches.Zip(stretches.Skip(1)).All(pair => pair.Second.ToNano == pair.First.FromNano);
            });

    private static List<(string, long, long, bool)> Path(params Span[] spans)
    {
        var tree = TraceTree.Build(spans);
        return
        [
            .. CriticalPath
                .Of(tree)
                .Stretches.Select(stretch =>
                    (tree.Rows[stretch.Row].Span.SpanId, stretch.FromNano - Epoch(spans), stretch.ToNano - Epoch(spans), stretch.IsIdle)
                ),
        ];
    }

    private static long Epoch(Span[] spans) => spans[0].StartUnixNano;
}
