using System.Runtime;
using LlmObs.Sls.Emulator.Catalog;

namespace LlmObs.Sls.Emulator.Storage;

/// <summary>
/// Gives memory back after a burst of work. DuckDB keeps every page it touched up to its limit, and the .NET heap stays as large as its
/// largest moment: right for a server under load, wrong for one that waits on a developer's machine.
/// </summary>
public sealed partial class MemoryTrim(Engine engine, SlsCatalog catalog, TimeProvider time, ILogger<MemoryTrim> logger) : BackgroundService
{
    private static readonly TimeSpan Turn = TimeSpan.FromSeconds(4);
    private int requests;

    /// <summary>Tells of one request.</summary>
    public void Worked() => Interlocked.Increment(ref requests);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Turn, time);
        var quiet = new QuietAfterWork();
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            if (quiet.IsTimeToTrim(Interlocked.Exchange(ref requests, 0)))
            {
                await TrimAsync(stoppingToken);
            }
        }
    }

    private async Task TrimAsync(CancellationToken cancellationToken)
    {
        try
        {
            await catalog.CheckpointAsync(cancellationToken);
            engine.TryTrim();
            GCSettings.LargeObjectHeapCompactionMode = GCLargeObjectHeapCompactionMode.CompactOnce;
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            Log.Failed(logger, failure);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "Memory could not be given back; the next quiet moment tries again")]
        public static partial void Failed(ILogger logger, Exception exception);
    }
}

/// <summary>Decides when to trim: in the first quiet turn once enough was done. A trickle of requests counts as quiet, and adds up.</summary>
public sealed class QuietAfterWork
{
    private const int QuietRequests = 16;
    private const int WorthTrimming = 32;
    private long since;

    /// <param name="requests">Requests of the turn that ended.</param>
    public bool IsTimeToTrim(int requests)
    {
        since += requests;
        if (requests > QuietRequests || since < WorthTrimming)
        {
            return false;
        }
        since = 0;
        return true;
    }
}
