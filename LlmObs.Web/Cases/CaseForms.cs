using LlmObs.Domain.Cases;
using LlmObs.Domain.Labels;

namespace LlmObs.Web.Cases;

/// <summary>A cause as it is typed.</summary>
public class CauseForm
{
    /// <summary>Empty: not known yet.</summary>
    public string? Category { get; set; }

    /// <summary>The step where it is.</summary>
    public string? Span { get; set; }

    /// <summary>The trace of that step.</summary>
    public string? Trace { get; set; }

    public string? Note { get; set; }

    public bool IsTooLong => Note?.Length > CaseCause.MaxNote;

    /// <summary>What was typed, without what only looks like something; null for nothing.</summary>
    public string? CleanNote => string.IsNullOrWhiteSpace(Note) ? null : Note.ReplaceLineEndings("\n").Trim();

    /// <summary>Null when no category, or none that there is, was chosen.</summary>
    public CaseCause? Cause =>
        CaseCause.Categories.FirstOrDefault(known => known == Category) is { } category
            ? new(category, string.IsNullOrEmpty(Span) ? null : Trace, string.IsNullOrEmpty(Span) ? null : Span, CleanNote)
            : null;
}

/// <summary>A new case as it is typed.</summary>
public sealed class NewCaseForm : CauseForm
{
    public string? Title { get; set; }
    public string? Owner { get; set; }

    /// <summary>trace, score, feedback or label.</summary>
    public string? From { get; set; }

    /// <summary>The score that made somebody look.</summary>
    public string? Score { get; set; }

    public string CleanTitle => Annotator.OneLine(Title);

    public string? CleanOwner => Annotator.Read(Owner);

    public string CleanFrom => Case.Origins.FirstOrDefault(origin => origin == From) ?? Case.Origins[0];

    /// <summary>The field that cannot be taken: title, owner or note; null when all can.</summary>
    public string? Fault() =>
        CleanTitle.Length is 0 or > Case.MaxTitle ? "title"
        : CleanOwner is null && Annotator.OneLine(Owner).Length > 0 ? "owner"
        : IsTooLong ? "note"
        : null;
}
