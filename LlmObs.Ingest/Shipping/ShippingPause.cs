namespace LlmObs.Ingest.Shipping;

/// <summary>Keeps the loop from hammering an SLS that is away: each failure in a row lengthens the rest, one success ends it.</summary>
public sealed class ShippingPause(ShippingPolicy policy, TimeProvider time)
{
    private readonly Lock gate = new();
    private int failuresInARow;
    private DateTimeOffset until;

    /// <summary>What is left of the rest; zero when shipping may go on.</summary>
    public TimeSpan Remaining
    {
        get
        {
            lock (gate)
            {
                var left = until - time.GetUtcNow();
                return left > TimeSpan.Zero ? left : TimeSpan.Zero;
            }
        }
    }

    public void Succeeded()
    {
        lock (gate)
        {
            (failuresInARow, until) = (0, default);
        }
    }

    public void Failed()
    {
        lock (gate)
        {
            // Several batches in flight fail together; they are one failure.
            if (until <= time.GetUtcNow())
            {
                until = time.GetUtcNow() + policy.Pause(++failuresInARow);
            }
        }
    }
}
