using System.Globalization;
using System.Text.Json;
using LlmObs.Domain.Dify;
using LlmObs.Domain.GenAi;
using LlmObs.Domain.Spans;
using LlmObs.Domain.Updates;

namespace LlmObs.Ingest.Dify;

/// <summary>A run and its nodes → the steps of a trace.</summary>
internal static class RunSteps
{
    private static readonly HashSet<string> ModelNodes = ["llm", "question-classifier", "parameter-extractor"];

    /// <summary>A node that is a call to a model, and has tokens and a price of its own.</summary>
    public static bool IsModel(string? nodeType) => nodeType is not null && ModelNodes.Contains(nodeType);

    public static UpdatedFields Of(DifyRun run, DifyContext context) =>
        context
            .AddApp(new(DifyIds.Trace(run.Id), DifyIds.Workflow(run.Id), StepFields.Read(run.ChangedAt)), run.AppId, run.TenantId)
            .Named(context.AppName(run.AppId))
            .OrNamed("workflow")
            .Lasting(run.StartedAt, run.EndedAt ?? (run.ElapsedSeconds > 0 ? run.StartedAt.AddSeconds(run.ElapsedSeconds) : null))
            .Ended(run.Status, run.Error)
            .Attribute(DifyAttributes.Kind, "WORKFLOW")
            .Attribute(GenAiNames.WorkflowName, context.AppName(run.AppId))
            .Attribute(DifyAttributes.RunId, run.Id)
            .Attribute(DifyAttributes.RunStatus, run.Status)
            .Attribute(DifyAttributes.WorkflowId, run.WorkflowId)
            .Attribute(DifyAttributes.TriggeredFrom, run.TriggeredFrom)
            .With(step => context.AddPerson(step, run.Creator))
            .Attribute(DifyAttributes.WorkflowVersion, run.Version)
            .Attribute(DifyAttributes.Input, Readable(run.Inputs))
            .Attribute(DifyAttributes.Output, Readable(run.Outputs))
            .Attribute(DifyAttributes.RecoveredError, run.Status == "partial-succeeded" ? run.Error : null)
            .Build();

    /// <param name="nodes">All nodes of one run.</param>
    /// <param name="branches">Of its canvas; null when that is not known.</param>
    public static IEnumerable<UpdatedFields> Of(
        IReadOnlyCollection<DifyNode> nodes,
        IReadOnlyDictionary<string, ParallelBranch>? branches,
        DifyContext context
    )
    {
        var tree = RunTree.Of(nodes, branches);
        foreach (var node in nodes)
        {
            var parent = tree.ParentOf(node.Id) ?? DifyIds.Workflow(node.RunId);
            foreach (var step in Of(node, fields => fields.Under(parent), context))
            {
                yield return step;
            }
        }

        foreach (var round in tree.Rounds)
        {
            yield return Of(round, context);
        }

        foreach (var branch in tree.Branches)
        {
            yield return Of(branch, context);
        }
    }

    /// <summary>A node by itself, where the others of its run are not at hand.</summary>
    public static IEnumerable<UpdatedFields> OfAlone(DifyNode node, DifyContext context)
    {
        var metadata = DifyJson.Object(node.Metadata);
        var place = RoundPlace.Of(metadata);
        if (place is not null)
        {
            yield return RoundAround(node.RunId, place, node.StartedAt, node.LastsUntil ?? node.StartedAt);
        }

        foreach (var own in RoundPlace.Within(node.Type, node.NodeId, metadata))
        {
            yield return Step(node, DifyIds.Round(node.RunId, own), node.ChangedAt).Under(DifyIds.Node(node.Id)).Build(isComplete: false);
        }

        // The canvas may put it into a branch of these.
        var parent = place is null ? DifyIds.Workflow(node.RunId) : DifyIds.Round(node.RunId, place);
        foreach (var step in Of(node, fields => fields.OrUnder(parent), context))
        {
            yield return step;
        }
    }

    /// <summary>The round around a node, as far as the node tells of it: under the run, until its container is known.</summary>
    /// <param name="container">The execution of the node whose round it is, where that is known.</param>
    public static UpdatedFields RoundAround(Guid runId, RoundPlace place, DateTimeOffset start, DateTimeOffset end, Guid? container = null)
    {
        var round = new StepFields(DifyIds.Trace(runId), DifyIds.Round(runId, place), container is null ? StepFields.Guessed : StepFields.Inferred);
        return round
            .Named(place.Name)
            .Under(container is { } node ? DifyIds.Node(node) : DifyIds.Workflow(runId))
            .Holding(start, end)
            .Attribute(DifyAttributes.Kind, "CHAIN")
            .Attribute(DifyAttributes.RunId, runId)
            .Attribute(DifyAttributes.RoundIndex, (decimal)place.Index)
            .Build(isComplete: false);
    }

    private static UpdatedFields Of(DifyRound round, DifyContext context) =>
        context
            .AddApp(Step(round.Container, round.SpanId, round.EndedAt), round.Container.AppId, round.Container.TenantId)
            .Named(round.Place.Name)
            .Under(DifyIds.Node(round.Container.Id))
            .Lasting(round.StartedAt, round.EndedAt)
            .Attribute(DifyAttributes.Kind, "CHAIN")
            .Attribute(DifyAttributes.RoundIndex, (decimal)round.Place.Index)
            .Build();

    private static UpdatedFields Of(DifyBranch branch, DifyContext context) =>
        context
            .AddApp(Step(branch.First, branch.SpanId, branch.EndedAt), branch.First.AppId, branch.First.TenantId)
            .Named(branch.Branch.Name)
            .Under(branch.ParentSpanId ?? DifyIds.Workflow(branch.First.RunId))
            .Lasting(branch.StartedAt, branch.EndedAt)
            .Attribute(DifyAttributes.Kind, "CHAIN")
            .Attribute(GenAiNames.OperationName, Span.ParallelBranch)
            .Build();

    private static IEnumerable<UpdatedFields> Of(DifyNode node, Action<StepFields> place, DifyContext context)
    {
        var process = DifyJson.Object(node.ProcessData);
        var outputs = DifyJson.Object(node.Outputs);
        var metadata = DifyJson.Object(node.Metadata);
        var step = context
            .AddApp(Step(node, DifyIds.Node(node.Id), node.ChangedAt), node.AppId, node.TenantId)
            .Named(node.Title.Length > 0 ? node.Title : node.Type)
            .With(place)
            .Lasting(node.StartedAt, node.LastsUntil)
            .Ended(node.Status, node.Error)
            .Attribute(DifyAttributes.NodeExecutionId, node.Id)
            .Attribute(DifyAttributes.NodeId, node.NodeId)
            .Attribute(DifyAttributes.NodeType, node.Type)
            .Attribute(DifyAttributes.NodeTitle, node.Title)
            .Attribute(DifyAttributes.NodeStatus, node.Status)
            .Attribute(DifyAttributes.NodeIndex, (decimal)node.Index)
            .With(step => context.AddPerson(step, node.Creator))
            .Attribute(GenAiNames.ErrorType, node.Status is "failed" or "exception" ? outputs?.Text("error_type") : null)
            .Attribute(DifyAttributes.RecoveredError, node.Status == "succeeded" ? node.Error : null)
            .Attribute(DifyAttributes.Cut, string.Join(", ", node.CutColumns))
            .Attribute(DifyAttributes.Metadata, Readable(node.Metadata));
        AddColumn(step, node, "inputs", DifyAttributes.Input, node.Inputs);
        AddColumn(step, node, "outputs", DifyAttributes.Output, node.Outputs);
        AddColumn(step, node, "process_data", DifyAttributes.ProcessData, node.ProcessData);
        AddKind(step, node, process, outputs, metadata);
        yield return step.Build();

        foreach (var attempt in Attempts(node, step.SpanId, process, context))
        {
            yield return attempt;
        }

        if (node.Type == "agent")
        {
            foreach (var below in OfAgent(node, step.SpanId, outputs, metadata, context))
            {
                yield return below;
            }
        }
    }

    private static void AddKind(StepFields step, DifyNode node, JsonElement? process, JsonElement? outputs, JsonElement? metadata)
    {
        if (IsModel(node.Type))
        {
            var usage = process?.Member("usage") ?? outputs?.Member("usage") ?? outputs?.Member("__usage");
            step.AddModel(process?.Text("model_provider"), process?.Text("model_name"))
                .AddPrompts(process?.Member("prompts"))
                .AddAnswer(
                    node.Type == "llm" ? outputs?.Text("text") : null,
                    outputs?.Text("reasoning_content"),
                    process?.Text("finish_reason") ?? outputs?.Text("finish_reason")
                )
                .AddUsage(usage);
            if (usage is null)
            {
                step.AddTokens(null, null, metadata?.Number("total_tokens")).AddPrice(metadata?.Number("total_price"), metadata?.Text("currency"));
            }
        }
        else if (node.Type == "knowledge-retrieval")
        {
            step.Attribute(GenAiNames.RetrievalQueryText, DifyJson.Object(node.Inputs)?.Text("query"))
                .Attribute(GenAiNames.RetrievalDocuments, outputs?.Text("result"));
        }
        else if (node.Type == "http-request")
        {
            step.Attribute("http.response.status_code", outputs?.Number("status_code"));
        }
    }

    // Tries that failed before the one the node tells of (Dify 1.16 and later). Times are Unix seconds.
    private static IEnumerable<UpdatedFields> Attempts(DifyNode node, string spanId, JsonElement? process, DifyContext context)
    {
        if (process?.Member("__dify_retry_history") is not { ValueKind: JsonValueKind.Array } history)
        {
            yield break;
        }

        var place = 0;
        foreach (var attempt in history.EnumerateArray())
        {
            var start = Time(attempt, "created_at") ?? node.StartedAt;
            yield return context
                .AddApp(Step(node, DifyIds.Attempt(node.Id, place++), node.ChangedAt), node.AppId, node.TenantId)
                .Named(string.Create(CultureInfo.InvariantCulture, $"{node.Title} ({place})"))
                .Under(spanId)
                .Lasting(start, Time(attempt, "finished_at") ?? start)
                .Ended("failed", attempt.Text("error"))
                .Attribute(DifyAttributes.Kind, "TASK")
                .Attribute(DifyAttributes.Input, attempt.Text("inputs"))
                .Attribute(DifyAttributes.Output, attempt.Text("outputs"))
                .Build();
        }
    }

    private static DateTimeOffset? Time(JsonElement element, string name) =>
        element.Number(name) is { } seconds and > 0 and < 253_402_300_799 ? DateTimeOffset.UnixEpoch.AddSeconds((double)seconds) : null;

    // What an agent spent on its model, apart from what it called: each of them is a step, so that nothing is counted twice or hidden by another.
    private static IEnumerable<UpdatedFields> OfAgent(DifyNode node, string spanId, JsonElement? outputs, JsonElement? metadata, DifyContext context)
    {
        var end = node.LastsUntil ?? node.StartedAt;
        var model = DifyJson.Object(node.Inputs)?.Member("model");
        if (outputs?.Member("usage") is { } usage)
        {
            yield return context
                .AddApp(Step(node, DifyIds.Answer(node.Id), node.ChangedAt), node.AppId, node.TenantId)
                .Named(model?.Text("model") ?? "model")
                .Under(spanId)
                .Lasting(node.StartedAt, end)
                .Attribute(DifyAttributes.Kind, "LLM")
                .AddModel(model?.Text("provider"), model?.Text("model"))
                .AddAnswer(outputs.Value.Text("text"), null, null)
                .With(step => step.AddUsage(usage))
                .Build();
        }

        var place = 0;
        foreach (var call in metadata is { } said ? ToolCalls.CallsIn(said) : [])
        {
            var data = call.Member("data");
            var seconds = (double)(call.Member("metadata")?.Number("elapsed_time") ?? 0);
            yield return context
                .AddApp(Step(node, DifyIds.Call(node.Id, place++), node.ChangedAt), node.AppId, node.TenantId)
                .Named(data?.Text("tool_name") ?? call.Text("label"))
                .Under(spanId)
                .Lasting(node.StartedAt, node.StartedAt.AddSeconds(Math.Clamp(seconds, 0, 86_400)))
                .Ended(call.Text("status") == "error" ? "failed" : "succeeded", call.Text("error"))
                .Attribute(DifyAttributes.Kind, "TOOL")
                .Attribute(GenAiNames.ToolCallArguments, data?.Text("tool_call_args"))
                .Attribute(GenAiNames.ToolCallResult, data?.Text("output"))
                .Build();
        }
    }

    private static StepFields Step(DifyNode node, string spanId, DateTimeOffset changedAt) =>
        new StepFields(DifyIds.Trace(node.RunId), spanId, StepFields.Read(changedAt)).Attribute(DifyAttributes.RunId, node.RunId);

    private static void AddColumn(StepFields step, DifyNode node, string column, string attribute, string? json)
    {
        if (node.CutColumns.Contains(column))
        {
            step.GuessedAttribute(attribute, Readable(json));
        }
        else
        {
            step.Attribute(attribute, Readable(json));
        }
    }

    private static string? Readable(string? json) => json is null or "{}" or "null" ? null : DifyJson.Readable(json);
}
