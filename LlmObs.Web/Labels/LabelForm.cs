using LlmObs.Domain.Labels;

namespace LlmObs.Web.Labels;

/// <summary>A label as it is typed.</summary>
public sealed class LabelForm
{
    public string? Value { get; set; }
    public IReadOnlyList<string> Reasons { get; set; } = [];
    public string? Note { get; set; }

    public string? CleanNote => string.IsNullOrWhiteSpace(Note) ? null : Note.ReplaceLineEndings("\n").Trim();

    public static LabelForm Of(Label label) =>
        new()
        {
            Value = label.Value,
            Reasons = label.Reasons,
            Note = label.Note,
        };

    public IReadOnlyList<string> KnownReasons(LabelSet set) => [.. set.Reasons.Where(Reasons.Contains)];
}
