using LlmObs.Ingest.Shipping;

namespace LlmObs.Tests.Ingest.Shipping;

public sealed class ShippingPauseTests
{
    [Fact]
    public void Rests_longer_with_every_failure_and_ends_with_a_success()
    {
        var clock = new Clock();
        var pause = new ShippingPause(new ShippingPolicy(new ShippingOptions { FirstRetrySeconds = 1, MaxPauseSeconds = 15 }, () => 0), clock);

        Assert.Equal(TimeSpan.Zero, pause.Remaining);
        pause.Failed();
        pause.Failed();
        Assert.Equal(TimeSpan.FromSeconds(1), pause.Remaining);
        clock.Now += TimeSpan.FromSeconds(1);
        Assert.Equal(TimeSpan.Zero, pause.Remaining);
        pause.Failed();
        Assert.Equal(TimeSpan.FromSeconds(2), pause.Remaining);
        pause.Succeeded();
        Assert.Equal(TimeSpan.Zero, pause.Remaining);
    }

    private sealed class Clock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = DateTimeOffset.UnixEpoch;

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
