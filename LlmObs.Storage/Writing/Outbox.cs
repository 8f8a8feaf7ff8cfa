using LlmObs.Domain;
using LlmObs.Domain.Spans;

namespace LlmObs.Storage.Writing;

/// <summary>What is to be sent to SLS as one PutLogs.</summary>
/// <param name="Id">The outbox row.</param>
/// <param name="BatchId">Goes with the logs as a tag, so that SLS can be asked whether it has them.</param>
/// <param name="Attempts">Times it was claimed before; 0 on the fast path.</param>
/// <param name="Records">The newest version of each span, content included.</param>
public sealed record OutboxBatch(long Id, Guid BatchId, Project Project, int Attempts, DateTimeOffset CreatedAt, IReadOnlyList<SpanRecord> Records);

/// <summary>Depth and health of the outbox.</summary>
public sealed record OutboxStatus(long Pending, long PendingSpans, DateTimeOffset? OldestAt, long Parked, long ShippedBatches, long ShippedSpans, long FailedAttempts, string? LastError);

/// <summary>The queue between PostgreSQL and SLS. Rows are claimed with FOR UPDATE SKIP LOCKED under a lease, so that replicas share it and a killed one loses nothing.</summary>
public sealed class Outbox
{
    /// <summary>Claims up to <paramref name="limit"/> due rows nobody holds, oldest first, and loads their spans.</summary>
    public Task<IReadOnlyList<OutboxBatch>> ClaimAsync(int limit, TimeSpan lease, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Removes shipped rows and counts them.</summary>
    public Task CompleteAsync(IReadOnlyCollection<OutboxBatch> batches, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Gives a row back, due again at <paramref name="retryAt"/>.</summary>
    public Task PostponeAsync(OutboxBatch batch, string error, DateTimeOffset retryAt, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Sets a row aside that SLS will never take. It is kept with its reason.</summary>
    public Task ParkAsync(OutboxBatch batch, string error, CancellationToken cancellationToken) => throw new NotImplementedException();

    public Task<OutboxStatus> StatusAsync(CancellationToken cancellationToken) => throw new NotImplementedException();
}
