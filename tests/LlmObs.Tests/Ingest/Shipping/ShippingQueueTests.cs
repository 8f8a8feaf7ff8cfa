using LlmObs.Domain;
using LlmObs.Domain.Spans;
using LlmObs.Ingest.Shipping;
using LlmObs.Storage.Writing;
using Microsoft.Extensions.Options;

namespace LlmObs.Tests.Ingest.Shipping;

public sealed class ShippingQueueTests
{
    [Fact]
    public void Leaves_to_the_outbox_what_does_not_fit()
    {
        var queue = new ShippingQueue(Options.Create(new ShippingOptions { QueueBatches = 2 }));

        Assert.Equal(1, queue.Offer([Batch(1), Batch(2), Batch(3)]));
        Assert.Equal(2, queue.Depth);
        Assert.True(queue.TryTake(out var first));
        Assert.Equal(1, first.Id);
        Assert.Equal(0, queue.Offer([Batch(4)]));
    }

    [Fact]
    public void Tells_once_what_was_left_unsent()
    {
        var queue = new ShippingQueue(Options.Create(new ShippingOptions { QueueBatches = 1 }));
        queue.Offer([Batch(1), Batch(2)]);
        Assert.True(queue.TryTake(out var taken));
        queue.Leave(taken);

        Assert.Equal([2, 1], queue.TakeLeft());
        Assert.Empty(queue.TakeLeft());
    }

    [Fact]
    public void Counts_characters_as_well_as_batches()
    {
        var queue = new ShippingQueue(Options.Create(new ShippingOptions { QueueCharacters = 11_000 }));

        Assert.Equal(1, queue.Offer([Batch(1, 8000), Batch(2, 8000), Batch(3, 10)]));
        Assert.True(queue.TryTake(out _));
        Assert.True(queue.TryTake(out var second));
        Assert.Equal(3, second.Id);
        Assert.Equal(0, queue.Offer([Batch(4, 8000)]));
        Assert.Equal(1, queue.Depth);
    }

    private static OutboxBatch Batch(long id, int characters = 0) =>
        new(
            id,
            Guid.Empty,
            new Project(1, "default"),
            0,
            DateTimeOffset.UnixEpoch,
            [
                new(
                    new Span
                    {
                        TraceId = "t",
                        SpanId = "s",
                        Name = "n",
                        StartUnixNano = 0,
                        DurationNano = 0,
                    },
                    SpanContent.Empty with
                    {
                        Input = new string('x', characters),
                    }
                ),
            ]
        );
}
