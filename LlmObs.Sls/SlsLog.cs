using LlmObs.Sls.Wire;

namespace LlmObs.Sls;

/// <summary>A log as SLS keeps it: a time and text fields.</summary>
/// <param name="Time">Unix seconds.</param>
/// <param name="TimeNanos">The part below the second, 0–999,999,999.</param>
/// <param name="Contents">Fields with their values. A name has 1–128 bytes, a value at most 1 MB.</param>
public sealed record SlsLog(uint Time, uint TimeNanos, IReadOnlyList<KeyValuePair<string, string>> Contents);

/// <summary>What one PutLogs carries.</summary>
/// <param name="Logs">In any order of time.</param>
/// <param name="Topic">Groups logs within a logstore; empty: none.</param>
/// <param name="Source">Where they come from, such as an IP address.</param>
/// <param name="Tags">Fields of every log of the group, found and read as <c>__tag__:key</c>.</param>
public sealed record SlsLogGroup(
    IReadOnlyList<SlsLog> Logs,
    string Topic = "",
    string Source = "",
    IReadOnlyList<KeyValuePair<string, string>>? Tags = null
)
{
    /// <summary>The same logs in order, in groups that stay within limits. A log that is too large by itself has a group of its own.</summary>
    /// <param name="maxLogs">Logs of one group.</param>
    /// <param name="maxBytes">Size of one group as protobuf, before compression.</param>
    public IReadOnlyList<SlsLogGroup> Split(int maxLogs, int maxBytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxLogs, 1);
        var frame = LogSize.OfFrame(this);
        var groups = new List<SlsLogGroup>();
        var from = 0;
        var bytes = frame;
        for (var i = 0; i < Logs.Count; i++)
        {
            var size = LogSize.Of(Logs[i]);
            if (i > from && (i - from == maxLogs || bytes + size > maxBytes))
            {
                groups.Add(this with { Logs = [.. Logs.Skip(from).Take(i - from)] });
                (from, bytes) = (i, frame);
            }

            bytes += size;
        }

        if (Logs.Count > 0)
        {
            groups.Add(from == 0 ? this : this with { Logs = [.. Logs.Skip(from)] });
        }

        return groups;
    }
}
