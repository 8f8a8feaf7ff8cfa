using LlmObs.Sls;
using LlmObs.Storage.Schema;
using LlmObs.Storage.Writing;
using LlmObs.TraceLog;
using Microsoft.Extensions.Options;
using OpenTelemetry;

namespace LlmObs.Ingest.Shipping;

/// <summary>The loop between the outbox and SLS. It only loops: <see cref="ShippingPolicy"/> decides, <see cref="BatchShipper"/> sends.</summary>
public sealed partial class SlsShipper(
    ShippingQueue queue,
    Outbox outbox,
    SpanWriter writer,
    SpanLogStore store,
    BatchShipper shipper,
    ShippedBatches shipped,
    ShippingPolicy policy,
    ShippingPause pause,
    SchemaState schema,
    ShippingMetrics metrics,
    IOptions<ShippingOptions> options,
    TimeProvider time,
    ILogger<SlsShipper> logger
) : BackgroundService
{
    private static readonly TimeSpan StatusInterval = TimeSpan.FromSeconds(10);
    private readonly SemaphoreSlim slots = new(options.Value.MaxInFlight);
    private DateTimeOffset nextClaim;
    private DateTimeOffset nextStatus;
    private int loopFailures;
    private volatile bool isEnsured;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // What this loop does is not traced: the stack ships its own traces through it.
        using var quiet = SuppressInstrumentationScope.Begin();
        await schema.WaitAsync(stoppingToken);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await TurnAsync(stoppingToken);
                loopFailures = 0;
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                break;
            }
            catch (Exception exception)
            {
                // PostgreSQL is away: nothing to claim, nothing to complete.
                Log.LoopFailed(logger, exception);
                await WaitAsync(policy.Pause(++loopFailures), stoppingToken);
            }
        }

        // What is in flight is finished; what waits in memory has its outbox row.
        for (var slot = 0; slot < options.Value.MaxInFlight; slot++)
        {
            await slots.WaitAsync(CancellationToken.None);
        }
    }

    private async Task TurnAsync(CancellationToken stoppingToken)
    {
        await ReportStatusAsync(stoppingToken);
        if (pause.Remaining is { Ticks: > 0 } rest)
        {
            await Task.Delay(rest, time, stoppingToken);
            return;
        }

        if (!isEnsured && !await EnsureAsync(stoppingToken))
        {
            return;
        }

        if (time.GetUtcNow() >= nextClaim)
        {
            await DrainOutboxAsync(stoppingToken);
        }

        if (queue.TryTake(out var batch))
        {
            await StartFreshAsync(batch, stoppingToken);
            return;
        }

        await WaitForWorkAsync(stoppingToken);
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
        var free = writer.IsBusy ? 1 : slots.CurrentCount + 1;
        slots.Release();
        var claimed = await outbox.ClaimAsync(free, TimeSpan.FromSeconds(options.Value.LeaseSeconds), stoppingToken);
        nextClaim = time.GetUtcNow() + policy.UntilNextClaim(claimed.Sum(batch => batch.Records.Count));
        var deadline = time.GetUtcNow() + TimeSpan.FromSeconds(options.Value.LeaseSeconds - options.Value.VisibilitySeconds);
        foreach (var batch in claimed)
        {
            await slots.WaitAsync(stoppingToken);
            await YieldAsync(SendInSlotAsync(batch, batch.Attempts > 0, deadline));
        }
    }

    private async Task StartFreshAsync(OutboxBatch batch, CancellationToken stoppingToken)
    {
        await slots.WaitAsync(stoppingToken);
        if (time.GetUtcNow() - batch.CreatedAt < TimeSpan.FromSeconds(options.Value.MaxQueueSeconds))
        {
            await YieldAsync(SendInSlotAsync(batch, mayBeThere: false, batch.CreatedAt + TimeSpan.FromSeconds(options.Value.FastPathSeconds)));
        }
        else
        {
            // It may soon be in somebody else's hands: the outbox has it.
            queue.Leave(batch);
            slots.Release();
        }
    }

    // Senders wait for their acknowledgement, nobody for SLS: while commits take all their places, one batch is sent after the other.
    private Task YieldAsync(Task sending) => writer.IsBusy ? sending : Task.CompletedTask;

    /// <summary>Sends in the slot that was taken; the slot is given back when what came of it is written down.</summary>
    /// <param name="deadline">Past it the batch is no longer ours.</param>
    private async Task SendInSlotAsync(OutboxBatch batch, bool mayBeThere, DateTimeOffset deadline) =>
        _ = SettleInSlotAsync(batch, await SendAsync(batch, mayBeThere, deadline));

    private async Task<Outcome> SendAsync(OutboxBatch batch, bool mayBeThere, DateTimeOffset deadline)
    {
        var left = deadline - time.GetUtcNow();
        using var limit = new CancellationTokenSource(left > TimeSpan.Zero ? left : TimeSpan.Zero, time);
        try
        {
            var sent = await shipper.ShipAsync(batch, mayBeThere, limit.Token);
            pause.Succeeded();
            return new(sent, null);
        }
        catch (OperationCanceledException exception)
        {
            return Failed(new SlsException(0, SlsException.RequestTimeout, "The batch was not written in its time.", null, exception));
        }
        catch (Exception failure)
        {
            return Failed(failure);
        }

        Outcome Failed(Exception failure)
        {
            var verdict = policy.Judge(failure, batch.Attempts);
            metrics.Failed(verdict.Code);
            if (verdict.SlsIsAway)
            {
                pause.Failed();
            }

            if (verdict.EnsureAgain)
            {
                isEnsured = false;
            }

            return new(0, verdict);
        }
    }

    private async Task SettleInSlotAsync(OutboxBatch batch, Outcome outcome)
    {
        try
        {
            if (outcome.Failure is { } verdict)
            {
                await SettleFailureAsync(batch, verdict);
                return;
            }

            await shipped.CompleteAsync(batch);
            metrics.Shipped(batch.Records.Count, wasThere: outcome.Sent == 0, time.GetUtcNow() - batch.CreatedAt);
        }
        catch (Exception exception)
        {
            // The outcome could not be written down. The lease runs out, SLS is asked, nothing is lost or doubled.
            Log.OutcomeNotRecorded(logger, exception, batch.Id);
        }
        finally
        {
            slots.Release();
        }
    }

    private async Task SettleFailureAsync(OutboxBatch batch, ShippingVerdict verdict)
    {
        if (verdict.Park)
        {
            metrics.Parked();
            Log.Parked(logger, batch.Id, batch.Records.Count, verdict.Reason);
            await outbox.ParkAsync(batch, verdict.Reason, CancellationToken.None);
            return;
        }

        Log.Postponed(logger, batch.Id, verdict.Wait.TotalSeconds, verdict.Reason);
        await outbox.PostponeAsync(batch, verdict.Reason, time.GetUtcNow() + verdict.Wait, CancellationToken.None);
    }

    private async Task ReportStatusAsync(CancellationToken stoppingToken)
    {
        var now = time.GetUtcNow();
        if (now >= nextStatus)
        {
            nextStatus = now + StatusInterval;
            metrics.Report(await outbox.StatusAsync(stoppingToken));
        }
    }

    private async Task WaitForWorkAsync(CancellationToken stoppingToken)
    {
        var now = time.GetUtcNow();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        var timer = WaitAsync((nextClaim < nextStatus ? nextClaim : nextStatus) - now, either.Token);
        await Task.WhenAny(queue.WaitAsync(either.Token), timer);
        await either.CancelAsync();
    }

    private async Task WaitAsync(TimeSpan wait, CancellationToken cancellationToken)
    {
        try
        {
            await Task.Delay(wait > TimeSpan.Zero ? wait : TimeSpan.Zero, time, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // The caller looks at its token.
        }
    }

    public override void Dispose()
    {
        slots.Dispose();
        base.Dispose();
    }

    /// <param name="Sent">Spans that were sent: 0 when SLS had them all.</param>
    /// <param name="Failure">Null when SLS has the batch.</param>
    private sealed record Outcome(int Sent, ShippingVerdict? Failure);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "The outbox cannot be read; shipping waits.")]
        public static partial void LoopFailed(ILogger logger, Exception exception);

        [LoggerMessage(2, LogLevel.Warning, "SLS is not ready, shipping waits: {Reason}")]
        public static partial void EnsureFailed(ILogger logger, string reason);

        [LoggerMessage(3, LogLevel.Warning, "Batch {BatchId} is due again in {WaitSeconds:0.#} s: {Reason}")]
        public static partial void Postponed(ILogger logger, long batchId, double waitSeconds, string reason);

        [LoggerMessage(4, LogLevel.Error, "Batch {BatchId} of {Spans} spans is parked, SLS will not take it: {Reason}")]
        public static partial void Parked(ILogger logger, long batchId, int spans, string reason);

        [LoggerMessage(5, LogLevel.Warning, "What became of batch {BatchId} could not be written down.")]
        public static partial void OutcomeNotRecorded(ILogger logger, Exception exception, long batchId);
    }
}
