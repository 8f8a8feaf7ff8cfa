using LlmObs.Domain.Spans;

namespace LlmObs.Domain.Traces;

/// <summary>Who is whose parent among spans that stand in order of time, by their index: a forest, whatever the spans say.</summary>
internal sealed class TraceTies
{
    private const int None = -1;
    private static readonly List<int> Nobody = [];

    private readonly IReadOnlyList<Span> spans;
    private readonly int[] parents;
    private readonly TraceJoin?[] joins;
    private readonly bool[] cut;
    private readonly Dictionary<int, List<int>> children = [];
    private readonly List<int> roots = [];

    private TraceTies(IReadOnlyList<Span> spans)
    {
        this.spans = spans;
        parents = new int[spans.Count];
        joins = new TraceJoin?[spans.Count];
        cut = new bool[spans.Count];
    }

    public IReadOnlyList<int> Roots => roots;

    public IReadOnlyList<int> Children(int span) => children.GetValueOrDefault(span, Nobody);

    public int? Parent(int span) => parents[span] == None ? null : parents[span];

    public bool IsCut(int span) => cut[span];

    public bool IsOrphan(int span) => parents[span] == None && !cut[span] && spans[span].ParentSpanId is { Length: > 0 };

    public TraceJoin? Join(int span) => parents[span] == None ? null : joins[span];

    public static TraceTies Of(IReadOnlyList<Span> spans, IReadOnlyCollection<TraceJoin> joins)
    {
        var ties = new TraceTies(spans);
        ties.Find(joins);
        ties.CutCycles();
        for (var i = 0; i < spans.Count; i++)
        {
            var siblings =
                ties.parents[i] == None ? ties.roots
                : ties.children.TryGetValue(ties.parents[i], out var known) ? known
                : ties.children[ties.parents[i]] = [];
            siblings.Add(i);
        }

        return ties;
    }

    /// <summary>The parent a span names, in its own trace; else where its trace hangs; else the one span of another trace with the id it names.</summary>
    private void Find(IReadOnlyCollection<TraceJoin> known)
    {
        var places = new Dictionary<SpanRef, int>(spans.Count);
        for (var i = 0; i < spans.Count; i++)
        {
            places[new(spans[i].TraceId, spans[i].SpanId)] = i;
        }

        var hanging = Settled(known, places);

        // A trace hangs by its root; by its orphans only while the root has not come.
        var rooted = spans.Where(span => string.IsNullOrEmpty(span.ParentSpanId)).Select(span => span.TraceId).ToHashSet(StringComparer.Ordinal);
        var elsewhere = spans.Select(span => span.TraceId).Distinct().Skip(1).Any()
            ? spans.Select((span, at) => (span, at)).ToLookup(pair => pair.span.SpanId, pair => pair.at)
            : null;
        for (var i = 0; i < spans.Count; i++)
        {
            var (trace, named) = (spans[i].TraceId, spans[i].ParentSpanId is { Length: > 0 } id ? id : null);
            parents[i] = None;
            if (named is not null && places.TryGetValue(new(trace, named), out var own))
            {
                parents[i] = own;
            }
            else if (named is not null && elsewhere?[named].ToList() is [var other])
            {
                parents[i] = other;
            }
            else if (hanging.TryGetValue(trace, out var join) && (named is null || !rooted.Contains(trace)))
            {
                (parents[i], joins[i]) = (places[join.Parent!.Value], join);
            }
        }
    }

    /// <summary>By trace the join that counts: what was said before what was worked out.</summary>
    private static Dictionary<string, TraceJoin> Settled(IReadOnlyCollection<TraceJoin> known, Dictionary<SpanRef, int> places) =>
        known
            .Where(join => join.Parent is { } parent && parent.TraceId != join.ChildTraceId && places.ContainsKey(parent))
            .OrderBy(join => join.IsInferred)
            .ThenBy(join => join.Basis, StringComparer.Ordinal)
            .DistinctBy(join => join.ChildTraceId)
            .ToDictionary(join => join.ChildTraceId, StringComparer.Ordinal);

    /// <summary>The earliest span of every cycle loses its parent, so that what is left is a forest.</summary>
    private void CutCycles()
    {
        // 0: not seen; else the number of the walk that came by first.
        var seen = new int[spans.Count];
        for (var start = 0; start < spans.Count; start++)
        {
            var at = start;
            while (at != None && seen[at] == 0)
            {
                seen[at] = start + 1;
                at = parents[at];
            }

            if (at != None && seen[at] == start + 1)
            {
                Cut(at);
            }
        }
    }

    private void Cut(int onCycle)
    {
        var earliest = onCycle;
        for (var at = parents[onCycle]; at != onCycle; at = parents[at])
        {
            earliest = Math.Min(earliest, at);
        }

        (parents[earliest], cut[earliest]) = (None, true);
    }
}
