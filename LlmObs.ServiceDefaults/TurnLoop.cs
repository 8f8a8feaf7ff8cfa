using Microsoft.Extensions.Hosting;
using OpenTelemetry;

namespace LlmObs.ServiceDefaults;

/// <summary>
/// Work done turn after turn for as long as the process lives, in one line or in several beside one another. A turn that fails is reported, and the
/// next one comes all the same. What turns do is no trace of the stack.
/// </summary>
public abstract class TurnLoop(TimeProvider time) : BackgroundService
{
    protected TimeProvider Time => time;

    /// <summary>How many turns may go on at one time.</summary>
    protected virtual int Lines => 1;

    /// <summary>Completes when the first turn may begin.</summary>
    protected abstract Task ReadyAsync(CancellationToken stoppingToken);

    /// <returns>How long to wait until the next turn; zero when there is more to do.</returns>
    protected abstract Task<TimeSpan> TurnAsync(CancellationToken stoppingToken);

    /// <summary>Reports that a turn failed.</summary>
    /// <returns>How long to wait until the next turn.</returns>
    protected abstract TimeSpan Failed(Exception exception);

    protected sealed override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await ReadyAsync(stoppingToken);
            await Task.WhenAll(Enumerable.Range(0, Lines).Select(_ => LineAsync(stoppingToken)));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The process stops.
        }
    }

    private async Task LineAsync(CancellationToken stoppingToken)
    {
        using var quiet = SuppressInstrumentationScope.Begin();
        while (true)
        {
            await Task.Delay(await TryTurnAsync(stoppingToken), time, stoppingToken);
        }
    }

    private async Task<TimeSpan> TryTurnAsync(CancellationToken stoppingToken)
    {
        try
        {
            return await TurnAsync(stoppingToken);
        }
        catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
        {
            return Failed(exception);
        }
    }
}
