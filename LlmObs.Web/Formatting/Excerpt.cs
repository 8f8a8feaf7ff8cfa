using LlmObs.Domain.Spans;

namespace LlmObs.Web.Formatting;

/// <summary>The beginning of a text on one line.</summary>
public static class Excerpt
{
    /// <summary>At most <paramref name="limit"/> characters, white space folded; … says that it goes on.</summary>
    public static string Of(string? text, int limit)
    {
        var line = SpanMerge.OneLine(text ?? "", limit + 1);
        return line.Length <= limit ? line : SpanMerge.OneLine(line, limit) + "…";
    }
}
