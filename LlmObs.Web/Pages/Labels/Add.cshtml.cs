using LlmObs.Storage.Labels;
using LlmObs.Web.Labels;
using LlmObs.Web.Shell;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace LlmObs.Web.Pages.Labels;

/// <summary>Puts one trace, or one step of it, into a queue and opens it there.</summary>
public sealed class AddModel(LabelQueues queues, LabelReader reader, QueueFiller filler, CurrentProject current) : PageModel
{
    public IActionResult OnGet() => Redirect(Links.Labels(current.Project));

    public async Task<IActionResult> OnPostAsync(int queue, string? trace, string? span, CancellationToken cancellationToken)
    {
        var spanId = string.IsNullOrEmpty(span) ? null : span;
        if (string.IsNullOrEmpty(trace) || await queues.FindAsync(current.Id, queue, cancellationToken) is null)
        {
            return NotFound();
        }

        await filler.AddAsync(current.Project, queue, trace, spanId, cancellationToken);
        return await reader.FindAsync(current.Id, queue, trace, spanId, cancellationToken) is { } item
            ? Redirect(Links.LabelItem(current.Project, queue, item))
            : Redirect(Links.LabelQueue(current.Project, queue));
    }
}
