namespace LlmObs.Domain.Labels;

/// <summary>What a label says, as a table of people's own holds it, in one normal form: two that mean the same are equal.</summary>
public sealed record LabelValues
{
    public static readonly LabelValues Empty = new();

    /// <summary>Null when nothing was said.</summary>
    public string? Value
    {
        get;
        init => field = Normal(value);
    }

    /// <summary>Each once, in the order of their code points, one a line.</summary>
    public string Reasons { get; private init; } = "";

    public string? Note
    {
        get;
        init => field = Normal(value);
    }

    public IReadOnlyList<string> ReasonList => Reasons.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    public static LabelValues Of(string? value, IEnumerable<string> reasons, string? note) =>
        new()
        {
            Value = value,
            Reasons = string.Join('\n', reasons.Select(Normal).OfType<string>().Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)),
            Note = note,
        };

    public static LabelValues Of(Label? label) => label is null ? Empty : Of(label.Value, label.Reasons, label.Note);

    private static string? Normal(string? text) => text?.ReplaceLineEndings("\n").Trim() is { Length: > 0 } said ? said : null;
}

/// <summary>What to do about a row that both sides may have changed.</summary>
public enum RowMerge
{
    /// <summary>Both say the same.</summary>
    Equal,

    /// <summary>Only we changed it.</summary>
    WriteOurs,

    /// <summary>Only the table changed it.</summary>
    TakeTheirs,

    /// <summary>Both changed it, each in another way: people decide.</summary>
    Conflict,
}

public static class RowMerging
{
    /// <param name="agreed">What both had when they last met.</param>
    public static RowMerge Merge(LabelValues agreed, LabelValues ours, LabelValues theirs) =>
        ours == theirs ? RowMerge.Equal
        : theirs == agreed ? RowMerge.WriteOurs
        : ours == agreed ? RowMerge.TakeTheirs
        : RowMerge.Conflict;
}
