namespace LlmObs.Domain.Labels;

/// <summary>What kind of answer a label is.</summary>
public enum LabelKind
{
    /// <summary>One of up to ten words.</summary>
    Choice = 0,

    /// <summary>A whole number from 1 to 5.</summary>
    Scale = 1,

    /// <summary>Free text.</summary>
    Text = 2,

    /// <summary>A passage of the answer, quoted.</summary>
    Passage = 3,
}

/// <summary>A word to choose.</summary>
/// <param name="About">What it stands for, in a few words.</param>
public sealed record LabelChoice(string Name, string? About = null);

/// <summary>A question people answer about what was recorded. Its name is the name of the scores it gives.</summary>
/// <param name="Choices">In the order of their keys: 1 to 9, then 0. Empty for other kinds.</param>
/// <param name="Reasons">Words that may be ticked beside the answer.</param>
/// <param name="Guide">How to decide, for people who label.</param>
public sealed record LabelSet(
    string Name,
    string Question,
    LabelKind Kind,
    IReadOnlyList<LabelChoice> Choices,
    IReadOnlyList<string> Reasons,
    string? Guide
)
{
    public const int MaxName = 60;
    public const int MaxQuestion = 200;
    public const int MaxChoices = 10;
    public const int MaxChoice = 80;
    public const int MaxAbout = 200;
    public const int MaxReasons = 30;
    public const int MaxGuide = 10_000;
    public const int MaxText = 4000;
    public const int MaxNote = 4000;
    public const int ScaleTop = 5;

    /// <summary>The values two people can agree on; empty for free text and passages.</summary>
    public IReadOnlyList<string> Values =>
        Kind switch
        {
            LabelKind.Choice => [.. Choices.Select(choice => choice.Name)],
            LabelKind.Scale =>
            [
                .. Enumerable.Range(1, ScaleTop).Select(number => number.ToString(System.Globalization.CultureInfo.InvariantCulture)),
            ],
            _ => [],
        };

    /// <summary>The value as it is kept; null when this set has no such value. Choices are found whatever their case.</summary>
    public string? Read(string? text)
    {
        var value = text?.ReplaceLineEndings("\n").Trim() ?? "";
        return Kind switch
        {
            LabelKind.Choice or LabelKind.Scale => Values.FirstOrDefault(known => known.Equals(value, StringComparison.OrdinalIgnoreCase)),
            _ => value.Length is > 0 and <= MaxText ? value : null,
        };
    }

    /// <summary>What is wrong with the set, with the field and the limit; null when it can be kept.</summary>
    public (string Field, string Problem)? Fault() =>
        Length("name", Name, 1, MaxName)
        ?? Length("question", Question, 1, MaxQuestion)
        ?? (Guide is null ? null : Length("guide", Guide, 0, MaxGuide))
        ?? (Kind == LabelKind.Choice ? ChoiceFault() : null)
        ?? (
            Reasons.Count > MaxReasons ? ("reasons", $"are {Reasons.Count}; the limit is {MaxReasons}.")
            : Reasons.Select(reason => Length("reasons", reason, 1, MaxChoice)).FirstOrDefault(fault => fault is not null) is { } reason ? reason
            : null
        );

    private (string, string)? ChoiceFault() =>
        Choices.Count is < 2 or > MaxChoices ? ("choices", $"are {Choices.Count}; there have to be 2 to {MaxChoices}.")
        : Choices.DistinctBy(choice => choice.Name, StringComparer.OrdinalIgnoreCase).Count() < Choices.Count
            ? ("choices", "hold the same word twice.")
        : Choices
            .Select(choice => Length("choices", choice.Name, 1, MaxChoice) ?? Length("choices", choice.About ?? "", 0, MaxAbout))
            .FirstOrDefault(fault => fault is not null);

    private static (string, string)? Length(string field, string text, int min, int max) =>
        text.Trim().Length < min ? (field, "is empty.")
        : text.Length > max ? (field, $"has {text.Length} characters; the limit is {max}.")
        : null;
}
