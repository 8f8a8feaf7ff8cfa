using System.Text.RegularExpressions;
using LlmObs.Domain.Spans;
using LlmObs.Domain.Traces;

namespace LlmObs.Domain.Cases;

/// <summary>What traces that went wrong the same way have in common, as one line.</summary>
/// <remarks>
/// Of a trace that failed: the names from its root to the first failing step, and the error's type, or its message without what varies.
/// Of any other: the name of its root and the steps it took, each once. Numbers in names become <c>#</c>.
/// </remarks>
public static partial class TraceFingerprint
{
    private const int MaxLength = 400;

    public static string Of(TraceTree tree)
    {
        var summary = TraceRollup.Summarise(tree);
        var line = summary.FirstError is { } error ? $"{string.Join(" › ", PathTo(tree, error))} · {Error(error)}" : Shape(tree);
        return line.Length > MaxLength ? line[..MaxLength] : line;
    }

    private static IEnumerable<string> PathTo(TraceTree tree, Span span)
    {
        var path = new List<TraceNode>();
        foreach (var node in tree.Rows)
        {
            path.RemoveRange(Math.Min(path.Count, node.Depth), Math.Max(0, path.Count - node.Depth));
            path.Add(node);
            if (node.Span.SpanId == span.SpanId)
            {
                break;
            }
        }

        return path.Select(node => Steady(node.Span.Name));
    }

    private static string Error(Span span) =>
        span.ErrorType is { Length: > 0 } type ? type : Steady(SpanMerge.OneLine(span.StatusMessage ?? "", 120));

    private static string Shape(TraceTree tree) =>
        $"{Steady(tree.Roots[0].Span.Name)} ({string.Join(", ", tree.Rows.Skip(1).Select(node => Steady(node.Span.Name)).Distinct().Order(StringComparer.Ordinal))})";

    private static string Steady(string text) => Varying().Replace(text, "#");

    [GeneratedRegex("""'[^']*'|"[^"]*"|\b[0-9a-fA-F-]{16,}\b|\d+""")]
    private static partial Regex Varying();
}
