using LlmObs.ServiceDefaults;
using LlmObs.Storage.Schema;
using LlmObs.Storage.Writing;
using LlmObs.TraceLog;
using Microsoft.Extensions.Options;

namespace LlmObs.Ingest.Shipping;

/// <summary>The loop between the outbox and SLS. It only loops: <see cref="ShippingPolicy"/> decides, <see cref="BatchSender"/> sends.</summary>
public sealed partial class SlsShipper(
    ShippingQueue queue,
    Outbox outbox,
    WaitingSenders senders,
    SpanLogStore store,
    BatchSender sender,
    ShippingPolicy policy,
    ShippingPause pause,
    SchemaState schema,
    ShippingMetrics metrics,
    IOptions<ShippingOptions> options,
    TimeProvider time,
    ILogger<SlsShipper> logger
) : TurnLoop(time)
{
    private static readonly TimeSpan StatusInterval = TimeSpan.FromSeconds(10);
    private readonly SemaphoreSlim slots = new(options.Value.MaxInFlight);
    private DateTimeOffset nextClaim;
    private DateTimeOffset nextStatus;
    private int failures;
    private volatile bool isEnsured;

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        // What is in flight is finished, as long as the host waits; what waits in memory has its outbox row.
        for (var slot = 0; slot < options.Value.MaxInFlight; slot++)
        {
            await slots.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public override void Dispose()
    {
        slots.Dispose();
        base.Dispose();
    }

    protected override Task ReadyAsync(CancellationToken stoppingToken) => schema.WaitAsync(stoppingToken);

    protected override async Task<TimeSpan> TurnAsync(CancellationToken stoppingToken)
    {
        await ReportStatusAsync(stoppingToken);
        if (pause.Remaining is { Ticks: > 0 } rest)
        {
            return rest;
        }

        if (!isEnsured && !await EnsureAsync(stoppingToken))
        {
            return TimeSpan.Zero;
        }

        if (Time.GetUtcNow() >= nextClaim)
        {
            await DrainOutboxAsync(stoppingToken);
        }

        if (queue.TryTake(out var batch))
        {
            await SendFreshAsync(batch, stoppingToken);
        }
        else
        {
            await WaitForWorkAsync(stoppingToken);
        }

        failures = 0;
        return TimeSpan.Zero;
    }

    protected override TimeSpan Failed(Exception exception)
    {
        // PostgreSQL is away: nothing to claim, nothing to complete.
        Log.LoopFailed(logger, exception);
        return policy.Pause(++failures);
    }

    private async Task ReportStatusAsync(CancellationToken stoppingToken)
    {
        var now = Time.GetUtcNow();
        if (now >= nextStatus)
        {
            nextStatus = now + StatusInterval;
            metrics.Report(await outbox.StatusAsync(stoppingToken));
        }
    }

    private async Task<bool> EnsureAsync(CancellationToken stoppingToken)
    {
        try
        {
            await store.EnsureAsync(stoppingToken);
            pause.Succeeded();
            return isEnsured = true;
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !stoppingToken.IsCancellationRequested)
        {
            pause.Failed();
            metrics.Failed(policy.Judge(exception, 0).Code);
            Log.EnsureFailed(logger, exception.Message);
            return false;
        }
    }

    /// <summary>Gives up what the fast path did not come to, then claims as many as can start now, so that no claimed batch waits while its lease runs.</summary>
    private async Task DrainOutboxAsync(CancellationToken stoppingToken)
    {
        await outbox.ReleaseAsync(queue.TakeLeft(), stoppingToken);
        await slots.WaitAsync(stoppingToken);
        var free = senders.AreMany ? 1 : slots.CurrentCount + 1;
        slots.Release();
        var claimed = await outbox.ClaimAsync(free, TimeSpan.FromSeconds(options.Value.LeaseSeconds), stoppingToken);
        nextClaim = Time.GetUtcNow() + policy.UntilNextClaim(claimed.Sum(batch => batch.Records.Count));
        var deadline = Time.GetUtcNow() + TimeSpan.FromSeconds(options.Value.LeaseSeconds - options.Value.VisibilitySeconds);
        foreach (var batch in claimed)
        {
            await slots.WaitAsync(stoppingToken);
            await YieldAsync(SendInSlotAsync(batch, batch.Attempts > 0, deadline), stoppingToken);
        }
    }

    private async Task SendFreshAsync(OutboxBatch batch, CancellationToken stoppingToken)
    {
        await slots.WaitAsync(stoppingToken);
        if (Time.GetUtcNow() - batch.CreatedAt < TimeSpan.FromSeconds(options.Value.MaxQueueSeconds))
        {
            var deadline = batch.CreatedAt + TimeSpan.FromSeconds(options.Value.FastPathSeconds);
            await YieldAsync(SendInSlotAsync(batch, mayBeThere: false, deadline), stoppingToken);
        }
        else
        {
            // It may soon be in somebody else's hands: the outbox has it.
            queue.Leave(batch);
            slots.Release();
        }
    }

    private async Task SendInSlotAsync(OutboxBatch batch, bool mayBeThere, DateTimeOffset deadline)
    {
        if (await sender.SendAsync(batch, mayBeThere, deadline) is { EnsureAgain: true })
        {
            isEnsured = false;
        }

        slots.Release();
    }

    // Senders wait for their acknowledgement, nobody for SLS: while many do, one batch is sent after the other, with rests between.
    private async Task YieldAsync(Task sending, CancellationToken stoppingToken)
    {
        if (senders.AreMany)
        {
            var began = Time.GetTimestamp();
            await sending;
            await Task.Delay(policy.Rest(Time.GetElapsedTime(began)), Time, stoppingToken);
        }
    }

    private async Task WaitForWorkAsync(CancellationToken stoppingToken)
    {
        var wait = (nextClaim < nextStatus ? nextClaim : nextStatus) - Time.GetUtcNow();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        await Task.WhenAny(queue.WaitAsync(either.Token), Task.Delay(wait > TimeSpan.Zero ? wait : TimeSpan.Zero, Time, either.Token));
        await either.CancelAsync();
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "The outbox cannot be read; shipping waits.")]
        public static partial void LoopFailed(ILogger logger, Exception exception);

        [LoggerMessage(2, LogLevel.Warning, "SLS is not ready, shipping waits: {Reason}")]
        public static partial void EnsureFailed(ILogger logger, string reason);
    }
}
