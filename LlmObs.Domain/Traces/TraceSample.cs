namespace LlmObs.Domain.Traces;

/// <summary>Which traces a sample holds: settled by the trace's id, so every replica and every batch agrees.</summary>
public static class TraceSample
{
    /// <param name="share">Of all traces, 0 to 1.</param>
    public static bool Holds(string traceId, double share) => share >= 1 || Hash(traceId) < share * ulong.MaxValue;

    // FNV-1a, and then mixed: ids that differ in the last letter alone must not fall side by side.
    private static ulong Hash(string text)
    {
        var hash = 14695981039346656037UL;
        foreach (var c in text)
        {
            hash = (hash ^ c) * 1099511628211UL;
        }

        hash = (hash ^ (hash >> 33)) * 0xFF51AFD7ED558CCDUL;
        hash = (hash ^ (hash >> 33)) * 0xC4CEB9FE1A85EC53UL;
        return hash ^ (hash >> 33);
    }
}
