using LlmObs.Storage.Dify;

namespace LlmObs.Ingest.Dify;

/// <summary>This replica's turn at a source.</summary>
internal sealed class DifyLease(string source, DifyProgress progress)
{
    private static readonly TimeSpan Time = TimeSpan.FromMinutes(2);

    private readonly Guid holder = Guid.NewGuid();

    public string Source => source;

    /// <summary>Takes the turn, or keeps it.</summary>
    /// <returns>Whether history is paused; null when another replica has the turn.</returns>
    public Task<bool?> TakeAsync(CancellationToken cancellationToken) => progress.ClaimAsync(source, holder, Time, cancellationToken);

    public Task GiveBackAsync(CancellationToken cancellationToken) => progress.ReleaseAsync(source, holder, cancellationToken);
}

/// <summary>Something that is read a turn at a time: Dify's database, its logstores.</summary>
internal interface IDifySource
{
    DifyLease Lease { get; }

    /// <summary>Between turns when nothing more is there.</summary>
    TimeSpan Poll { get; }

    /// <summary>One turn. Nothing that was read before an exception is lost, and nothing is skipped by it.</summary>
    /// <returns>True when there is more to read at once.</returns>
    Task<bool> TurnAsync(CancellationToken cancellationToken);
}
