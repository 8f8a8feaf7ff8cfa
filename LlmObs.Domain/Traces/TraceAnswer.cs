using LlmObs.Domain.Spans;

namespace LlmObs.Domain.Traces;

/// <summary>What a request was answered.</summary>
public static class TraceAnswer
{
    /// <summary>The spans whose output may be the answer, the likeliest first: the root, then the model call that ended last.</summary>
    public static IReadOnlyList<Span> Candidates(TraceTree tree)
    {
        var root = (tree.Roots.FirstOrDefault(node => !node.IsOrphan) ?? tree.Roots[0]).Span;
        var lastCall = tree.Rows.Select(node => node.Span).Where(span => span.Kind == SpanKind.Llm).MaxBy(span => span.EndUnixNano);
        return lastCall is null || lastCall.SpanId == root.SpanId ? [root] : [root, lastCall];
    }

    /// <summary>What a span said: the words of its output messages, else its output as it was sent; null when it said nothing.</summary>
    public static string? Text(SpanContent content)
    {
        var said = content
            .Messages.Where(message => message.Direction == "output")
            .SelectMany(message => message.Parts)
            .Where(part => part is { Type: "text", Content.Length: > 0 })
            .Select(part => part.Content!)
            .ToList();
        return said.Count > 0 ? string.Join("\n\n", said)
            : string.IsNullOrWhiteSpace(content.Output) ? null
            : content.Output;
    }
}
