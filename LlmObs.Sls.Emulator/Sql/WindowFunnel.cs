namespace LlmObs.Sls.Emulator.Sql;

/// <summary>How far along a chain of steps events got, one after the other within a time.</summary>
internal static class WindowFunnel
{
    /// <summary>
    /// Each event that is the first step begins a round. The next event must be the next step, and no later than the window from the
    /// beginning; any other event ends the round. Events at the same time stand in the order of their steps.
    /// </summary>
    /// <param name="window">In the unit of the times.</param>
    /// <param name="events">Time, steps, time, steps, … in any order; of the steps that an event is, each is a bit, the first the lowest.</param>
    /// <returns>The steps of the longest round; 0 when there was none.</returns>
    public static long Longest(long window, List<long> events)
    {
        var inOrder = events.Chunk(2).Select(pair => (Time: pair[0], Steps: pair[1])).Order().ToList();
        var longest = 0;
        for (var first = 0; first < inOrder.Count; first++)
        {
            if (Is(inOrder[first].Steps, 0))
            {
                longest = Math.Max(longest, Round(inOrder, first, window));
            }
        }
        return longest;
    }

    private static int Round(List<(long Time, long Steps)> events, int first, long window)
    {
        var done = 1;
        while (first + done < events.Count && Is(events[first + done].Steps, done) && events[first + done].Time - events[first].Time <= window)
        {
            done++;
        }
        return done;
    }

    private static bool Is(long steps, int step) => (steps >> step & 1) == 1;
}
