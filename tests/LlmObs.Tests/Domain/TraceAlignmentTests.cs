using CsCheck;
using LlmObs.Domain.Spans;
using LlmObs.Domain.Traces;

namespace LlmObs.Tests.Domain;

public sealed class TraceAlignmentTests
{
    [Fact]
    public void A_step_that_was_added_moves_no_other()
    {
        var steps = Align(["plan", "sql", "answer"], ["plan", "retrieve", "sql", "answer"]);

        Assert.Equal([("root", "root"), ("plan", "plan"), (null, "retrieve"), ("sql", "sql"), ("answer", "answer")], steps);
    }

    [Fact]
    public void Of_repeated_steps_as_many_are_matched_as_both_have()
    {
        var steps = Align(["try", "try", "try"], ["try", "fix", "try"]);

        Assert.Equal(2, steps.Count(step => step == ("try", "try")));
        Assert.Contains(("try", null), steps);
        Assert.Contains((null, "fix"), steps);
    }

    [Fact]
    public void Every_step_of_both_stands_in_it_once_whatever_they_are() =>
        Gen.Select(Gen.Int[0, 3].List[0, 9], Gen.Int[0, 3].List[0, 9])
            .Sample(
                (left, right) =>
                {
                    var steps = Align([.. left.Select(name => $"s{name}")], [.. right.Select(name => $"s{name}")]);
                    return steps.Count(step => step.Left is not null) == left.Count + 1
                        && steps.Count(step => step.Right is not null) == right.Count + 1
                        && steps.All(step => step.Left is null || step.Right is null || step.Left == step.Right);
                }
            );

    [Fact]
    public void Thousands_of_siblings_are_taken_one_after_the_other()
    {
        var steps = Align([.. Enumerable.Repeat("row", 5000)], [.. Enumerable.Repeat("row", 4000)]);

        Assert.Equal(4001, steps.Count(step => step is { Left: not null, Right: not null }));
    }

    private static List<(string? Left, string? Right)> Align(string[] left, string[] right) =>
        [.. TraceAlignment.Of(Tree(left), Tree(right)).Select(step => (step.Left?.Span.Name, step.Right?.Span.Name))];

    private static TraceTree Tree(string[] names) =>
        TraceTree.Build([Spans.One("root", null, 0, 100_000), .. names.Select((name, i) => Spans.One($"{i:D5}", "root", i, 1) with { Name = name })]);
}
