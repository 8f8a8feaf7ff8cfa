using LlmObs.Domain.Spans;
using LlmObs.Domain.Traces;
using LlmObs.Storage.Reading;
using LlmObs.Web.Shell;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace LlmObs.Web.Pages.Sessions;

/// <summary>A conversation: every question with its answer, its trace, what it cost and what was said of it.</summary>
public sealed class DetailsModel(SessionReader sessions, CurrentProject current) : PageModel
{
    public const int PageSize = 50;
    private const int LongestAnswer = 20_000;
    private const int TallChars = 1200;
    private const int TallLines = 24;

    [BindProperty(SupportsGet = true, BinderType = typeof(PathIdBinder))]
    public string SessionId { get; set; } = "";

    /// <summary>Turns before the first one shown.</summary>
    [BindProperty(SupportsGet = true)]
    public int Skip { get; set; }

    public Session Session { get; private set; } = null!;

    public IReadOnlyList<Cost> Costs { get; private set; } = [];

    public TokenUsage? Usage { get; private set; }

    public int Failed => Session.Turns.Count(turn => turn.Summary.Status == SpanStatus.Error);

    public string Title => Session.Turns.Select(turn => turn.Summary.Question).FirstOrDefault(question => question is not null) ?? SessionId;

    public IReadOnlyList<string> Users => [.. Session.Turns.Select(turn => turn.Summary.UserId).OfType<string>().Distinct()];

    public bool HasMore => Session.Skipped + Session.Turns.Count < Session.TurnCount;

    public async Task<IActionResult> OnGetAsync(CancellationToken cancellationToken)
    {
        if (await sessions.ReadAsync(current.Id, SessionId, Math.Max(0, Skip), PageSize, cancellationToken) is not { } session)
        {
            return NotFound();
        }

        Session = session;
        Costs = Cost.ByCurrency([.. session.Turns.SelectMany(turn => turn.Summary.Costs)]);
        Usage = session.Turns.Select(turn => turn.Summary.Usage).Aggregate((TokenUsage?)null, TokenUsage.Add);
        return Page();
    }

    /// <summary>The beginning of an answer, as much as reads well between others; the whole is in its trace.</summary>
    public static string Beginning(string answer) =>
        answer.Length <= LongestAnswer ? answer : answer[..(char.IsHighSurrogate(answer[LongestAnswer - 1]) ? LongestAnswer - 1 : LongestAnswer)];

    /// <summary>Would push the next turn off the screen, so only its beginning is shown until it is unfolded.</summary>
    public bool IsTall(string answer) => answer.Length > TallChars || answer.AsSpan().Count('\n') > TallLines;

    public string At(int skip) => Links.Session(current.Project, SessionId, skip);
}
