using LlmObs.Sls.Emulator.Storage;

namespace LlmObs.Tests.Sls.Emulator;

public sealed class QuietAfterWorkTests
{
    [Fact]
    public void Trims_once_in_the_first_quiet_turn_after_a_burst()
    {
        var quiet = new QuietAfterWork();

        Assert.Equal([false, false, true, false, false], new[] { 500, 300, 0, 0, 0 }.Select(quiet.IsTimeToTrim));
    }

    [Fact]
    public void Trims_now_and_then_under_a_trickle_and_never_for_nothing()
    {
        var quiet = new QuietAfterWork();

        Assert.Equal([false, false, false, true, false, false, false, true], Enumerable.Repeat(8, 8).Select(quiet.IsTimeToTrim));
        Assert.DoesNotContain(true, Enumerable.Repeat(0, 100).Select(new QuietAfterWork().IsTimeToTrim));
    }
}
