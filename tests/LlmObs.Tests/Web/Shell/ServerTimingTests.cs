using LlmObs.Web.Shell;

namespace LlmObs.Tests.Web.Shell;

public sealed class ServerTimingTests
{
    private static readonly DateTime Start = new(2025, 10, 14, 0, 0, 0, DateTimeKind.Utc);

    [Fact]
    public void Calls_side_by_side_are_counted_apart_and_timed_once()
    {
        var times = new RequestTimes();
        times.Add(false, Start, TimeSpan.FromMilliseconds(30));
        times.Add(false, Start.AddMilliseconds(10), TimeSpan.FromMilliseconds(30));
        times.Add(false, Start.AddMilliseconds(12), TimeSpan.FromMilliseconds(1));
        times.Add(false, Start.AddMilliseconds(100), TimeSpan.FromMilliseconds(5));
        times.Add(true, Start.AddMilliseconds(40), TimeSpan.FromMilliseconds(2.5));

        Assert.Equal("total;dur=120.0, sls;dur=45.0;desc=\"4 calls\", pg;dur=2.5;desc=\"1 call\"", times.Header(TimeSpan.FromMilliseconds(120)));
    }

    [Fact]
    public void What_was_not_asked_is_not_named() => Assert.Equal("total;dur=1.5", new RequestTimes().Header(TimeSpan.FromMilliseconds(1.5)));
}
