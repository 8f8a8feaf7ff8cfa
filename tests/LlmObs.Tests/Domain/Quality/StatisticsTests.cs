using LlmObs.Domain.Quality;

namespace LlmObs.Tests.Domain.Quality;

/// <summary>Known values are those of Newcombe's two papers of 1998 (Statistics in Medicine 17, 857–872 and 873–890).</summary>
public sealed class StatisticsTests
{
    [Theory]
    [InlineData(81, 263, 0.2553, 0.3662)]
    [InlineData(15, 148, 0.0624, 0.1605)]
    [InlineData(0, 20, 0, 0.1611)]
    [InlineData(1, 29, 0.0061, 0.1718)]
    [InlineData(20, 20, 0.8389, 1)]
    public void The_interval_of_a_share_is_Wilsons(long successes, long count, double low, double high)
    {
        var rate = Intervals.Rate(successes, count);
        Assert.Equal((low, high), (Math.Round(rate.Low!.Value, 4), Math.Round(rate.High!.Value, 4)));
        Assert.Equal((double)successes / count, rate.Value);
    }

    [Theory]
    [InlineData(56, 70, 48, 80, 0.0524, 0.3339)]
    [InlineData(9, 10, 3, 10, 0.1705, 0.8090)]
    [InlineData(10, 10, 0, 20, 0.6791, 1)]
    public void The_interval_of_a_difference_of_shares_is_Newcombes(long s1, long n1, long s2, long n2, double low, double high)
    {
        var change = Intervals.RateDifference(Intervals.Rate(s2, n2), Intervals.Rate(s1, n1));
        Assert.Equal((low, high), (Math.Round(change.Low!.Value, 4), Math.Round(change.High!.Value, 4)));
    }

    [Fact]
    public void A_share_of_nothing_is_unknown_and_a_share_above_one_is_a_bug()
    {
        Assert.Null(Intervals.Rate(0, 0).Value);
        Assert.Throws<ArgumentOutOfRangeException>(() => Intervals.Rate(3, 2));
    }

    [Fact]
    public void Intervals_of_shares_hold_the_share_and_stay_within_bounds()
    {
        for (var count = 1; count <= 60; count++)
        {
            for (var successes = 0; successes <= count; successes++)
            {
                var rate = Intervals.Rate(successes, count);
                Assert.True(0 <= rate.Low && rate.Low <= rate.Value && rate.Value <= rate.High && rate.High <= 1);
            }
        }
    }

    [Fact]
    public void The_interval_of_a_mean_is_known()
    {
        double[] stars = [5, 4, 4, 3, 5, 1, 2, 5];
        var mean = Intervals.Mean(stars.Sum(), stars.Sum(star => star * star), stars.Length);
        Assert.Equal(3.625, mean.Value);
        Assert.Equal(1.96 * 1.5059 / Math.Sqrt(8), mean.High!.Value - mean.Value!.Value, 0.001);
        Assert.Null(Intervals.Mean(4, 16, 1).Low);
    }

    [Theory]
    [InlineData(40, 0.5)]
    [InlineData(40, 0.95)]
    [InlineData(300, 0.5)]
    [InlineData(300, 0.95)]
    public void A_replicate_drawn_as_one_position_is_a_replicate_drawn_one_by_one(int count, double percentile)
    {
        double[] sorted = [.. Enumerable.Range(1, count).Select(i => (double)i)];
        var quick = new Bootstrap(replicates: 20_000).Percentile(sorted, percentile);

        var dice = new Random(7);
        var slow = new double[4_000];
        for (var i = 0; i < slow.Length; i++)
        {
            double[] drawn = [.. Enumerable.Range(0, count).Select(_ => sorted[dice.Next(count)]).Order()];
            slow[i] = drawn[Bootstrap.Rank(count, percentile) - 1];
        }

        Array.Sort(slow);
        var tolerance = 1 + 0.01 * count;
        Assert.Equal(slow[(int)(0.025 * slow.Length)], quick.Low!.Value, tolerance);
        Assert.Equal(slow[(int)(0.975 * slow.Length)], quick.High!.Value, tolerance);
    }

    [Fact]
    public void Percentiles_are_nearest_ranks_and_intervals_repeat()
    {
        double[] sorted = [10, 20, 30, 40];
        Assert.Equal(20, new Bootstrap().Percentile(sorted, 0.5).Value);
        Assert.Equal(40, new Bootstrap().Percentile(sorted, 0.95).Value);
        Assert.Equal(new Bootstrap().Percentile(sorted, 0.5), new Bootstrap().Percentile(sorted, 0.5));
        Assert.Equal(Estimate.None, new Bootstrap().Percentile([], 0.5));
    }

    [Fact]
    public void The_interval_of_a_median_holds_the_true_one_in_about_19_of_20_samples()
    {
        var dice = new Random(11);
        var held = 0;
        for (var sample = 0; sample < 400; sample++)
        {
            // The median of an exponential is ln 2.
            double[] sorted = [.. Enumerable.Range(0, 200).Select(_ => -Math.Log(1 - dice.NextDouble())).Order()];
            var median = new Bootstrap(replicates: 400).Percentile(sorted, 0.5);
            held += median.Low <= Math.Log(2) && Math.Log(2) <= median.High ? 1 : 0;
        }

        Assert.InRange(held / 400.0, 0.91, 0.98);
    }

    [Fact]
    public void A_difference_is_real_when_its_interval_leaves_out_zero_and_both_groups_are_large_enough()
    {
        Comparison Rates(long s1, long n1, long s2, long n2)
        {
            var (a, b) = (Intervals.Rate(s1, n1), Intervals.Rate(s2, n2));
            return new(Measure.SqlExecutable, a, b, Intervals.RateDifference(a, b));
        }

        Assert.Equal(Verdict.Better, Rates(750, 1000, 850, 1000).Verdict);
        Assert.Equal(Verdict.Worse, Rates(850, 1000, 750, 1000).Verdict);
        Assert.Equal(Verdict.NotShown, Rates(80, 100, 82, 100).Verdict);
        Assert.Equal(Verdict.TooFew, Rates(2, 20, 900, 1000).Verdict);

        var errors = Rates(100, 1000, 200, 1000) with { Measure = Measure.Errors };
        Assert.Equal(Verdict.Worse, errors.Verdict);
    }

    [Fact]
    public void Says_how_many_more_it_takes_to_show_a_difference()
    {
        // 80 % against 85 %: the textbook answer is about 905 each.
        var (a, b) = (Intervals.Rate(80, 100), Intervals.Rate(85, 100));
        var needed = new Comparison(Measure.SqlExecutable, a, b, Intervals.RateDifference(a, b)).NeededEach;
        Assert.InRange(needed!.Value, 850, 1000);
    }

    [Fact]
    public void Differences_of_percentiles_and_means_are_second_minus_first()
    {
        double[] slow = [.. Enumerable.Range(1, 400).Select(i => 100.0 + i)];
        double[] quick = [.. Enumerable.Range(1, 400).Select(i => i / 2.0)];
        var change = new Bootstrap().Difference(slow, quick, 0.5);
        Assert.Equal(-200, change.Value);
        Assert.True(change.High < 0 && change.Low < change.Value);

        var mean = Intervals.MeanDifference(Intervals.Mean(300, 1000, 100), Intervals.Mean(400, 1700, 100));
        Assert.Equal(1, mean.Value);
        Assert.True(mean.Low > 0);
    }
}
