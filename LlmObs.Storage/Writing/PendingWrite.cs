using LlmObs.Domain.Spans;

namespace LlmObs.Storage.Writing;

/// <summary>A batch that waits for its commit.</summary>
/// <param name="spans">Each key once, in the order of keys.</param>
/// <param name="cancellationToken">Gives the batch up as long as no transaction has taken it.</param>
internal sealed class PendingWrite(SpanBatch batch, List<PreparedSpan> spans, CancellationToken cancellationToken)
{
    // Whoever waits must not run on in the middle of the loop that answers it.
    private readonly TaskCompletionSource<SpanWriteResult> done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public SpanBatch Batch => batch;
    public List<PreparedSpan> Spans => spans;
    public long Bytes { get; } = spans.Sum(span => (long)span.Content.Body.Length);
    public Task<SpanWriteResult> Done => done.Task;

    public void Succeed(SpanWriteResult result) => done.SetResult(result);

    public void Fail(Exception exception) => done.SetException(exception);

    /// <summary>True when nobody waits for it any more; whoever did has been told.</summary>
    public bool IsGivenUp() => cancellationToken.IsCancellationRequested && done.TrySetCanceled(cancellationToken);
}
