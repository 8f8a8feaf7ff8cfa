namespace LlmObs.Sls;

/// <summary>A log as SLS keeps it: a time and text fields.</summary>
/// <param name="Time">Unix seconds.</param>
/// <param name="TimeNanos">The part below the second, 0–999,999,999.</param>
public sealed record SlsLog(uint Time, uint TimeNanos, IReadOnlyList<KeyValuePair<string, string>> Contents);

/// <summary>What one PutLogs carries.</summary>
/// <param name="Tags">Fields of every log of the group, found and read as <c>__tag__:key</c>.</param>
public sealed record SlsLogGroup(
    IReadOnlyList<SlsLog> Logs,
    string Topic = "",
    string Source = "",
    IReadOnlyList<KeyValuePair<string, string>>? Tags = null
);
