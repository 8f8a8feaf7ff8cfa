namespace LlmObs.Storage.Dify;

/// <summary>Lets so many queries pass in any minute. For one caller at a time.</summary>
public sealed class QueryPace(int perMinute, TimeProvider time)
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly Queue<DateTimeOffset> passed = new();

    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        while (passed.TryPeek(out var first) && now - first >= Minute)
        {
            passed.Dequeue();
        }

        if (passed.Count >= perMinute)
        {
            await Task.Delay(passed.Dequeue() + Minute - now, time, cancellationToken);
            now = time.GetUtcNow();
        }

        passed.Enqueue(now);
    }
}
