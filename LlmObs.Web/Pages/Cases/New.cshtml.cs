using LlmObs.Domain.Cases;
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
public sealed class NewModel(CaseBook book, CaseReader cases, TraceReader traces, LabelReader labels, CurrentProject current) : PageModel
{
    public NewCaseForm Form { get; private set; } = new();
    public TraceLook Look { get; private set; } = null!;

    /// <summary>Cases the trace belongs to already.</summary>
    public IReadOnlyList<CaseRow> Known { get; private set; } = [];

    public IReadOnlyList<string> People { get; private set; } = [];

    /// <summary>The field that could not be taken: title, owner or note.</summary>
    public string? Fault { get; private set; }

    public async Task<IActionResult> OnGetAsync(string? trace, string? span, string? from, CancellationToken cancellationToken)
    {
        if (User.PersonName() is null)
        {
            return Redirect(Links.Name(current.Project, Request.Path + Request.QueryString));
        }

        if (!await LookAsync(trace, cancellationToken))
        {
            return NotFound();
        }

        Form = new()
        {
            Title = Look.Title,
            Trace = trace,
            Span = span ?? Look.Cause?.SpanId,
            From = from,
        };
        return Page();
    }

    public async Task<IActionResult> OnPostAsync(NewCaseForm form, CancellationToken cancellationToken)
    {
        Form = form;
        if (!await LookAsync(form.Trace, cancellationToken))
        {
            return NotFound();
        }

        if (User.PersonName() is not { } person)
        {
            return Redirect(Links.Name(current.Project, Links.NewCase(current.Project, form.Trace!, form.Span, form.CleanFrom)));
        }

        Fault = form.Fault();
        if (Fault is not null)
        {
            return Page();
        }

        var opened = new NewCase(form.CleanTitle, form.CleanFrom, form.CleanOwner, Look.Fingerprint, form.Cause, [new(Look.TraceId, Look.Title)]);
        return Redirect(Links.Case(current.Project, await book.OpenAsync(current.Id, opened, person, cancellationToken)));
    }

    private async Task<bool> LookAsync(string? trace, CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(trace) || await TraceLook.ReadAsync(traces, current.Id, trace, cancellationToken) is not { } look)
        {
            return false;
        }

        Look = look;
        Known = await cases.OfTraceAsync(current.Id, trace, cancellationToken);
        People = await labels.PeopleAsync(current.Id, cancellationToken);
        return true;
    }
}
