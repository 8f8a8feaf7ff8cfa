namespace LlmObs.LocalHost.Running;

/// <summary>Decides how long to wait before a process that ended is started again: a quarter of a second, then twice as long each time, at most 30 s.</summary>
internal sealed class RestartPolicy
{
    /// <summary>A process that never became healthy is given up after so many ends; one that did is started again for ever.</summary>
    public const int AttemptsBeforeFirstHealth = 5;

    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LivedWell = TimeSpan.FromMinutes(1);

    private int ends;

    /// <param name="wasHealthy">Whether it was healthy in any of its lives.</param>
    /// <param name="lived">How long this life was.</param>
    /// <returns>Null: give up.</returns>
    public TimeSpan? AfterEnd(bool wasHealthy, TimeSpan lived)
    {
        ends = lived >= LivedWell ? 1 : ends + 1;
        if (!wasHealthy && ends >= AttemptsBeforeFirstHealth)
        {
            return null;
        }

        var wait = First * Math.Pow(2, Math.Min(ends - 1, 20));
        return wait < Longest ? wait : Longest;
    }
}
