using CsCheck;
using LlmObs.Domain.Quality;

namespace LlmObs.Tests.Domain.Quality;

public sealed class HistogramTests
{
    private static readonly Gen<double[]> Times = Gen.Double[0.001, 10_000_000].Select(Math.Abs).Array[1, 300];

    [Fact]
    public void Every_rank_is_less_than_one_percent_away_from_the_value_that_has_it() =>
        Times.Sample(times =>
        {
            var (sorted, histogram) = (times.Order().ToList(), Histogram.Of(times));
            Assert.Equal(times.Length, histogram.Count);
            for (var i = 0; i < sorted.Count; i++)
            {
                Assert.InRange(histogram.At(i + 1) / sorted[i], 1 / 1.0101, 1.0101);
            }
        });

    [Fact]
    public void Histograms_put_together_are_the_histogram_of_all_values() =>
        Gen.Select(Times, Times, Times)
            .Sample(
                (a, b, c) =>
                {
                    var merged = Histogram.Merge([Histogram.Of(a), Histogram.Empty, Histogram.Of(b), Histogram.Of(c)]);
                    var all = Histogram.Of([.. a, .. b, .. c]);
                    Assert.Equal(all.Count, merged.Count);
                    Assert.All(Enumerable.Range(1, all.Count), rank => Assert.Equal(all.At(rank), merged.At(rank)));
                }
            );

    [Fact]
    public void What_took_no_time_counts_and_a_rank_that_is_not_there_is_a_bug()
    {
        var histogram = Histogram.Of([0, 0, 5]);
        Assert.Equal(0.001, histogram.At(1), 0.0001);
        Assert.Equal(5, histogram.At(3), 0.05);
        Assert.Throws<ArgumentOutOfRangeException>(() => histogram.At(4));
        Assert.Throws<ArgumentOutOfRangeException>(() => Histogram.Empty.At(1));
    }
}
