using Microsoft.Extensions.Options;

namespace LlmObs.Quality.DingTalk;

/// <summary>Keeps calls apart, and says how long to wait after one that came too early.</summary>
public sealed class CallPace(IOptions<DingTalkOptions> options, TimeProvider time)
{
    public const int MaxRetries = 5;
    private readonly Lock gate = new();
    private DateTimeOffset next;

    /// <summary>Waits for the caller's turn.</summary>
    public Task TurnAsync(CancellationToken cancellationToken)
    {
        TimeSpan wait;
        lock (gate)
        {
            var now = time.GetUtcNow();
            var turn = next > now ? next : now;
            next = turn + TimeSpan.FromSeconds(1 / options.Value.RequestsPerSecond);
            wait = turn - now;
        }

        return wait > TimeSpan.Zero ? Task.Delay(wait, time, cancellationToken) : Task.CompletedTask;
    }

    /// <summary>How long to wait before the next try: what the service says, else 1, 2, 4, … seconds.</summary>
    /// <param name="retry">0 for the first.</param>
    public static TimeSpan After(int retry, TimeSpan? said) => said ?? TimeSpan.FromSeconds(Math.Pow(2, retry));
}
