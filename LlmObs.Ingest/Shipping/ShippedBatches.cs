using LlmObs.Storage.Writing;

namespace LlmObs.Ingest.Shipping;

/// <summary>Strikes batches that are in SLS off the outbox: those that gather while one statement runs share the next. A lone one waits for nobody.</summary>
public sealed class ShippedBatches(Outbox outbox)
{
    private readonly Lock gate = new();
    private List<OutboxBatch> waiting = [];
    private Task last = Task.CompletedTask;

    /// <summary>Returns when the batch is struck off.</summary>
    /// <exception cref="Storage.StorageUnavailableException">It is not known whether it was: when its lease has run out SLS is asked for it.</exception>
    public Task CompleteAsync(OutboxBatch batch)
    {
        lock (gate)
        {
            waiting.Add(batch);
            return waiting.Count == 1 ? last = CompleteWaitingAsync(last) : last;
        }
    }

    private async Task CompleteWaitingAsync(Task before)
    {
        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        List<OutboxBatch> batches;
        lock (gate)
        {
            (batches, waiting) = (waiting, []);
        }

        await outbox.CompleteAsync(batches, CancellationToken.None);
    }
}
