using System.Globalization;
using LlmObs.Domain.Dify;

namespace LlmObs.Ingest.Dify;

/// <summary>Logs that Dify's logstore extension appends → runs and nodes. All values are texts, times have no zone and are UTC, <c>log_version</c> is nanoseconds.</summary>
internal static class LogstoreRows
{
    public const string Runs = "workflow_execution";
    public const string Nodes = "workflow_node_execution";

    /// <summary>Null for a log without what a run must have.</summary>
    public static DifyRun? Run(IReadOnlyDictionary<string, string> log) =>
        Id(log, "id") is { } id && Id(log, "tenant_id") is { } tenant && Id(log, "app_id") is { } app && Time(log, "started_at") is { } start
            ? new()
            {
                Id = id,
                TenantId = tenant,
                AppId = app,
                WorkflowId = Id(log, "workflow_id"),
                Type = Text(log, "type") ?? "workflow",
                TriggeredFrom = Text(log, "triggered_from") ?? "",
                Version = Text(log, "version"),
                Status = Text(log, "status") ?? "",
                Inputs = Text(log, "inputs"),
                Outputs = Text(log, "outputs"),
                Error = Text(log, "error_message"),
                TotalTokens = (long)(Number(log, "total_tokens") ?? 0),
                Exceptions = (int)(Number(log, "exceptions_count") ?? 0),
                Creator = Creator(log),
                StartedAt = start,
                EndedAt = Time(log, "finished_at"),
                ChangedAt = Version(log) ?? start,
            }
            : null;

    /// <summary>Null for a log without what a node must have; single-step debugging belongs to no run.</summary>
    public static DifyNode? Node(IReadOnlyDictionary<string, string> log) =>
        Id(log, "id") is { } id
        && Id(log, "workflow_run_id") is { } run
        && Id(log, "tenant_id") is { } tenant
        && Id(log, "app_id") is { } app
        && Time(log, "created_at") is { } start
            ? new()
            {
                Id = id,
                RunId = run,
                TenantId = tenant,
                AppId = app,
                Index = (int)(Number(log, "index") ?? 0),
                NodeId = Text(log, "node_id") ?? "",
                Type = Text(log, "node_type") ?? "",
                Title = Text(log, "title") ?? "",
                Status = Text(log, "status") ?? "",
                Inputs = Text(log, "inputs"),
                ProcessData = Text(log, "process_data"),
                Outputs = Text(log, "outputs"),
                Error = Text(log, "error"),
                ElapsedSeconds = Number(log, "elapsed_time") ?? 0,
                Metadata = Text(log, "execution_metadata"),
                Creator = Creator(log),
                StartedAt = start,
                EndedAt = Time(log, "finished_at"),
                ChangedAt = Version(log) ?? start,
            }
            : null;

    private static DifyCreator Creator(IReadOnlyDictionary<string, string> log) =>
        new(Text(log, "created_by_role") == "account" ? "account" : "end_user", Id(log, "created_by") ?? Guid.Empty);

    private static string? Text(IReadOnlyDictionary<string, string> log, string name) =>
        log.TryGetValue(name, out var text) && text.Length > 0 ? text : null;

    private static Guid? Id(IReadOnlyDictionary<string, string> log, string name) => Guid.TryParse(Text(log, name), out var id) ? id : null;

    private static double? Number(IReadOnlyDictionary<string, string> log, string name) =>
        double.TryParse(Text(log, name), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : null;

    private static DateTimeOffset? Time(IReadOnlyDictionary<string, string> log, string name) =>
        DateTimeOffset.TryParse(Text(log, name), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;

    private static DateTimeOffset? Version(IReadOnlyDictionary<string, string> log) =>
        long.TryParse(Text(log, "log_version"), NumberStyles.None, CultureInfo.InvariantCulture, out var nanos)
            ? DateTimeOffset.UnixEpoch.AddTicks(nanos / 100)
            : null;
}
