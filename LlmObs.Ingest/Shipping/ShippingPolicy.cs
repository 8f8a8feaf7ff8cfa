using LlmObs.Sls;

namespace LlmObs.Ingest.Shipping;

/// <summary>What becomes of a batch that could not be shipped.</summary>
/// <param name="Park">Set aside for good; otherwise it is due again after <paramref name="Wait"/>.</param>
/// <param name="SlsIsAway">Others would fail the same way: pause shipping.</param>
/// <param name="EnsureAgain">Project, logstore or index are gone: create them before the next batch.</param>
public sealed record ShippingVerdict(bool Park, TimeSpan Wait, bool SlsIsAway, bool EnsureAgain, string Code, string Reason);

/// <summary>Decides: wait, retry or park. Knows no clock, no queue and no network.</summary>
/// <param name="random">A number from 0 to 1, for jitter.</param>
public sealed class ShippingPolicy(ShippingOptions options, Func<double> random)
{
    private static readonly TimeSpan LongestRest = TimeSpan.FromSeconds(1);

    // What SLS says about the content of a write: sending it again changes nothing.
    private static readonly HashSet<string> ContentFaults =
    [
        "PostBodyInvalid",
        "PostBodyTooLarge",
        "PostBodyUncompressError",
        "InvalidTimestamp",
        "InvalidEncoding",
        "InvalidKey",
        "InvalidBodyRawSize",
        "InvalidCompressType",
    ];

    private static readonly HashSet<string> NotThere =
    [
        "ProjectNotExist",
        "ProjectNotExists",
        "LogStoreNotExist",
        "LogStoreNotExists",
        "LogStoreWithoutShard",
        "IndexConfigNotExist",
    ];

    /// <param name="attempts">Times the batch was tried before.</param>
    public ShippingVerdict Judge(Exception failure, int attempts) =>
        failure switch
        {
            SlsException sls when ContentFaults.Contains(sls.Code) || sls.Status == 413 => Parked(sls.Code, Describe(sls)),
            SlsException sls when NotThere.Contains(sls.Code) => new(false, Backoff(attempts), false, true, sls.Code, Describe(sls)),
            // It may be there: asking makes sense only once it would be found.
            SlsException { IsAmbiguous: true } sls => new(
                false,
                Longer(Backoff(attempts), TimeSpan.FromSeconds(UntilFound(sls))),
                true,
                false,
                sls.Code,
                Describe(sls)
            ),
            SlsException { IsRetryable: true } sls => new(false, Backoff(attempts), true, false, sls.Code, Describe(sls)),
            // A wrong key or a missing permission is for an operator to mend; parking would lose every batch until then.
            SlsException { Status: 401 or 403 } sls => new(false, Backoff(attempts), true, false, sls.Code, Describe(sls)),
            SlsException sls when attempts + 1 >= options.MaxAttempts => Parked(sls.Code, $"{Describe(sls)} (after {attempts + 1} attempts)"),
            SlsException sls => new(false, Backoff(attempts), false, false, sls.Code, Describe(sls)),
            // A span that cannot be written as a log is our mistake: it must not be tried for ever, nor be lost at once.
            _ when attempts + 1 >= options.MaxAttempts => Parked(
                failure.GetType().Name,
                $"{failure.GetType().Name}: {failure.Message} (after {attempts + 1} attempts)"
            ),
            _ => new(false, Backoff(attempts), false, false, failure.GetType().Name, $"{failure.GetType().Name}: {failure.Message}"),
        };

    /// <summary>Doubles from the first wait to the longest, and takes off up to half so that replicas do not come back together.</summary>
    public TimeSpan Backoff(int attempts) => Spread(options.FirstRetrySeconds, attempts, options.MaxRetrySeconds);

    /// <summary>How long all shipping rests after so many failures in a row, at least one.</summary>
    public TimeSpan Pause(int failuresInARow) => Spread(options.FirstRetrySeconds, failuresInARow - 1, options.MaxPauseSeconds);

    /// <summary>When to look into the outbox again after so many spans came out of it; with none, after the ordinary interval.</summary>
    public TimeSpan UntilNextClaim(int spansClaimed) =>
        TimeSpan.FromSeconds(spansClaimed == 0 ? options.PollSeconds : (double)spansClaimed / options.DrainSpansPerSecond);

    /// <summary>How long shipping rests after a batch while many senders wait, by how long the batch took; at most a second.</summary>
    public TimeSpan Rest(TimeSpan took)
    {
        var rest = took * (1 / options.BusyShare - 1);
        return rest < LongestRest ? rest : LongestRest;
    }

    // Without an answer SLS may still be at it; an error, or a connection that broke, is an end.
    private double UntilFound(SlsException sls) =>
        options.VisibilitySeconds + (sls.Code == SlsException.RequestTimeout || sls.Status == 504 ? options.LateWriteSeconds : 0);

    private TimeSpan Spread(double firstSeconds, int doublings, double mostSeconds)
    {
        var seconds = Math.Min(firstSeconds * Math.Pow(2, Math.Clamp(doublings, 0, 40)), mostSeconds);
        return TimeSpan.FromSeconds(seconds * (1 - random() / 2));
    }

    private static ShippingVerdict Parked(string code, string reason) => new(true, TimeSpan.Zero, false, false, code, reason);

    private static TimeSpan Longer(TimeSpan a, TimeSpan b) => a > b ? a : b;

    private static string Describe(SlsException sls) =>
        sls.RequestId is null ? $"{sls.Code}: {sls.Message}" : $"{sls.Code}: {sls.Message} (request {sls.RequestId})";
}
