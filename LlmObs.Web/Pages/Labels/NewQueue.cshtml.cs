using LlmObs.Domain.Labels;
using LlmObs.Sls;
using LlmObs.Storage.Labels;
using LlmObs.TraceLog;
using LlmObs.Web.Access;
using LlmObs.Web.Labels;
using LlmObs.Web.Search;
using LlmObs.Web.Shell;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace LlmObs.Web.Pages.Labels;

/// <summary>Makes a queue and fills it with what a query finds. Its address takes the search page's query, so that one leads to the other.</summary>
public sealed partial class NewQueueModel(
    LabelSets sets,
    LabelQueues queues,
    QueueFiller filler,
    CurrentProject current,
    ViewerZone zone,
    ILogger<NewQueueModel> logger
) : PageModel
{
    [BindProperty]
    public QueueForm Form { get; set; } = new();

    public IReadOnlyList<StoredLabelSet> Sets { get; private set; } = [];

    /// <summary>What is wrong: name, set, readings, limit, taken, query, or <c>away</c> when SLS does not answer.</summary>
    public string? Fault { get; private set; }

    /// <summary>Why the query cannot be understood.</summary>
    public string? QueryProblem { get; private set; }

    public async Task<IActionResult> OnGetAsync(CancellationToken cancellationToken)
    {
        if (User.PersonName() is null)
        {
            return Redirect(Links.Name(current.Project, Request.Path + Request.QueryString));
        }

        var asked = SearchAddress.Read(Request.Query, current.Project, zone);
        Form = QueueForm.Of(asked);
        Sets = await sets.ListAsync(current.Id, cancellationToken);
        return Sets.Count == 0 ? Redirect(Links.NewLabelSet(current.Project)) : Page();
    }

    public async Task<IActionResult> OnPostAsync(CancellationToken cancellationToken)
    {
        if (User.PersonName() is not { } person)
        {
            return Redirect(Links.Name(current.Project, Links.NewLabelQueue(current.Project)));
        }

        Sets = await sets.ListAsync(current.Id, cancellationToken);
        Fault = Form.Fault() ?? (Sets.Any(set => set.Id == Form.Set) ? null : "set");
        if (Fault is not null)
        {
            return Page();
        }

        try
        {
            // Before anything is made: a query that cannot be read leaves no empty queue behind.
            QueryLine.Parse(Form.Query ?? "");
            if (await queues.CreateAsync(current.Id, Form.Set, Annotator.OneLine(Form.Name), Form.Readings, person, cancellationToken) is { } id)
            {
                return await FillAsync(id, cancellationToken);
            }

            Fault = "taken";
        }
        catch (QueryException exception)
        {
            (Fault, QueryProblem) = ("query", exception.Message);
        }

        return Page();
    }

    private async Task<IActionResult> FillAsync(int id, CancellationToken cancellationToken)
    {
        try
        {
            await filler.FillAsync(current.Project, id, Form.Fill(zone), cancellationToken);
        }
        catch (SlsException exception)
        {
            // The queue is there; it can be filled when SLS is back.
            Log.Away(logger, exception);
        }

        return Redirect(Links.LabelQueue(current.Project, id));
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "SLS did not answer while a label queue was filled")]
        public static partial void Away(ILogger logger, Exception exception);
    }
}
