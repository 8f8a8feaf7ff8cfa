using LlmObs.Domain.Cases;
using LlmObs.Domain.Scores;
using LlmObs.Storage.Cases;
using LlmObs.Storage.Labels;
using LlmObs.Storage.Reading;
using LlmObs.Web.Access;
using LlmObs.Web.Cases;
using LlmObs.Web.Shell;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace LlmObs.Web.Pages.Cases;

/// <summary>Opens a case of a trace. The trace page's own form posts here, too.</summary>
public sealed class NewModel(CaseBook book, CaseReader cases, TraceReader traces, ScoreReader scores, LabelReader labels, CurrentProject current)
    : PageModel
{
    public NewCaseForm Form { get; private set; } = new();
    public TraceLook Look { get; private set; } = null!;

    /// <summary>Cases the trace belongs to already.</summary>
    public IReadOnlyList<CaseRow> Known { get; private set; } = [];

    /// <summary>The score that made somebody look; null when none did.</summary>
    public Score? Score { get; private set; }

    public IReadOnlyList<string> People { get; private set; } = [];

    /// <summary>The field that could not be taken: title, owner or note.</summary>
    public string? Fault { get; private set; }

    public async Task<IActionResult> OnGetAsync(string? trace, string? span, string? from, string? score, CancellationToken cancellationToken)
    {
        if (User.PersonName() is null)
        {
            return Redirect(Links.Name(current.Project, Request.Path + Request.QueryString));
        }

        if (!await LookAsync(trace, score, cancellationToken))
        {
            return NotFound();
        }

        Form = new()
        {
            Title = Look.Title,
            Trace = trace,
            Span = span ?? Look.Cause?.SpanId,
            Note = Score?.Comment,
            From = Score is { } given ? Case.OriginOf(given.Source) : from,
            Score = Score?.Id,
        };
        return Page();
    }

    public async Task<IActionResult> OnPostAsync(NewCaseForm form, CancellationToken cancellationToken)
    {
        Form = form;
        if (!await LookAsync(form.Trace, form.Score, cancellationToken))
        {
            return NotFound();
        }

        if (User.PersonName() is not { } person)
        {
            return Redirect(Links.Name(current.Project, Links.NewCase(current.Project, form.Trace!, form.Span, form.CleanFrom, form.Score)));
        }

        Fault = form.Fault();
        if (Fault is not null)
        {
            return Page();
        }

        var opened = new NewCase(form.CleanTitle, form.CleanFrom, form.CleanOwner, Look.Fingerprint, form.Cause, [new(Look.TraceId, Look.Title)])
        {
            ScoreId = Score?.Id,
        };
        var id = await book.OpenAsync(current.Id, opened, person, cancellationToken);
        if (opened.Cause is null && form.CleanNote is { } remark)
        {
            // What is wrong is known before its cause is.
            await book.RemarkAsync(current.Id, id, remark, person, cancellationToken);
        }

        return Redirect(Links.Case(current.Project, id));
    }

    private async Task<bool> LookAsync(string? trace, string? scoreId, CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(trace) || await TraceLook.ReadAsync(traces, current.Id, trace, cancellationToken) is not { } look)
        {
            return false;
        }

        Look = look;
        Score = string.IsNullOrEmpty(scoreId) ? null : await scores.FindAsync(current.Id, scoreId, cancellationToken);
        Known = await cases.OfTraceAsync(current.Id, trace, cancellationToken);
        People = await labels.PeopleAsync(current.Id, cancellationToken);
        return true;
    }
}
