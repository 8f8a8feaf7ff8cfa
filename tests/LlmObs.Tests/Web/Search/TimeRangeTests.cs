using LlmObs.Web.Search;

namespace LlmObs.Tests.Web.Search;

public sealed class TimeRangeTests
{
    private static readonly DateTimeOffset Now = new(2025, 10, 14, 15, 0, 0, TimeSpan.FromHours(8));

    [Theory]
    [InlineData("15m", 15)]
    [InlineData("6h", 360)]
    [InlineData("7d", 7 * 24 * 60)]
    [InlineData("90m", 90)]
    public void Reads_the_last_so_much(string text, int minutes)
    {
        var (from, to) = Read(text).Window(Now);

        Assert.Equal(Now, to);
        Assert.Equal(Now.AddMinutes(-minutes), from);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("h")]
    [InlineData("0h")]
    [InlineData("-1h")]
    [InlineData("1y")]
    [InlineData("9999d")]
    [InlineData("99999999999d")]
    public void Nonsense_is_the_last_day(string? text) => Assert.Equal(TimeRange.Default, Read(text));

    [Fact]
    public void A_moment_keeps_the_zone_it_names()
    {
        var range = Read(null, "2025-10-14T04:30:00+08:00", "2025-10-14T07:45:00Z");

        Assert.Equal(new DateTimeOffset(2025, 10, 13, 20, 30, 0, TimeSpan.Zero), range.From);
        Assert.Equal(new DateTimeOffset(2025, 10, 14, 7, 45, 0, TimeSpan.Zero), range.To);
    }

    [Fact]
    public void A_moment_without_a_zone_is_the_readers()
    {
        var range = Read(null, "2025-10-14T04:30", "2025-10-14T07:45");

        Assert.Equal("2025-10-13T20:30:00Z", TimeRange.Text(range.From));
        Assert.True(TimeRange.IsLocal("2025-10-14T04:30"));
        Assert.False(TimeRange.IsLocal("2025-10-14T04:30Z"));
        Assert.False(TimeRange.IsLocal("soon"));
    }

    [Fact]
    public void From_and_to_the_wrong_way_round_are_turned()
    {
        var range = Read(null, "2025-10-14T07:45:00Z", "2025-10-14T04:30:00Z");

        Assert.True(range.From < range.To);
    }

    [Fact]
    public void A_range_with_one_end_is_completed()
    {
        Assert.Equal(Now, Read(null, "2025-10-14T04:30:00Z").To);
        Assert.Equal(TimeSpan.FromDays(1), Read(null, null, "2025-10-14T04:30:00Z").Span);
    }

    private static TimeRange Read(string? range, string? from = null, string? to = null) =>
        TimeRange.Read(range, from, to, Now, wall => new DateTimeOffset(wall, TimeSpan.FromHours(8)));

    private static readonly DateTimeOffset Noon = new(2025, 10, 14, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Earlier_and_later_are_as_long_and_touch()
    {
        var earlier = new TimeRange("1h").Earlier(Noon);

        Assert.Equal((Noon.AddHours(-2), Noon.AddHours(-1)), (earlier.From, earlier.To));
        Assert.Equal(TimeRange.Between(Noon.AddHours(-1), Noon), earlier.Later(Noon));
        Assert.Null(new TimeRange("1h").Later(Noon));
        Assert.Null(TimeRange.Between(Noon.AddHours(-1), Noon).Later(Noon));
    }

    [Fact]
    public void Wider_keeps_the_middle_where_there_is_room()
    {
        Assert.Equal(TimeRange.Between(Noon.AddHours(-7), Noon.AddHours(-3)), TimeRange.Between(Noon.AddHours(-6), Noon.AddHours(-4)).Wider(Noon));
        Assert.Equal(TimeRange.Between(Noon.AddHours(-2), Noon), new TimeRange("1h").Wider(Noon));
    }
}
