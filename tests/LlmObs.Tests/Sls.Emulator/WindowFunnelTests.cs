using CsCheck;
using LlmObs.Sls.Emulator.Sql;

namespace LlmObs.Tests.Sls.Emulator;

public sealed class WindowFunnelTests
{
    private static readonly Gen<(long Time, int Step)[]> Events = Gen.Select(Gen.Long[0, 20], Gen.Int[0, 4]).Array[0, 30];

    [Fact]
    public void Counts_the_example_of_the_services_description() => Assert.Equal(2, Longest(100, (0, 0), (1, 1), (2, 3), (3, 4), (4, 0), (5, 2)));

    [Fact]
    public void Begins_with_the_first_step() => Assert.Equal(0, Longest(100, (0, 1), (1, 2), (2, 3)));

    [Fact]
    public void Counts_a_step_at_the_end_of_the_window_and_none_behind_it()
    {
        Assert.Equal(3, Longest(10, (0, 0), (4, 1), (10, 2)));
        Assert.Equal(2, Longest(10, (0, 0), (4, 1), (11, 2)));
    }

    [Fact]
    public void Begins_anew_with_the_event_that_ends_a_round() => Assert.Equal(3, Longest(10, (0, 0), (9, 0), (12, 1), (15, 2)));

    [Fact]
    public void Takes_an_event_that_is_several_steps_for_the_one_that_is_due() =>
        Assert.Equal(3, WindowFunnel.Longest(10, [0, 0b001, 1, 0b111, 2, 0b101]));

    [Fact]
    public void Equals_a_walk_through_the_events_one_by_one() =>
        Gen.Select(Gen.Long[0, 12], Events).Sample((window, events) => Assert.Equal(Walk(window, events), Longest(window, events)));

    private static long Longest(long window, params (long Time, int Step)[] events) =>
        WindowFunnel.Longest(window, [.. events.SelectMany(at => new[] { at.Time, 1L << at.Step })]);

    private static long Walk(long window, (long Time, int Step)[] events)
    {
        var longest = 0;
        var done = 0;
        var began = 0L;
        foreach (var (time, step) in events.OrderBy(at => at.Time).ThenBy(at => at.Step))
        {
            if (done > 0 && step == done && time <= began + window)
            {
                done++;
            }
            else
            {
                done = step == 0 ? 1 : 0;
                began = time;
            }
            longest = Math.Max(longest, done);
        }
        return longest;
    }
}
