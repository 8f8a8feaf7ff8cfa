using System.Globalization;
using LlmObs.TraceLog;
using LlmObs.Web.Search;

namespace LlmObs.Tests.Web.Search;

public sealed class HistogramChartTests
{
    private static readonly DateTimeOffset Start = new(2025, 10, 13, 15, 0, 0, TimeSpan.FromHours(8));

    [Fact]
    public void Bars_stand_on_the_floor_and_fill_the_width()
    {
        var chart = Chart((80, 8), (40, 0), (0, 0), (20, 20));

        Assert.Equal(["0%", "25%", "50%", "75%"], chart.Bars.Select(bar => bar.X));
        Assert.All(chart.Bars, bar => Assert.Equal(54, Number(bar.Y) + Number(bar.Height), 0.11));
        Assert.Equal([45.5, 22.8, 0, 11.4], chart.Bars.Select(bar => Number(bar.Height)));
        Assert.Equal(chart.Bars[3].Height, chart.Bars[3].ErrorHeight);
    }

    [Fact]
    public void One_failure_among_a_million_still_shows() => Assert.True(Number(Chart((1_000_000, 1)).Bars[0].ErrorHeight) >= 0.8);

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 1)]
    [InlineData(3, 4)]
    [InlineData(61, 80)]
    [InlineData(80, 80)]
    [InlineData(81, 100)]
    [InlineData(4_427, 6_000)]
    public void The_ceiling_is_a_round_number_above_the_largest(long largest, long ceiling) => Assert.Equal(ceiling, HistogramChart.Ceiling(largest));

    [Fact]
    public void Nothing_to_draw_draws_nothing() => Assert.Empty(HistogramChart.Of([], at => at).Bars);

    [Fact]
    public void The_ruler_has_its_long_ticks_at_round_hours()
    {
        var ticks = TimeRuler.Ticks(Start.AddMinutes(7), Start.AddMinutes(7).AddDays(1));

        Assert.Equal(
            ["18:00", "21:00", "10-14", "03:00", "06:00", "09:00", "12:00", "15:00"],
            ticks.Where(tick => tick.Label is not null).Select(tick => tick.Label)
        );
        Assert.Equal(24, ticks.Count);
        Assert.All(ticks, tick => Assert.InRange(tick.Position, 0, 100));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(60)]
    [InlineData(3_600)]
    [InlineData(7 * 86_400)]
    [InlineData(366 * 86_400)]
    public void A_ruler_is_never_crowded(int seconds) =>
        Assert.InRange(TimeRuler.Ticks(Start, Start.AddSeconds(seconds)).Count(tick => tick.Label is not null), 1, 9);

    private static HistogramChart Chart(params (long Count, long Errors)[] buckets) =>
        HistogramChart.Of(
            [.. buckets.Select((bucket, i) => new HistogramBucket(Start.AddHours(i), Start.AddHours(i + 1), bucket.Count, bucket.Errors))],
            at => at
        );

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
