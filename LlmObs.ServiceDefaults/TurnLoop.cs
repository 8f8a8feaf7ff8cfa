using Microsoft.Extensions.Hosting;
using OpenTelemetry;

namespace LlmObs.ServiceDefaults;

/// <summary>
/// Work done turn after turn for as long as the process lives. A turn that fails is reported, and the next one comes all the same. What turns
/// do is no trace of the stack.
/// </summary>
public abstract class TurnLoop(TimeProvider time) : BackgroundService
{
    protected TimeProvider Time => time;

    /// <summary>Completes when the first turn may begin.</summary>
    protected abstract Task ReadyAsync(CancellationToken stoppingToken);

    /// <returns>How long to wait until the next turn; zero when there is more to do.</returns>
    protected abstract Task<TimeSpan> TurnAsync(CancellationToken stoppingToken);

    /// <summary>Reports that a turn failed.</summary>
    /// <returns>How long to wait until the next turn.</returns>
    protected abstract TimeSpan Failed(Exception exception);

    protected sealed override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var quiet = SuppressInstrumentationScope.Begin();
        try
        {
            await ReadyAsync(stoppingToken);
            while (true)
            {
                await Task.Delay(await TryTurnAsync(stoppingToken), time, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The process stops.
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
