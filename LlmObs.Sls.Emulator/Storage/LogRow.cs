namespace LlmObs.Sls.Emulator.Storage;

/// <summary>One log as it stands in the table, without its sequence number.</summary>
/// <param name="Raw">The log as GetLogs returns it: a JSON object of strings.</param>
/// <param name="Tags">␁name␂value␁… for whole-value search.</param>
/// <param name="Line">The terms of the line index; null without one.</param>
/// <param name="Values">For each field of the column map its value and, for text and JSON, its terms; in the order of the columns.</param>
public readonly record struct LogRow(long Time, int Nanos, string Topic, string Source, string Tags, string Raw, string? Line, object?[] Values);
