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
        var mean = (Of(stars) with { Cubes = null }).Mean;
        Assert.Equal(3.625, mean.Value);
        Assert.Equal(1.96 * 1.5059 / Math.Sqrt(8), mean.High!.Value - mean.Value!.Value, 0.001);
        Assert.Null(Of(4).Mean.Low);
    }

    [Fact]
    public void Halls_interval_of_a_mean_is_that_of_his_formula()
    {
        // Put into his transformation (1992), the ends are the normal quantiles.
        double[] costs = [1, 1, 2, 2, 2, 3, 3, 4, 5, 7, 11, 19];
        var mean = Of(costs).Mean;
        var (n, s) = (12.0, Math.Sqrt(costs.Sum(cost => (cost - 5) * (cost - 5)) / 11));
        var skewness = costs.Sum(cost => Math.Pow(cost - 5, 3)) / n / Math.Pow(s, 3);
        double Transformed(double t) =>
            t + skewness * t * t / (3 * Math.Sqrt(n)) + skewness * skewness * t * t * t / (27 * n) + skewness / (6 * Math.Sqrt(n));

        Assert.Equal(5, mean.Value!.Value, 1e-12);
        Assert.Equal(1.959964, Transformed((5 - mean.Low!.Value) * Math.Sqrt(n) / s), 1e-5);
        Assert.Equal(-1.959964, Transformed((5 - mean.High!.Value) * Math.Sqrt(n) / s), 1e-5);
        Assert.True(mean.High - mean.Value > mean.Value - mean.Low);
    }

    [Theory]
    [InlineData(50)]
    [InlineData(200)]
    public void The_interval_of_a_skewed_mean_holds_the_true_one_more_often_than_the_normal_one_does(int count)
    {
        var dice = new Random(3);
        double Cost() => Math.Exp(Math.Sqrt(-2 * Math.Log(1 - dice.NextDouble())) * Math.Cos(2 * Math.PI * dice.NextDouble()));
        var truth = Math.Exp(0.5);
        var (held, heldByNormal, missedAbove, missedAboveByNormal) = (0, 0, 0, 0);
        for (var sample = 0; sample < 2_000; sample++)
        {
            var moments = Of([.. Enumerable.Range(0, count).Select(_ => Cost())]);
            var (mean, normal) = (moments.Mean, (moments with { Cubes = null }).Mean);
            held += mean.Low <= truth && truth <= mean.High ? 1 : 0;
            heldByNormal += normal.Low <= truth && truth <= normal.High ? 1 : 0;
            missedAbove += truth > mean.High ? 1 : 0;
            missedAboveByNormal += truth > normal.High ? 1 : 0;
        }

        Assert.True(held > heldByNormal, $"{held} of 2000, {heldByNormal} by the normal interval");
        Assert.True(missedAbove < missedAboveByNormal, $"{missedAbove} of 2000 too low, {missedAboveByNormal} by the normal interval");
        Assert.InRange(held / 2000.0, 0.91, 0.98);
    }

    [Fact]
    public void Satisfaction_of_added_up_parts_is_that_of_the_requests_one_by_one()
    {
        (double Explicit, double Reverse)[] rated = [(5, 4.2), (1, 2.5), (4, 4.9)];
        var weights = new SatisfactionWeights();
        var sums = new SatisfactionSums(
            rated.Length,
            true,
            false,
            true,
            rated.Sum(one => one.Explicit),
            0,
            rated.Sum(one => one.Reverse),
            rated.Sum(one => one.Explicit * one.Explicit),
            0,
            rated.Sum(one => one.Reverse * one.Reverse),
            0,
            rated.Sum(one => one.Explicit * one.Reverse),
            0
        );

        var stars = rated.Select(one => new SatisfactionParts(one.Explicit, null, one.Reverse).Composite(weights)!.Value).ToArray();
        var (expected, found) = ((Of(stars) with { Cubes = null }).Mean, sums.Composite(weights).Mean);
        Assert.Equal(expected.Value!.Value, found.Value!.Value, 1e-9);
        Assert.Equal(expected.Low!.Value, found.Low!.Value, 1e-9);
        Assert.Equal(0, sums.Composite(new() { Explicit = 0, Reverse = 0 }).Count);
    }

    [Theory]
    [InlineData(40, 0.5)]
    [InlineData(40, 0.95)]
    [InlineData(300, 0.5)]
    [InlineData(300, 0.95)]
    public void A_replicate_drawn_as_one_position_is_a_replicate_drawn_one_by_one(int count, double percentile)
    {
        double[] sorted = [.. Enumerable.Range(1, count).Select(i => (double)i)];
        var quick = Bootstrap.Percentile(Histogram.Of(sorted), percentile);

        var dice = new Random(7);
        var slow = new double[4_000];
        for (var i = 0; i < slow.Length; i++)
        {
            double[] drawn = [.. Enumerable.Range(0, count).Select(_ => sorted[dice.Next(count)]).Order()];
            slow[i] = drawn[Bootstrap.Rank(count, percentile) - 1];
        }

        Array.Sort(slow);
        var tolerance = 1 + 0.02 * count;
        Assert.Equal(slow[(int)(0.025 * slow.Length)], quick.Low!.Value, tolerance);
        Assert.Equal(slow[(int)(0.975 * slow.Length)], quick.High!.Value, tolerance);
    }

    [Fact]
    public void Percentiles_are_nearest_ranks_and_intervals_repeat()
    {
        var sample = Histogram.Of([10, 20, 30, 40]);
        Assert.Equal(20, Bootstrap.Percentile(sample, 0.5).Value!.Value, 0.2);
        Assert.Equal(40, Bootstrap.Percentile(sample, 0.95).Value!.Value, 0.4);
        Assert.Equal(Bootstrap.Percentile(sample, 0.5), Bootstrap.Percentile(sample, 0.5));
        Assert.Equal(Estimate.None, Bootstrap.Percentile(Histogram.Empty, 0.5));
    }

    [Fact]
    public void The_interval_of_a_median_holds_the_true_one_in_about_19_of_20_samples()
    {
        var dice = new Random(11);
        var held = 0;
        for (var sample = 0; sample < 400; sample++)
        {
            // The median of an exponential is ln 2.
            var median = Bootstrap.Percentile(Histogram.Of(Enumerable.Range(0, 200).Select(_ => -Math.Log(1 - dice.NextDouble()))), 0.5);
            held += median.Low <= Math.Log(2) && Math.Log(2) <= median.High ? 1 : 0;
        }

        Assert.InRange(held / 400.0, 0.91, 0.98);
    }

    [Theory]
    [InlineData(0.975, 2, 3, 0.805880)]
    [InlineData(0.025, 2, 3, 0.067586)]
    [InlineData(0.5, 1, 1, 0.5)]
    [InlineData(0.5, 30, 30, 0.5)]
    [InlineData(0.95, 1, 4, 0.527129)]
    public void Quantiles_of_Beta_are_those_of_the_tables(double p, double a, double b, double expected)
    {
        Assert.Equal(expected, Beta.Quantile(p, a, b), 5e-6);
        Assert.Equal(p, Beta.Distribution(Beta.Quantile(p, a, b), a, b), 1e-9);
        Assert.Equal(p, 1 - Beta.Distribution(1 - Beta.Quantile(p, a, b), b, a), 1e-9);
    }

    [Fact]
    public void Quantiles_of_Beta_hold_for_large_samples()
    {
        // Near the normal: a million observations, the median's place.
        var low = Beta.Quantile(0.025, 500_000, 500_001);
        Assert.Equal(0.5 - 1.96 * 0.5 / 1000, low, 1e-6);
    }

    [Fact]
    public void One_stratum_is_the_plain_difference_and_its_interval_the_plain_one()
    {
        var change = Stratified.RateDifference([new(30, 100, 50, 100)]);

        Assert.Equal(0.2, change.Value!.Value, 1e-12);
        // Sato's variance of a single table is near p(1−p)/n of both.
        Assert.Equal(1.96 * Math.Sqrt(0.3 * 0.7 / 100 + 0.5 * 0.5 / 100), change.High!.Value - change.Value.Value, 0.002);
        Assert.Equal(100, change.Count);
    }

    [Fact]
    public void What_was_asked_more_often_of_one_release_does_not_move_the_stratified_difference()
    {
        // Both answer the easy question in 9 of 10 and the hard one in 2 of 10 cases; the second is asked the hard one more often.
        Stratum[] strata = [new(90, 100, 18, 20), new(4, 20, 20, 100)];
        var (first, second) = (Intervals.Rate(94, 120), Intervals.Rate(38, 120));

        Assert.True(Intervals.RateDifference(first, second).High < -0.3);
        Assert.Equal(0, Stratified.RateDifference(strata).Value!.Value, 1e-12);
        Assert.Equal(Estimate.None, Stratified.RateDifference([new(3, 3, 0, 0)]));
    }

    [Fact]
    public void The_interval_of_a_stratified_difference_holds_the_true_one_in_about_19_of_20_samples()
    {
        var dice = new Random(5);
        long Ran(int count, double rate) => Enumerable.Range(0, count).Count(_ => dice.NextDouble() < rate);
        var held = 0;
        for (var sample = 0; sample < 400; sample++)
        {
            // Forty questions of their own difficulty, each asked two and three times; the second release is better by 0.1 on all of them.
            var change = Stratified.RateDifference(
                Enumerable.Range(0, 40).Select(i => 0.2 + 0.6 * i / 39).Select(rate => new Stratum(Ran(2, rate), 2, Ran(3, rate + 0.1), 3)).ToList()
            );
            held += change.Low <= 0.1 && 0.1 <= change.High ? 1 : 0;
        }

        Assert.InRange(held / 400.0, 0.91, 0.985);
    }

    [Fact]
    public void Groups_put_together_have_one_currency_or_no_cost()
    {
        static QualityTally Paid(double cost, string? currency) => new() { Cost = Of(cost), Currency = currency };

        var euros = QualityTally.Merge("all", [Paid(1, "EUR"), Paid(3, "EUR"), new()]);
        Assert.Equal((2.0, "EUR"), (euros.Of(Measure.Cost).Value, euros.Currency));
        Assert.Null(QualityTally.Merge("all", [Paid(1, "EUR"), Paid(3, "USD")]).Of(Measure.Cost).Value);
        Assert.Null(QualityTally.Difference(Measure.Cost, Paid(1, "EUR"), Paid(1, "USD")).Value);
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
        var slow = Histogram.Of(Enumerable.Range(1, 400).Select(i => 100.0 + i));
        var quick = Histogram.Of(Enumerable.Range(1, 400).Select(i => i / 2.0));
        var change = new Bootstrap().Difference(slow, quick, 0.5);
        Assert.Equal(-200, change.Value!.Value, 4.0);
        Assert.True(change.High < 0 && change.Low < change.Value);

        var mean = Means.Difference(new(100, 300, 1000, null), new(100, 400, 1700, null));
        Assert.Equal(1, mean.Value);
        Assert.True(mean.Low > 0);
    }

    private static Moments Of(params double[] values) =>
        new(values.Length, values.Sum(), values.Sum(value => value * value), values.Sum(value => value * value * value));
}
