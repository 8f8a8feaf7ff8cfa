using System.Collections.Concurrent;

namespace LlmObs.Storage.Access;

/// <summary>Remembers answers for a few seconds, so that each request does not ask PostgreSQL. "Unknown" is remembered too: it is what a stranger asks for.</summary>
internal sealed class ShortCache<TKey, TValue>(TimeProvider time, TimeSpan lifetime)
    where TKey : notnull
{
    private const int MaxEntries = 10_000;
    private readonly ConcurrentDictionary<TKey, (TValue Value, long At)> entries = new();

    public async ValueTask<TValue> GetAsync(TKey key, Func<Task<TValue>> load)
    {
        if (entries.TryGetValue(key, out var entry) && time.GetElapsedTime(entry.At) < lifetime)
        {
            return entry.Value;
        }

        var value = await load();
        if (entries.Count >= MaxEntries)
        {
            entries.Clear();
        }

        entries[key] = (value, time.GetTimestamp());
        return value;
    }

    public void Forget() => entries.Clear();
}
