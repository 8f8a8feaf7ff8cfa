using LlmObs.Sls.Emulator.Storage.Terms;

namespace LlmObs.Sls.Emulator.Storage;

/// <summary>How many logs a logstore holds, and the times of the oldest and the newest, Unix seconds; null without logs.</summary>
public readonly record struct LogstoreExtent(long Logs, long? Oldest, long? Newest)
{
    public static LogstoreExtent Of(LogSnapshot snapshot)
    {
        var extent = default(LogstoreExtent);
        foreach (var source in snapshot.Sources)
        {
            extent += snapshot.IsKept(source) ? new LogstoreExtent(source.Count, source.Oldest, source.Newest) : OfKept(snapshot, source);
        }
        return extent;
    }

    public static LogstoreExtent operator +(LogstoreExtent left, LogstoreExtent right) =>
        right.Logs == 0 ? left
        : left.Logs == 0 ? right
        : new(left.Logs + right.Logs, Math.Min(left.Oldest!.Value, right.Oldest!.Value), Math.Max(left.Newest!.Value, right.Newest!.Value));

    private static LogstoreExtent OfKept(LogSnapshot snapshot, ITermSource source) =>
        Enumerable
            .Range(0, source.Count)
            .Select(row => source[row])
            .Where(snapshot.IsKept)
            .Aggregate(default(LogstoreExtent), (extent, log) => extent + new LogstoreExtent(1, log.Time, log.Time));
}
