using LlmObs.Storage.Reading;
using LlmObs.Storage.Writing;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace LlmObs.Api;

internal static class StatusApi
{
    public static async Task<Ok<ApiStatus>> GetAsync(StorageStatus storage, Outbox outbox, TimeProvider time, CancellationToken cancellationToken)
    {
        var rows = await storage.RowsAsync(cancellationToken);
        var queue = await outbox.StatusAsync(cancellationToken);
        return TypedResults.Ok(
            new ApiStatus(
                new(rows.Spans, rows.Bytes, rows.NewestAt),
                new(queue.Pending, queue.PendingSpans, queue.OldestAt is { } oldest ? (time.GetUtcNow() - oldest).TotalSeconds : null),
                new(queue.ShippedBatches, queue.ShippedSpans),
                new(queue.FailedAttempts, queue.Parked, queue.LastError)
            )
        );
    }
}
