using LlmObs.Storage.Rows;

namespace LlmObs.Tests.Storage;

public sealed class SpanDayTests
{
    private const long NanosPerDay = 86_400_000_000_000;
    private static readonly DateOnly Today = new(2026, 11, 23);
    private static readonly long Midnight = (Today.DayNumber - SpanDay.OutsideTime.DayNumber) * NanosPerDay;

    [Theory]
    [InlineData(0, 0)]
    [InlineData(NanosPerDay - 1, 0)]
    [InlineData(NanosPerDay, 1)]
    [InlineData(-1, -1)]
    [InlineData(-400 * NanosPerDay, -400)]
    public void Is_the_UTC_day_of_the_start(long fromMidnight, int days) =>
        Assert.Equal(Today.AddDays(days), SpanDay.Of(Midnight + fromMidnight, Today));

    [Theory]
    [InlineData(2 * NanosPerDay)]
    [InlineData((-400 * NanosPerDay) - 1)]
    public void Is_outside_time_where_no_clock_should_be(long fromMidnight) =>
        Assert.Equal(SpanDay.OutsideTime, SpanDay.Of(Midnight + fromMidnight, Today));

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(long.MinValue)]
    [InlineData(long.MaxValue)]
    public void Takes_any_number_for_a_start(long start) => Assert.Equal(SpanDay.OutsideTime, SpanDay.Of(start, Today));
}
