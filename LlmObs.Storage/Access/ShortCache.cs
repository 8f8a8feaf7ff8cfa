using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace LlmObs.Storage.Access;

/// <summary>
/// Remembers answers for a few seconds, so that each request does not ask PostgreSQL. While PostgreSQL is away the last good answer
/// stands, for <paramref name="memory"/>.
/// </summary>
/// <remarks>
/// What exists is as many as there is; what does not is what strangers ask for, so it has a bound, and a place of its own where it
/// pushes nothing out. For the same reason few questions are under way at one time, and not many wait.
/// </remarks>
[SuppressMessage("Reliability", "CA1001", Justification = "A semaphore that is only awaited holds nothing to dispose of.")]
internal sealed class ShortCache<TKey, TValue>(TimeProvider time, TimeSpan memory)
    where TKey : notnull
    where TValue : class
{
    internal const int MaxUnknown = 10_000;
    internal const int MaxWaiting = 1_000;
    private const int QuestionsAtOnce = 8;

    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(5);

    // A database that hangs is as good as away for who has an answer already; the question goes on, and its answer counts when it comes.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<TKey, Answer> known = new();
    private readonly ConcurrentDictionary<TKey, long> unknown = new();
    private readonly ConcurrentDictionary<TKey, Lazy<Task<TValue?>>> asked = new();
    private readonly SemaphoreSlim questions = new(QuestionsAtOnce);
    private int generation;

    public int Count => known.Count + unknown.Count;

    /// <summary>The answers that stand while PostgreSQL is away, and how old they are.</summary>
    public IReadOnlyList<(TKey Key, TValue Value, TimeSpan Age)> Standing =>
        [
            .. known
                .Select(answer => (answer.Key, answer.Value.Value, Age: time.GetElapsedTime(answer.Value.ConfirmedAt)))
                .Where(answer => answer.Age <= memory),
        ];

    /// <summary>Begins with an answer that an earlier process had. PostgreSQL is asked all the same.</summary>
    public void Recall(TKey key, TValue value, TimeSpan age) =>
        known.TryAdd(key, new(value, null, time.GetTimestamp() - (long)(age.TotalSeconds * time.TimestampFrequency)));

    public ValueTask<TValue?> GetAsync(TKey key, Func<Task<TValue?>> load, CancellationToken cancellationToken)
    {
        if (known.TryGetValue(key, out var answer) && answer.FreshFrom is { } from && time.GetElapsedTime(from) < Fresh)
        {
            return new(answer.Value);
        }

        if (unknown.TryGetValue(key, out var at) && time.GetElapsedTime(at) < Fresh)
        {
            return new((TValue?)null);
        }

        return new(AskAsync(key, load, cancellationToken));
    }

    /// <summary>Asks anew next time. What an outage needs is kept.</summary>
    public void Forget()
    {
        Interlocked.Increment(ref generation);
        unknown.Clear();
        asked.Clear();
        foreach (var (key, answer) in known)
        {
            known.TryUpdate(key, answer with { FreshFrom = null }, answer);
        }
    }

    private async Task<TValue?> AskAsync(TKey key, Func<Task<TValue?>> load, CancellationToken cancellationToken)
    {
        var hasLast = known.TryGetValue(key, out var last) && time.GetElapsedTime(last.ConfirmedAt) <= memory;
        if (!hasLast && asked.Count >= MaxWaiting)
        {
            // A question goes on when whoever asked it has left, so strangers could pile them up.
            throw new StorageUnavailableException("Too many unknown keys are being asked for at this moment.");
        }

        var question = asked.GetOrAdd(key, _ => new(() => LoadAsync(key, load)));
        if (!hasLast || last is null)
        {
            return await question.Value.WaitAsync(cancellationToken);
        }

        try
        {
            return await question.Value.WaitAsync(Patience, time, cancellationToken);
        }
        catch (Exception exception) when (exception is StorageUnavailableException or TimeoutException)
        {
            // Good for a moment again, so that not every request waits for a database that is away.
            known.TryUpdate(key, last with { FreshFrom = time.GetTimestamp() }, last);
            return last.Value;
        }
    }

    private async Task<TValue?> LoadAsync(TKey key, Func<Task<TValue?>> load)
    {
        await questions.WaitAsync();
        var before = Volatile.Read(ref generation);
        try
        {
            var value = await load();
            if (before == Volatile.Read(ref generation))
            {
                Keep(key, value);
            }

            return value;
        }
        finally
        {
            questions.Release();
            asked.TryRemove(key, out _);
        }
    }

    private void Keep(TKey key, TValue? value)
    {
        var now = time.GetTimestamp();
        if (value is not null)
        {
            unknown.TryRemove(key, out _);
            known[key] = new(value, now, now);
            return;
        }

        known.TryRemove(key, out _);
        if (unknown.Count >= MaxUnknown)
        {
            unknown.Clear();
        }

        unknown[key] = now;
    }

    /// <param name="FreshFrom">Since when the answer may be given without asking; null: not without.</param>
    /// <param name="ConfirmedAt">When PostgreSQL last gave it.</param>
    private sealed record Answer(TValue Value, long? FreshFrom, long ConfirmedAt);
}
