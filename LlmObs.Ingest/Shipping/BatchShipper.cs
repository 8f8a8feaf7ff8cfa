using LlmObs.Storage.Writing;
using LlmObs.TraceLog;

namespace LlmObs.Ingest.Shipping;

/// <summary>Gets one batch into SLS, once.</summary>
public sealed class BatchShipper(SpanLogStore store)
{
    /// <summary>Sends what SLS does not have.</summary>
    /// <param name="mayBeThere">It was, or may have been, sent before: SLS is asked first.</param>
    /// <returns>Spans sent; 0 when all were there.</returns>
    /// <exception cref="Sls.SlsException">SLS refused, or is away.</exception>
    public async Task<int> ShipAsync(OutboxBatch batch, bool mayBeThere, CancellationToken cancellationToken)
    {
        var records = mayBeThere ? await store.MissingAsync(batch.BatchId, batch.CreatedAt, batch.Records, cancellationToken) : batch.Records;
        await store.WriteAsync(batch.Project.Name, batch.BatchId, records, cancellationToken, isFirst: !mayBeThere);
        return records.Count;
    }
}
