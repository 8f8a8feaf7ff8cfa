namespace LlmObs.Domain.Evaluators;

/// <summary>How far a judge and people agree on the traces both have judged.</summary>
/// <param name="Accuracy">Share of equal verdicts, where a value of at least one half is yes.</param>
/// <param name="Kappa">Cohen's kappa of those verdicts: what remains of the agreement when chance is taken out; null when one side only ever says one thing.</param>
/// <param name="RankCorrelation">Spearman's rho of the values; null when one side's are all equal.</param>
/// <param name="Best">The cut at which both agree most; null when one side only ever says one thing.</param>
public sealed record Calibration(int Count, double Accuracy, double? Kappa, double? RankCorrelation, JudgeCut? Best)
{
    private const double Half = 0.5;

    /// <summary>Below so many pairs the numbers say little.</summary>
    public const int FewPairs = 30;

    /// <summary>Null without pairs. Human values from 1 to 5 are brought to 0 to 1.</summary>
    public static Calibration? Of(IReadOnlyList<(double Judge, double Human)> pairs)
    {
        if (pairs.Count == 0)
        {
            return null;
        }

        var isFivePoint = pairs.Any(pair => pair.Human > 1);
        var judge = pairs.Select(pair => pair.Judge).ToList();
        var human = pairs.Select(pair => isFivePoint ? (pair.Human - 1) / 4 : pair.Human).ToList();
        var verdicts = human.ConvertAll(value => value >= Half);
        var (accuracy, kappa) = Agreement(judge, verdicts, Half);
        return new(pairs.Count, accuracy, kappa, Correlation(Ranks(judge), Ranks(human)), BestCut(judge, verdicts));
    }

    /// <summary>The value of the judge from which on it means yes, by the greatest kappa: of equal ones the nearest to one half.</summary>
    private static JudgeCut? BestCut(List<double> judge, List<bool> human) =>
        judge
            .Distinct()
            .Select(cut => (Cut: cut, Agreement: Agreement(judge, human, cut)))
            .Where(one => one.Agreement.Kappa is not null)
            .OrderByDescending(one => one.Agreement.Kappa)
            .ThenBy(one => Math.Abs(one.Cut - Half))
            .Select(one => new JudgeCut(one.Cut, one.Agreement.Accuracy, one.Agreement.Kappa!.Value))
            .FirstOrDefault();

    private static (double Accuracy, double? Kappa) Agreement(List<double> judge, List<bool> human, double cut)
    {
        var count = (double)judge.Count;
        var equal = judge.Zip(human).Count(pair => pair.First >= cut == pair.Second) / count;
        var judgeYes = judge.Count(value => value >= cut) / count;
        var humanYes = human.Count(isYes => isYes) / count;
        var byChance = judgeYes * humanYes + (1 - judgeYes) * (1 - humanYes);
        return (equal, judgeYes is 0 or 1 || humanYes is 0 or 1 ? null : (equal - byChance) / (1 - byChance));
    }

    /// <summary>Ranks from 1; equal values share the mean of theirs.</summary>
    private static double[] Ranks(List<double> values)
    {
        var ranks = new double[values.Count];
        var order = Enumerable.Range(0, values.Count).OrderBy(index => values[index]).ToList();
        for (var from = 0; from < order.Count; )
        {
            var to = from;
            while (to < order.Count && values[order[to]] == values[order[from]])
            {
                to++;
            }

            for (var i = from; i < to; i++)
            {
                ranks[order[i]] = (from + to + 1) / 2.0;
            }

            from = to;
        }

        return ranks;
    }

    private static double? Correlation(double[] a, double[] b)
    {
        var (meanA, meanB) = (a.Average(), b.Average());
        var covariance = a.Zip(b).Sum(pair => (pair.First - meanA) * (pair.Second - meanB));
        var spread = Math.Sqrt(a.Sum(x => (x - meanA) * (x - meanA)) * b.Sum(x => (x - meanB) * (x - meanB)));
        return spread == 0 ? null : covariance / spread;
    }
}

/// <summary>A value of a judge from which on it means yes, and how far it agrees with people then.</summary>
public sealed record JudgeCut(double Value, double Accuracy, double Kappa);
