using LlmObs.Storage.Labels;
using LlmObs.Web.Shell;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace LlmObs.Web.Pages.Labels;

/// <summary>The queues of the project and how far they are, and its label sets.</summary>
public sealed class IndexModel(LabelQueues queues, LabelSets sets, CurrentProject current) : PageModel
{
    public IReadOnlyList<LabelQueue> Queues { get; private set; } = [];
    public IReadOnlyList<StoredLabelSet> Sets { get; private set; } = [];

    public async Task OnGetAsync(CancellationToken cancellationToken)
    {
        Queues = await queues.ListAsync(current.Id, cancellationToken);
        Sets = await sets.ListAsync(current.Id, cancellationToken);
    }
}
