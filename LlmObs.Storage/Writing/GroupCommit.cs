namespace LlmObs.Storage.Writing;

/// <summary>
/// Lets batches that arrive while others are being committed share the next transaction, so that many senders of single spans cost few
/// commits. A lone batch never waits: nothing is held back to fill a group.
/// </summary>
/// <param name="commit">Commits a group in one transaction: a result for each, in their order, or an exception and nothing written.</param>
/// <param name="atOnce">Transactions at one time.</param>
internal sealed class GroupCommit(Func<IReadOnlyList<PendingWrite>, Task<IReadOnlyList<SpanWriteResult>>> commit, int atOnce)
{
    // A group is cut where a further span no longer makes it cheaper, so that the first of a group does not wait for the last of a thousand.
    internal const int MaxSpans = 500;
    private const long MaxBytes = 4 * 1024 * 1024;

    private readonly Lock gate = new();
    private readonly Queue<PendingWrite> waiting = new();
    private int running;

    public Task<SpanWriteResult> CommitAsync(PendingWrite write)
    {
        lock (gate)
        {
            waiting.Enqueue(write);
            if (running == atOnce)
            {
                return write.Done;
            }

            running++;
        }

        // Under the context of the request that started it: what Ingest writes of its own telemetry stays out of its telemetry.
        _ = DrainAsync();
        return write.Done;
    }

    private async Task DrainAsync()
    {
        while (Take() is { Count: > 0 } group)
        {
            await CommitAsync(group);
        }
    }

    /// <summary>What waits, up to the size of a group but at least one; none, and this turn is over, when nothing waits.</summary>
    private List<PendingWrite> Take()
    {
        var group = new List<PendingWrite>();
        var (spans, bytes) = (0, 0L);
        lock (gate)
        {
            while (waiting.TryPeek(out var next) && (group.Count == 0 || (spans + next.Spans.Count <= MaxSpans && bytes + next.Bytes <= MaxBytes)))
            {
                waiting.Dequeue();
                if (!next.IsGivenUp())
                {
                    group.Add(next);
                    spans += next.Spans.Count;
                    bytes += next.Bytes;
                }
            }

            if (group.Count == 0)
            {
                running--;
            }
        }

        return group;
    }

    private async Task CommitAsync(List<PendingWrite> group)
    {
        try
        {
            foreach (var (write, result) in group.Zip(await commit(group)))
            {
                write.Succeed(result);
            }
        }
        catch (StorageUnavailableException exception)
        {
            FailAll(group, exception);
        }
        catch (Exception) when (group.Count > 1)
        {
            // One of them is at fault, and only that one may fail.
            foreach (var write in group)
            {
                await CommitAsync([write]);
            }
        }
        catch (Exception exception)
        {
            FailAll(group, exception);
        }
    }

    private static void FailAll(List<PendingWrite> group, Exception exception)
    {
        foreach (var write in group)
        {
            write.Fail(exception);
        }
    }
}
