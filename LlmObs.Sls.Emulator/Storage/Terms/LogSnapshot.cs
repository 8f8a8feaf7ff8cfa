namespace LlmObs.Sls.Emulator.Storage.Terms;

/// <summary>What one query sees: everything acknowledged before it, and nothing that is gone.</summary>
/// <param name="Sources">In order of their sequences.</param>
public sealed record LogSnapshot(IReadOnlyList<ITermSource> Sources, KeptLogs Kept)
{
    /// <summary>The sequence after the last log.</summary>
    public long NextSequence => Sources.Count == 0 ? 1 : Sources[^1].Covers.Last + 1;

    public bool IsKept(IndexedLog log) => log.Time >= Kept.From && log.Sequence >= Kept.FirstSequence && !Kept.Deleted.Contains(log.Sequence);

    /// <summary>Whether all logs of a source are kept.</summary>
    public bool IsKept(ITermSource source) =>
        source.Oldest >= Kept.From && source.Covers.First >= Kept.FirstSequence && !Kept.Deleted.HasAny(source.Covers.First, source.Covers.Last);

    /// <summary>Logs by their sequence; those that are not there are left out.</summary>
    public IEnumerable<IndexedLog> Find(IEnumerable<long> sequences)
    {
        foreach (var sequence in sequences)
        {
            var source = Sources.FirstOrDefault(source => source.Covers.Last >= sequence);
            if (source is not null && Row(source, sequence) is { } log && IsKept(log))
            {
                yield return log;
            }
        }
    }

    private static IndexedLog? Row(ITermSource source, long sequence)
    {
        var (low, high) = (0, source.Count - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            if (source[middle].Sequence == sequence)
            {
                return source[middle];
            }
            (low, high) = source[middle].Sequence < sequence ? (middle + 1, high) : (low, middle - 1);
        }
        return null;
    }
}
