using LlmObs.Sls;
using LlmObs.Storage.Writing;

namespace LlmObs.Ingest.Shipping;

/// <summary>One attempt at one batch: <see cref="BatchShipper"/> sends it, <see cref="ShippingPolicy"/> judges a failure, the outbox is told what came of it.</summary>
public sealed partial class BatchSender(
    BatchShipper shipper,
    ShippedBatches shipped,
    Outbox outbox,
    ShippingPolicy policy,
    ShippingPause pause,
    ShippingMetrics metrics,
    TimeProvider time,
    ILogger<BatchSender> logger
)
{
    /// <summary>Returns when the outcome is written down, or is known not to be. Never throws.</summary>
    /// <param name="mayBeThere">It was, or may have been, sent before.</param>
    /// <param name="deadline">Past it the batch is no longer ours.</param>
    /// <returns>Null when SLS has the batch; otherwise what becomes of it.</returns>
    public async Task<ShippingVerdict?> SendAsync(OutboxBatch batch, bool mayBeThere, DateTimeOffset deadline)
    {
        var (sent, failure) = await AttemptAsync(batch, mayBeThere, deadline);
        var verdict = failure is null ? null : policy.Judge(failure, batch.Attempts);
        try
        {
            await (verdict is null ? CompleteAsync(batch, sent) : FailAsync(batch, verdict));
        }
        catch (Exception exception)
        {
            // The outcome could not be written down. The lease runs out, SLS is asked, nothing is lost or doubled.
            Log.OutcomeNotRecorded(logger, exception, batch.Id);
        }

        return verdict;
    }

    private async Task<(int Sent, Exception? Failure)> AttemptAsync(OutboxBatch batch, bool mayBeThere, DateTimeOffset deadline)
    {
        var left = deadline - time.GetUtcNow();
        using var limit = new CancellationTokenSource(left > TimeSpan.Zero ? left : TimeSpan.Zero, time);
        try
        {
            return (await shipper.ShipAsync(batch, mayBeThere, limit.Token), null);
        }
        catch (OperationCanceledException exception)
        {
            return (0, new SlsException(0, SlsException.RequestTimeout, "The batch was not written in its time.", null, exception));
        }
        catch (Exception failure)
        {
            return (0, failure);
        }
    }

    private async Task CompleteAsync(OutboxBatch batch, int sent)
    {
        pause.Succeeded();
        await shipped.CompleteAsync(batch);
        metrics.Shipped(batch.Records.Count, wasThere: sent == 0, time.GetUtcNow() - batch.CreatedAt);
    }

    private async Task FailAsync(OutboxBatch batch, ShippingVerdict verdict)
    {
        metrics.Failed(verdict.Code);
        if (verdict.SlsIsAway)
        {
            pause.Failed();
        }

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

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Batch {BatchId} is due again in {WaitSeconds:0.#} s: {Reason}")]
        public static partial void Postponed(ILogger logger, long batchId, double waitSeconds, string reason);

        [LoggerMessage(2, LogLevel.Error, "Batch {BatchId} of {Spans} spans is parked, SLS will not take it: {Reason}")]
        public static partial void Parked(ILogger logger, long batchId, int spans, string reason);

        [LoggerMessage(3, LogLevel.Warning, "What became of batch {BatchId} could not be written down.")]
        public static partial void OutcomeNotRecorded(ILogger logger, Exception exception, long batchId);
    }
}
