namespace LlmObs.Storage.Schema;

/// <summary>Whether the database has the schema this build needs. Starts as no; once yes, it stays so.</summary>
public sealed class SchemaState
{
    private readonly TaskCompletionSource ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile string problem = "The schema has not been looked for yet.";

    public bool IsReady => ready.Task.IsCompleted;

    /// <summary>Why it is not ready, in words for an operator.</summary>
    public string Problem => problem;

    /// <summary>Completes when the schema is there.</summary>
    public Task WaitAsync(CancellationToken cancellationToken) => ready.Task.WaitAsync(cancellationToken);

    internal void Ready() => ready.TrySetResult();

    internal void NotReady(string why) => problem = why;

    internal void ThrowIfMissing()
    {
        if (!IsReady)
        {
            throw new StorageUnavailableException($"The database is not ready: {problem}");
        }
    }
}
