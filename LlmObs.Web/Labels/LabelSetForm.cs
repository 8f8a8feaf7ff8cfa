using LlmObs.Domain.Labels;

namespace LlmObs.Web.Labels;

/// <summary>A label set as it is typed.</summary>
public sealed class LabelSetForm
{
    public string? Name { get; set; }
    public string? Question { get; set; }
    public LabelKind Kind { get; set; }

    /// <summary>One choice a line: <c>word | what it stands for</c>.</summary>
    public string? Choices { get; set; }

    /// <summary>One reason a line.</summary>
    public string? Reasons { get; set; }

    public string? Guide { get; set; }

    public LabelSet Read() =>
        new(
            Annotator.OneLine(Name),
            Annotator.OneLine(Question),
            Kind,
            Kind == LabelKind.Choice ? [.. Lines(Choices).Select(Choice)] : [],
            Lines(Reasons),
            string.IsNullOrWhiteSpace(Guide) ? null : Guide.ReplaceLineEndings("\n").Trim()
        );

    private static LabelChoice Choice(string line) =>
        line.Split('|', 2, StringSplitOptions.TrimEntries) is [var name, { Length: > 0 } about] ? new(name, about) : new(line.TrimEnd('|').Trim());

    private static List<string> Lines(string? text) =>
        [.. (text ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(Annotator.OneLine)];
}
