using System.Text.Json;

namespace LlmObs.Domain.Dify;

/// <summary>A step that started another workflow. Which run that was, Dify does not say.</summary>
/// <param name="Step">The span of the step.</param>
/// <param name="AppId">The app whose workflow was called.</param>
/// <param name="EndedAt">Null while it lasts.</param>
/// <param name="PassedAll">False of an agent's call: the tool's settings add what the model did not say.</param>
/// <param name="MayRepeat">It tried more than once: several runs may be its own.</param>
public sealed record DifyCall(
    Traces.SpanRef Step,
    Guid TenantId,
    Guid AppId,
    DifyCreator Creator,
    DifyInputs Inputs,
    bool PassedAll,
    DateTimeOffset StartedAt,
    DateTimeOffset? EndedAt,
    bool MayRepeat = false
);

/// <summary>Which app a published tool belongs to, by the tool's id and, within a tenant, by its name.</summary>
public sealed class DifyTools(IEnumerable<DifyTool> tools)
{
    private readonly Dictionary<Guid, DifyTool> byId = tools.ToDictionary(tool => tool.Id);
    private readonly ILookup<(Guid, string), DifyTool> byName = tools.ToLookup(tool => (tool.TenantId, tool.Name));

    public DifyTool? Find(Guid id) => byId.GetValueOrDefault(id);

    public DifyTool? Find(Guid tenantId, string name) => byName[(tenantId, name)].FirstOrDefault();
}

/// <summary>A workflow published as a tool.</summary>
public sealed record DifyTool(Guid Id, Guid TenantId, Guid AppId, string Name);

/// <summary>Finds the calls of other workflows in what Dify keeps of a step.</summary>
public static class ToolCalls
{
    /// <summary>Of a tool node the workflow it runs; of an agent node those it called as tools.</summary>
    public static IEnumerable<DifyCall> Of(DifyNode node, DifyTools tools)
    {
        if (DifyJson.Object(node.Metadata) is not { } metadata)
        {
            return [];
        }

        return node.Type switch
        {
            "tool" => OfTool(node, metadata, tools),
            "agent" => OfAgent(node, metadata, tools),
            _ => [],
        };
    }

    /// <summary>The calls of an agent app's step.</summary>
    public static IEnumerable<DifyCall> Of(DifyThought thought, DifyMessage message, Guid tenantId, DifyTools tools)
    {
        if (message.Creator is not { } creator || DifyJson.Object(thought.ToolInput) is not { } inputs)
        {
            yield break;
        }

        var meta = DifyJson.Object(thought.ToolMeta);
        foreach (var name in Names(thought))
        {
            var config = meta?.Member(name)?.Member("tool_config");
            var tool = config?.Id("tool_provider") is { } id ? tools.Find(id) : tools.Find(tenantId, name);
            if (tool is not null && inputs.Member(name) is { } arguments && DifyInputs.Of(arguments) is { } passed)
            {
                // The thought's own time is when its calls began, or when they were written down: the message holds them either way.
                yield return new(
                    new(message.TraceId, DifyIds.Call(message.Id, name, thought.CreatedAt)),
                    tool.TenantId,
                    tool.AppId,
                    creator,
                    passed,
                    false,
                    message.CreatedAt,
                    message.IsOpen
                        ? null
                        : message.CreatedAt.AddSeconds(Math.Max(message.Latency, (message.UpdatedAt - message.CreatedAt).TotalSeconds))
                );
            }
        }
    }

    /// <summary>The tools a step called, in order.</summary>
    public static string[] Names(DifyThought thought) =>
        thought.Tool?.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];

    /// <summary>The entries of an agent's log that are calls: <c>CALL name</c>.</summary>
    public static IReadOnlyList<JsonElement> CallsIn(JsonElement metadata) =>
        metadata.Member("agent_log") is { ValueKind: JsonValueKind.Array } log
            ? [.. log.EnumerateArray().Where(entry => entry.Text("label")?.StartsWith("CALL ", StringComparison.Ordinal) == true)]
            : [];

    private static IEnumerable<DifyCall> OfTool(DifyNode node, JsonElement metadata, DifyTools tools)
    {
        if (
            metadata.Member("tool_info") is { } info
            && info.Text("provider_type") == "workflow"
            && info.Id("provider_id") is { } id
            && tools.Find(id) is { } tool
            && DifyInputs.Of(node.Inputs) is { } passed
        )
        {
            var mayRepeat = node.Status == "retry" || (node.Status == "succeeded" && !string.IsNullOrEmpty(node.Error));
            var step = Step(node, DifyIds.Node(node.Id));
            yield return new(step, tool.TenantId, tool.AppId, node.Creator, passed, true, node.StartedAt, node.LastsUntil, mayRepeat);
        }
    }

    private static IEnumerable<DifyCall> OfAgent(DifyNode node, JsonElement metadata, DifyTools tools)
    {
        var place = 0;
        foreach (var entry in CallsIn(metadata))
        {
            var data = entry.Member("data");
            if (
                data?.Text("tool_name") is { } name
                && tools.Find(node.TenantId, name) is { } tool
                && data.Value.Member("tool_call_args") is { } arguments
                && DifyInputs.Of(arguments) is { } passed
            )
            {
                var step = Step(node, DifyIds.Call(node.Id, place));
                yield return new(step, tool.TenantId, tool.AppId, node.Creator, passed, false, node.StartedAt, node.LastsUntil);
            }

            place++;
        }
    }

    private static Traces.SpanRef Step(DifyNode node, string spanId) => new(DifyIds.Trace(node.RunId), spanId);
}
