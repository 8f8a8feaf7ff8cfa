namespace LlmObs.Ingest.Shipping;

/// <summary>The requests being handled: each has a sender that waits for its acknowledgement.</summary>
/// <param name="processors">With more requests than these, whatever else is done meanwhile, somebody waits for it.</param>
public sealed class WaitingSenders(int processors)
{
    private int waiting;

    public bool AreMany => Volatile.Read(ref waiting) > processors;

    public void OneCame() => Interlocked.Increment(ref waiting);

    public void OneLeft() => Interlocked.Decrement(ref waiting);
}
