using LlmObs.LocalHost.Running;

namespace LlmObs.Tests.LocalHost;

public sealed class RestartPolicyTests
{
    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(1);

    [Fact]
    public void Waits_twice_as_long_each_time_up_to_thirty_seconds()
    {
        var policy = new RestartPolicy();
        var waits = Enumerable.Range(0, 10).Select(_ => policy.AfterEnd(wasHealthy: true, Moment)!.Value.TotalSeconds);
        Assert.Equal([0.25, 0.5, 1, 2, 4, 8, 16, 30, 30, 30], waits);
    }

    [Fact]
    public void Starts_over_after_a_life_of_a_minute()
    {
        var policy = new RestartPolicy();
        for (var i = 0; i < 6; i++)
        {
            policy.AfterEnd(wasHealthy: true, Moment);
        }

        Assert.Equal(TimeSpan.FromSeconds(0.25), policy.AfterEnd(wasHealthy: true, TimeSpan.FromMinutes(1)));
    }

    [Fact]
    public void Gives_up_what_never_became_healthy_and_nothing_else()
    {
        var hopeless = new RestartPolicy();
        var waits = Enumerable.Range(0, RestartPolicy.AttemptsBeforeFirstHealth).Select(_ => hopeless.AfterEnd(wasHealthy: false, Moment)).ToList();
        Assert.All(waits[..^1], wait => Assert.NotNull(wait));
        Assert.Null(waits[^1]);

        var useful = new RestartPolicy();
        Assert.All(Enumerable.Range(0, 1000), _ => Assert.NotNull(useful.AfterEnd(wasHealthy: true, Moment)));
    }
}
