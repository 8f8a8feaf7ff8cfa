namespace LlmObs.Storage.Reading;

/// <summary>What is stored.</summary>
/// <param name="Spans">Exact up to 100,000, the planner's estimate beyond.</param>
public sealed record StoredRows(long Spans, long Bytes, DateTimeOffset? NewestAt);

public sealed class StorageStatus
{
    public Task<StoredRows> RowsAsync(CancellationToken cancellationToken) => throw new NotImplementedException();
}
