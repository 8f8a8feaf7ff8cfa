using LlmObs.Sls.Emulator.Http;

namespace LlmObs.Sls.Emulator.Status;

/// <summary>A query that was answered or refused.</summary>
/// <param name="Rows">Rows answered; null when it was refused.</param>
public sealed record AnsweredQuery(DateTimeOffset At, string Project, string Logstore, string Text, double DurationMs, int? Rows, string? Error);

/// <summary>What was written in the last minute.</summary>
public readonly record struct LastMinute(long Logs, long Bytes);

/// <summary>The last queries and the last minute's writes, in memory: for the status page only.</summary>
public sealed class Activity(TimeProvider time)
{
    private const int KeptQueries = 20;
    private const int Seconds = 60;
    private const int MaxText = 2000;
    private readonly Lock gate = new();
    private readonly Queue<AnsweredQuery> queries = new();
    private readonly (long Second, long Logs, long Bytes)[] writes = new (long, long, long)[Seconds];

    public void Wrote(int logs, int bytes)
    {
        lock (gate)
        {
            ref var slot = ref writes[Now % Seconds];
            slot = slot.Second == Now ? (Now, slot.Logs + logs, slot.Bytes + bytes) : (Now, logs, bytes);
        }
    }

    /// <summary>Runs a query and remembers how it went.</summary>
    /// <param name="rows">How many rows an answer has.</param>
    public async Task<T> WatchAsync<T>(string project, string logstore, string text, Func<Task<T>> ask, Func<T, int> rows)
    {
        var started = time.GetTimestamp();
        try
        {
            var answer = await ask();
            Remember(rows(answer), null);
            return answer;
        }
        catch (SlsException refusal)
        {
            Remember(null, refusal.Message);
            throw;
        }

        void Remember(int? count, string? error)
        {
            var shown = text.Length > MaxText ? text[..MaxText] + "…" : text;
            var query = new AnsweredQuery(time.GetUtcNow(), project, logstore, shown, time.GetElapsedTime(started).TotalMilliseconds, count, error);
            lock (gate)
            {
                queries.Enqueue(query);
                if (queries.Count > KeptQueries)
                {
                    queries.Dequeue();
                }
            }
        }
    }

    /// <summary>Newest first.</summary>
    public IReadOnlyList<AnsweredQuery> Queries()
    {
        lock (gate)
        {
            return [.. queries.Reverse()];
        }
    }

    public LastMinute Written()
    {
        lock (gate)
        {
            var recent = writes.Where(write => write.Second > Now - Seconds).ToList();
            return new LastMinute(recent.Sum(write => write.Logs), recent.Sum(write => write.Bytes));
        }
    }

    private long Now => time.GetUtcNow().ToUnixTimeSeconds();
}
