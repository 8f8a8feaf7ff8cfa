namespace LlmObs.Web.Rendering.Diff;

/// <summary>Myers' greedy algorithm: the fewest removals and additions that make one list the other.</summary>
internal static class ShortestEdit
{
    // Two lists that differ more have little to say to one another; memory grows with the square.
    private const int MostEdits = 1_200;

    /// <summary>Runs in order: same and removed ones are ranges of <paramref name="before"/>, added ones of <paramref name="after"/>.</summary>
    public static List<(DiffKind Kind, int From, int To)> Between(List<string> before, List<string> after)
    {
        if (Trace(before, after) is not { } trace)
        {
            return [(DiffKind.Removed, 0, before.Count), (DiffKind.Added, 0, after.Count)];
        }

        var steps = new List<(DiffKind Kind, int From, int To)>();
        var (x, y) = (before.Count, after.Count);
        for (var d = trace.Count - 1; d > 0; d--)
        {
            var reached = trace[d - 1];
            var k = x - y;
            var isAddition = k == -d || (k != d && At(reached, k - 1, d - 1) < At(reached, k + 1, d - 1));
            var previousK = isAddition ? k + 1 : k - 1;
            var previousX = At(reached, previousK, d - 1);
            var previousY = previousX - previousK;
            var middleX = isAddition ? previousX : previousX + 1;
            if (x > middleX)
            {
                steps.Add((DiffKind.Same, middleX, x));
            }

            steps.Add(isAddition ? (DiffKind.Added, previousY, previousY + 1) : (DiffKind.Removed, previousX, previousX + 1));
            (x, y) = (previousX, previousY);
        }

        if (x > 0)
        {
            steps.Add((DiffKind.Same, 0, x));
        }

        steps.Reverse();
        return steps;
    }

    /// <summary>How far each diagonal got with 0, 1, 2, … edits; null when there are too many.</summary>
    private static List<int[]>? Trace(List<string> before, List<string> after)
    {
        var trace = new List<int[]>();
        for (var d = 0; d <= Math.Min(MostEdits, before.Count + after.Count); d++)
        {
            var reached = new int[d + 1];
            for (var k = -d; k <= d; k += 2)
            {
                var x =
                    d == 0 ? 0
                    : k == -d || (k != d && At(trace[d - 1], k - 1, d - 1) < At(trace[d - 1], k + 1, d - 1)) ? At(trace[d - 1], k + 1, d - 1)
                    : At(trace[d - 1], k - 1, d - 1) + 1;
                while (x < before.Count && x - k < after.Count && x - k >= 0 && before[x] == after[x - k])
                {
                    x++;
                }

                reached[(k + d) / 2] = x;
                if (x >= before.Count && x - k >= after.Count)
                {
                    trace.Add(reached);
                    return trace;
                }
            }

            trace.Add(reached);
        }

        return null;
    }

    // With d edits only every other diagonal from -d to d is reached.
    private static int At(int[] reached, int k, int d) => reached[(k + d) / 2];
}
