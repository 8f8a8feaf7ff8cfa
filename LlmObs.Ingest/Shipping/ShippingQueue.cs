using System.Threading.Channels;
using LlmObs.Storage.Writing;
using Microsoft.Extensions.Options;

namespace LlmObs.Ingest.Shipping;

/// <summary>The fast path: batches that were committed a moment ago, shipped without reading them back.</summary>
/// <remarks>Bounded in batches and in characters. What does not fit is dropped from memory only: its outbox row is what recovery reads.</remarks>
public sealed class ShippingQueue(IOptions<ShippingOptions> options)
{
    // An id takes eight bytes. Of those that find no place the lease runs out, which is only slower.
    private const int MostLeft = 100_000;

    private readonly Channel<OutboxBatch> channel = Channel.CreateBounded<OutboxBatch>(options.Value.QueueBatches);
    private readonly Channel<long> left = Channel.CreateBounded<long>(MostLeft);
    private long characters;

    public int Depth => channel.Reader.Count;

    /// <summary>Takes what fits. Never waits.</summary>
    /// <returns>How many batches were left to the outbox.</returns>
    public int Offer(IReadOnlyList<OutboxBatch> batches) => batches.Count(batch => !TryOffer(batch));

    public bool TryTake(out OutboxBatch batch)
    {
        if (!channel.Reader.TryRead(out batch!))
        {
            return false;
        }

        Interlocked.Add(ref characters, -Weight(batch));
        return true;
    }

    /// <summary>Leaves a batch to the outbox that was taken and not sent.</summary>
    public void Leave(OutboxBatch batch) => left.Writer.TryWrite(batch.Id);

    /// <summary>The outbox rows of the batches that were left to it since the last call: nobody has tried to send them.</summary>
    public IReadOnlyList<long> TakeLeft()
    {
        var ids = new List<long>();
        while (left.Reader.TryRead(out var id))
        {
            ids.Add(id);
        }

        return ids;
    }

    /// <summary>Completes when there is a batch to take.</summary>
    public async Task WaitAsync(CancellationToken cancellationToken) => await channel.Reader.WaitToReadAsync(cancellationToken);

    private bool TryOffer(OutboxBatch batch)
    {
        var weight = Weight(batch);
        if (Interlocked.Add(ref characters, weight) <= options.Value.QueueCharacters && channel.Writer.TryWrite(batch))
        {
            return true;
        }

        Interlocked.Add(ref characters, -weight);
        Leave(batch);
        return false;
    }

    // Attributes repeat most of what was said, so they stand for messages as well.
    private static long Weight(OutboxBatch batch) =>
        batch.Records.Sum(record =>
            1000L + (record.Content.Attributes.Text?.Length ?? 0) + (record.Content.Input?.Length ?? 0) + (record.Content.Output?.Length ?? 0)
        );
}
