using LlmObs.Domain.Spans;

namespace LlmObs.Storage.Writing;

/// <summary>What one commit did.</summary>
/// <param name="Written">Spans that are new.</param>
/// <param name="Repeated">Spans that were there already: a client's retry.</param>
/// <param name="Outbox">The outbox rows of the same transaction, for the fast path to ship from memory.</param>
public sealed record SpanWriteResult(int Written, int Repeated, IReadOnlyList<OutboxBatch> Outbox);

/// <summary>Commits a batch: rows, contents and outbox in one transaction. When it returns, the batch is durable.</summary>
public sealed class SpanWriter
{
    public Task<SpanWriteResult> WriteAsync(SpanBatch batch, CancellationToken cancellationToken) => throw new NotImplementedException();
}
