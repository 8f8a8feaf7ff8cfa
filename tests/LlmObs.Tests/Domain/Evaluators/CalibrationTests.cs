using LlmObs.Domain.Evaluators;

namespace LlmObs.Tests.Domain.Evaluators;

public sealed class CalibrationTests
{
    [Fact]
    public void The_textbook_table_has_the_textbook_kappa()
    {
        // 20 yes-yes, 5 judge yes alone, 10 human yes alone, 15 no-no: observed 0.7, by chance 0.5, kappa 0.4.
        var pairs = Repeat(20, 1, 1).Concat(Repeat(5, 1, 0)).Concat(Repeat(10, 0, 1)).Concat(Repeat(15, 0, 0)).ToList();

        var agreement = Calibration.Of(pairs)!;

        Assert.Equal((50, 0.7), (agreement.Count, agreement.Accuracy));
        Assert.Equal(0.4, agreement.Kappa!.Value, 10);
    }

    [Fact]
    public void Stars_are_brought_to_one_and_ranks_are_compared()
    {
        var agreement = Calibration.Of([(0.1, 1), (0.3, 2), (0.6, 3), (0.7, 4), (0.9, 5)])!;

        Assert.Equal(1, agreement.Accuracy);
        Assert.Equal(1, agreement.RankCorrelation!.Value, 10);
    }

    [Fact]
    public void Equal_values_share_their_ranks()
    {
        // Ranks 1, 2.5, 2.5, 4 against 1, 2, 3, 4.
        var agreement = Calibration.Of([(0.1, 0.1), (0.5, 0.2), (0.5, 0.3), (0.9, 0.4)])!;

        Assert.Equal(0.9486832981, agreement.RankCorrelation!.Value, 9);
    }

    [Fact]
    public void What_cannot_be_told_is_not()
    {
        Assert.Null(Calibration.Of([]));
        Assert.Null(Calibration.Of([(1, 1), (1, 0)])!.Kappa);
        Assert.Null(Calibration.Of([(1, 1), (1, 0)])!.RankCorrelation);
    }

    [Fact]
    public void The_cut_at_which_both_agree_most_is_found()
    {
        // At one half the judge is too kind; from 0.8 on it says what people say.
        var pairs = Repeat(10, 0.9, 1).Concat(Repeat(1, 0.8, 1)).Concat(Repeat(10, 0.6, 0)).Concat(Repeat(5, 0.1, 0)).ToList();

        var agreement = Calibration.Of(pairs)!;

        Assert.Equal(16 / 26.0, agreement.Accuracy, 10);
        Assert.Equal(new JudgeCut(0.8, 1, 1), agreement.Best);
        Assert.Null(Calibration.Of([(1, 1), (1, 0)])!.Best);
    }

    private static IEnumerable<(double, double)> Repeat(int count, double judge, double human) => Enumerable.Repeat((judge, human), count);
}
