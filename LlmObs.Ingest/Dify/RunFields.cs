using System.Text.Json;
using LlmObs.Domain.Dify;
using LlmObs.Domain.GenAi;
using LlmObs.Domain.Traces;

namespace LlmObs.Ingest.Dify;

/// <summary>What the metadata of a run says that all of Dify's trace providers send.</summary>
internal static class RunFields
{
    /// <param name="name">Where the metadata has no name of the app.</param>
    public static StepFields AddRun(this StepFields step, JsonElement metadata, Guid runId, string name, string? error) =>
        step.Named(metadata.Text("app_name") is { Length: > 0 } app ? app : name)
            .Ended(metadata.Text("status") ?? "", error)
            .Attribute(GenAiNames.WorkflowName, metadata.Text("app_name"))
            .Attribute(DifyAttributes.Service, metadata.Text("app_name"))
            .Attribute(DifyAttributes.AppName, metadata.Text("app_name"))
            .Attribute(DifyAttributes.Workspace, metadata.Text("workspace_name"))
            .Attribute(DifyAttributes.RunId, runId)
            .Attribute(DifyAttributes.RunStatus, metadata.Text("status"))
            .Attribute(DifyAttributes.WorkflowId, metadata.Text("workflow_id"))
            .Attribute(DifyAttributes.TriggeredFrom, metadata.Text("triggered_from"))
            .Attribute(DifyAttributes.WorkflowVersion, metadata.Text("version"));

    /// <summary>Where a run hangs, when its metadata names its caller (Dify 1.14 and later).</summary>
    public static TraceJoin? Join(JsonElement metadata, Guid runId) =>
        metadata.Member("parent_trace_context") is { } parent && parent.Id("parent_workflow_run_id") is { } parentRun
            ? Under(runId, parentRun, parent.Id("parent_node_execution_id"))
            : null;

    /// <param name="callerNode">Null when only the run is known that it started from.</param>
    public static TraceJoin Under(Guid runId, Guid callerRun, Guid? callerNode) =>
        new(
            DifyIds.Trace(runId),
            JoinBasis.DifyParent,
            DifyIds.Trace(callerRun),
            callerNode is { } node ? DifyIds.Node(node) : DifyIds.Workflow(callerRun),
            IsInferred: false
        );
}
