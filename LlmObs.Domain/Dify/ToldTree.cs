namespace LlmObs.Domain.Dify;

/// <summary>Where a told span belongs.</summary>
/// <param name="ContainerId">Of a node the iteration or loop around it, as far as the spans nest.</param>
/// <param name="Caller">Of a run the node that started it.</param>
/// <param name="OuterSpanId">Of a run: the span around it, which does not tell of Dify's steps or has not come yet.</param>
/// <param name="IsCallerOpen">A node started it, of a run that is not known yet.</param>
public sealed record ToldPlace(
    Guid RunId,
    Guid? ContainerId = null,
    ToldCaller? Caller = null,
    string? OuterSpanId = null,
    bool IsCallerOpen = false
);

public readonly record struct ToldCaller(Guid RunId, Guid NodeId);

/// <summary>
/// Tells which run each told span of an OpenTelemetry trace is of. A node names only its own execution: the run is named by the span of the run
/// around it, or by whoever told of any node of the same run before.
/// </summary>
/// <param name="spans">All that have come so far, of one trace.</param>
/// <param name="runsOfNodes">Runs of node executions that are known from elsewhere.</param>
public sealed class ToldTree(IEnumerable<ToldSpan> spans, IReadOnlyDictionary<Guid, Guid> runsOfNodes)
{
    private readonly Dictionary<string, ToldSpan> byId = spans.ToDictionary(span => span.SpanId, StringComparer.Ordinal);
    private ILookup<string, ToldSpan>? nodesByScope;
    private ILookup<string?, ToldSpan>? byParent;

    /// <summary>Null while its run is not known.</summary>
    public ToldPlace? PlaceOf(string spanId)
    {
        var span = byId[spanId];
        if ((span.Kind == ToldKind.Root ? RunBelow(span) : RunOf(span)) is not { } run)
        {
            return null;
        }

        return span.Kind switch
        {
            ToldKind.Node => new(run, ContainerId: Above(span).TakeWhile(above => above.Kind != ToldKind.Run).FirstOrDefault()?.NodeId),
            ToldKind.Run => OfRun(span, run),
            _ => new(run),
        };
    }

    private ToldPlace OfRun(ToldSpan span, Guid run)
    {
        var above = Above(span).ToList();
        if (above.Find(outer => outer.Kind == ToldKind.Node) is { NodeId: { } node } caller)
        {
            return RunOf(caller) is { } callerRun ? new(run, Caller: callerRun == run ? null : new(callerRun, node)) : new(run, IsCallerOpen: true);
        }

        return new(run, OuterSpanId: above.Count == 0 ? span.ParentSpanId : null);
    }

    private Guid? RunBelow(ToldSpan root)
    {
        byParent ??= byId.Values.ToLookup(span => span.ParentSpanId);
        return byParent[root.SpanId].Where(span => span.Kind == ToldKind.Run).Select(RunOf).FirstOrDefault(run => run is not null);
    }

    private Guid? RunOf(ToldSpan span)
    {
        if (span.RunId is { } own)
        {
            return own;
        }

        if (span is { Kind: ToldKind.Node, NodeId: { } node } && runsOfNodes.TryGetValue(node, out var known))
        {
            return known;
        }

        var scope = ScopeOf(span);
        return byId.GetValueOrDefault(scope)?.RunId ?? RunWithin(scope);
    }

    // Nodes that are known to be of different runs leave it open for the others.
    private Guid? RunWithin(string scope)
    {
        nodesByScope ??= byId.Values.Where(span => span.Kind == ToldKind.Node).ToLookup(ScopeOf, StringComparer.Ordinal);
        var runs = nodesByScope[scope].Where(node => runsOfNodes.ContainsKey(node.NodeId!.Value)).Select(node => runsOfNodes[node.NodeId!.Value]);
        return runs.Distinct().Take(2).ToList() is [var only] ? only : null;
    }

    // What is of one run lies under one span: that of the run, or one that has not come.
    private string ScopeOf(ToldSpan span)
    {
        var outermost = span;
        foreach (var at in Above(span).Prepend(span))
        {
            outermost = at;
            if (at.Kind == ToldKind.Run)
            {
                return at.SpanId;
            }
        }

        return outermost.ParentSpanId ?? outermost.SpanId;
    }

    // A sender may name a span its own ancestor.
    private IEnumerable<ToldSpan> Above(ToldSpan span)
    {
        var seen = new HashSet<string>([span.SpanId], StringComparer.Ordinal);
        for (var at = span; at.ParentSpanId is { } parent && seen.Add(parent) && byId.TryGetValue(parent, out var above); at = above)
        {
            yield return above;
        }
    }
}
