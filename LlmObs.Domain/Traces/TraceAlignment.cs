using LlmObs.Domain.Spans;

namespace LlmObs.Domain.Traces;

/// <summary>A step of two traces; null where one of them has none.</summary>
/// <param name="Depth">0 for a root.</param>
public sealed record AlignedStep(int Depth, TraceNode? Left, TraceNode? Right);

/// <summary>
/// Two trees beside one another. Steps belong together when their kinds and names are equal and what contains them belongs together;
/// among several the order decides, so that a step that was added or left out moves no other.
/// </summary>
public static class TraceAlignment
{
    // Above, siblings are taken one after the other instead: the best order of 100,000 by 100,000 is not worth a minute.
    private const long MostComparisons = 4_000_000;

    public static IReadOnlyList<AlignedStep> Of(TraceTree left, TraceTree right)
    {
        var steps = new List<AlignedStep>();
        var stack = new Stack<AlignedStep>();
        Push(left.Roots, right.Roots, 0);
        while (stack.TryPop(out var step))
        {
            steps.Add(step);
            Push(step.Left?.Children ?? [], step.Right?.Children ?? [], step.Depth + 1);
        }

        return steps;

        void Push(IReadOnlyList<TraceNode> left, IReadOnlyList<TraceNode> right, int depth)
        {
            foreach (var (a, b) in Pairs(left, right).AsEnumerable().Reverse())
            {
                stack.Push(new(depth, a, b));
            }
        }
    }

    private static List<(TraceNode?, TraceNode?)> Pairs(IReadOnlyList<TraceNode> left, IReadOnlyList<TraceNode> right)
    {
        var pairs = new List<(TraceNode?, TraceNode?)>(Math.Max(left.Count, right.Count));
        var (a, b) = (0, 0);
        foreach (var (nextA, nextB) in Common(left, right).Append((left.Count, right.Count)))
        {
            for (; a < nextA; a++)
            {
                pairs.Add((left[a], null));
            }

            for (; b < nextB; b++)
            {
                pairs.Add((null, right[b]));
            }

            if (nextA < left.Count)
            {
                pairs.Add((left[a++], right[b++]));
            }
        }

        return pairs;
    }

    /// <summary>The longest run of equal steps that both have in the same order, as indexes.</summary>
    private static List<(int, int)> Common(IReadOnlyList<TraceNode> left, IReadOnlyList<TraceNode> right) =>
        (long)left.Count * right.Count <= MostComparisons ? Longest(left, right) : OneAfterTheOther(left, right);

    private static List<(int, int)> Longest(IReadOnlyList<TraceNode> left, IReadOnlyList<TraceNode> right)
    {
        var lengths = new int[left.Count + 1, right.Count + 1];
        for (var a = left.Count - 1; a >= 0; a--)
        {
            for (var b = right.Count - 1; b >= 0; b--)
            {
                lengths[a, b] = IsSame(left[a], right[b]) ? lengths[a + 1, b + 1] + 1 : Math.Max(lengths[a + 1, b], lengths[a, b + 1]);
            }
        }

        var common = new List<(int, int)>();
        for (var (a, b) = (0, 0); a < left.Count && b < right.Count; )
        {
            if (IsSame(left[a], right[b]))
            {
                common.Add((a++, b++));
            }
            else if (lengths[a + 1, b] >= lengths[a, b + 1])
            {
                a++;
            }
            else
            {
                b++;
            }
        }

        return common;
    }

    private static List<(int, int)> OneAfterTheOther(IReadOnlyList<TraceNode> left, IReadOnlyList<TraceNode> right)
    {
        var places = right
            .Select((node, at) => (Step: Key(node), at))
            .GroupBy(pair => pair.Step, pair => pair.at)
            .ToDictionary(group => group.Key, group => new Queue<int>(group));
        var common = new List<(int, int)>();
        var reached = -1;
        for (var a = 0; a < left.Count; a++)
        {
            if (places.TryGetValue(Key(left[a]), out var at))
            {
                while (at.Count > 0 && at.Peek() <= reached)
                {
                    at.Dequeue();
                }

                if (at.TryDequeue(out var b))
                {
                    common.Add((a, b));
                    reached = b;
                }
            }
        }

        return common;
    }

    private static bool IsSame(TraceNode a, TraceNode b) => Key(a) == Key(b);

    private static (SpanKind, string) Key(TraceNode node) => (node.Span.Kind, node.Span.Name);
}
