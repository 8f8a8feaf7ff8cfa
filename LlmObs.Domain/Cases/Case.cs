using LlmObs.Domain.Labels;

namespace LlmObs.Domain.Cases;

/// <summary>How far a case is.</summary>
public enum CaseState
{
    /// <summary>Something was wrong; nobody knows why.</summary>
    New = 0,

    /// <summary>The cause was found.</summary>
    Located = 1,

    /// <summary>A release is said to mend it.</summary>
    Fixed = 2,

    /// <summary>Somebody saw that it does.</summary>
    Verified = 3,
}

public static class CaseStates
{
    /// <summary>The word used in URLs and SQL: <c>new</c>, <c>located</c>, <c>fixed</c>, <c>verified</c>.</summary>
    public static string Word(this CaseState state) => state.ToString().ToLowerInvariant();

    public static CaseState? Read(string? word) =>
        Enum.GetValues<CaseState>().Cast<CaseState?>().FirstOrDefault(state => state!.Value.Word() == word);

    /// <summary>Whether a case may go from one state to another. Back goes from a fix that is none: to located, or to new when the cause was wrong too.</summary>
    public static bool MayBecome(this CaseState from, CaseState to) =>
        (from, to) switch
        {
            (CaseState.New, CaseState.Located) => true,
            (CaseState.Located, CaseState.Fixed or CaseState.New) => true,
            (CaseState.Fixed, CaseState.Verified or CaseState.Located or CaseState.New) => true,
            (CaseState.Verified, CaseState.Located or CaseState.New) => true,
            _ => false,
        };
}

/// <summary>Why it went wrong.</summary>
/// <param name="Category">One of <see cref="Categories"/>.</param>
/// <param name="TraceId">With <paramref name="SpanId"/> the step where it is; null when it is in none.</param>
public sealed record CaseCause(string Category, string? TraceId, string? SpanId, string? Note)
{
    public const int MaxNote = 4000;

    /// <summary>Where causes of wrong answers are found.</summary>
    public static readonly IReadOnlyList<string> Categories =
    [
        "prompt",
        "retrieval",
        "schema",
        "model",
        "tool",
        "data",
        "application",
        "infrastructure",
        "question",
        "other",
    ];
}

/// <summary>A case of something that went wrong, from its report to the proof of its fix.</summary>
/// <param name="Fingerprint">What traces like it have in common; see <see cref="TraceFingerprint"/>. Null when nothing is known of its trace.</param>
/// <param name="OpenedFrom"><c>trace</c>, <c>score</c>, <c>feedback</c> or <c>label</c>.</param>
/// <param name="FixedIn">The release that is to mend it.</param>
/// <param name="CauseConfirmed">What the review said of the cause; null before one.</param>
public sealed record Case(
    long Id,
    string Title,
    CaseState State,
    string? Owner,
    CaseCause? Cause,
    string? FixedIn,
    bool? CauseConfirmed,
    string? Fingerprint,
    string OpenedFrom,
    string OpenedBy,
    DateTimeOffset OpenedAt
)
{
    /// <summary>The score that made somebody look; null when none did.</summary>
    public string? ScoreId { get; init; }

    public const int MaxTitle = 300;
    public const int MaxRelease = 200;
    public const int MaxOwner = Annotator.MaxName;

    /// <summary>Where a case may come from.</summary>
    public static readonly IReadOnlyList<string> Origins = ["trace", "score", "feedback", "label"];

    /// <summary>The origin of a case that is opened because of a score from there.</summary>
    /// <param name="source">As <see cref="Scores.Score.Source"/>.</param>
    public static string OriginOf(string source) =>
        source switch
        {
            "human" => "label",
            "feedback" => "feedback",
            _ => "score",
        };
}

/// <summary>One line of a case's history.</summary>
/// <param name="Kind"><c>opened</c>, <c>located</c>, <c>fixed</c>, <c>verified</c>, <c>reopened</c>, <c>cause</c>, <c>confirmed</c>, <c>refuted</c>, <c>owner</c>, <c>traces</c> or <c>note</c>.</param>
/// <param name="Detail">The category, the release, the owner, how many traces, or the note itself.</param>
public sealed record CaseEvent(DateTimeOffset At, string By, string Kind, string? Detail);
