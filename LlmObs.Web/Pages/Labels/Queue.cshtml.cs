using LlmObs.Domain.Labels;
using LlmObs.Sls;
using LlmObs.Storage.Labels;
using LlmObs.TraceLog;
using LlmObs.Web.Access;
using LlmObs.Web.Labels;
using LlmObs.Web.Shell;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace LlmObs.Web.Pages.Labels;

/// <summary>One queue: how far it is, how far people agree, its items, and who has them.</summary>
public sealed class QueueModel(
    LabelQueues queues,
    LabelReader reader,
    LabelDesk desk,
    QueueFiller filler,
    CurrentProject current,
    ViewerZone zone,
    TimeProvider time
) : PageModel
{
    private const int PageSize = 100;

    [BindProperty(SupportsGet = true)]
    public int Id { get; set; }

    /// <summary><c>open</c>, <c>differing</c> or <c>done</c>; null for all.</summary>
    [BindProperty(SupportsGet = true)]
    public string? State { get; set; }

    /// <summary>The number of the last item of the page before.</summary>
    [BindProperty(SupportsGet = true)]
    public int After { get; set; }

    public LabelQueue Queue { get; private set; } = null!;
    public IReadOnlyList<LabelItem> Items { get; private set; } = [];

    /// <summary>What the reader may see of each item's labels: where several people say theirs, nobody sees the others' before their own.</summary>
    public ILookup<long, Label> Labels { get; private set; } = null!;

    /// <summary>How many labels of each item stay hidden; none where it is not named.</summary>
    public IReadOnlyDictionary<long, int> Hidden { get; private set; } = new Dictionary<long, int>();

    public QueueAgreement Agreement { get; private set; } = QueueAgreement.None;
    public IReadOnlyList<string> People { get; private set; } = [];

    /// <summary>What the last command did: <c>added</c>, <c>assigned</c>, <c>away</c>, <c>query</c>, <c>name</c>, <c>end</c>; with <see cref="Count"/>.</summary>
    [TempData]
    public string? Told { get; set; }

    [TempData]
    public int? Count { get; set; }

    public int? NextAfter => Items.Count == PageSize ? Items[^1].Number : null;

    public async Task<IActionResult> OnGetAsync(CancellationToken cancellationToken)
    {
        if (!await FindAsync(cancellationToken))
        {
            return NotFound();
        }

        State = State is "open" or "differing" or "done" ? State : null;
        Items = await reader.ItemsAsync(current.Id, Id, State, Math.Max(0, After), PageSize, time.GetUtcNow(), cancellationToken);
        var labels = await reader.LabelsAsync(current.Id, Id, null, cancellationToken);
        ShowLabels(labels);
        Agreement = QueueAgreement.Of(Queue.Set, Readings(labels));
        People = await reader.PeopleAsync(current.Id, cancellationToken);
        return Page();
    }

    /// <summary>Begins, or goes on, with the first item that is free.</summary>
    public async Task<IActionResult> OnPostStartAsync(CancellationToken cancellationToken)
    {
        if (!await FindAsync(cancellationToken))
        {
            return NotFound();
        }

        if (User.PersonName() is not { } person)
        {
            return Redirect(Links.Name(current.Project, Links.LabelQueue(current.Project, Id)));
        }

        return await desk.NextAsync(Id, person, 0, cancellationToken) is { } next
            ? Redirect(Links.LabelItem(current.Project, Id, next))
            : Again("end");
    }

    /// <summary>Gives the next open items to somebody; with no count takes theirs back.</summary>
    public async Task<IActionResult> OnPostAssignAsync(string? assignee, int? count, bool back, CancellationToken cancellationToken)
    {
        if (!await FindAsync(cancellationToken))
        {
            return NotFound();
        }

        if (Annotator.Read(assignee) is not { } person || (!back && count is not (>= 1 and <= LabelQueue.MaxAdded)))
        {
            return Again("name");
        }

        return Again(
            "assigned",
            back
                ? await queues.UnassignAsync(current.Id, Id, person, cancellationToken)
                : await queues.AssignAsync(current.Id, Id, person, count ?? 0, cancellationToken)
        );
    }

    /// <summary>Adds what a query finds.</summary>
    public async Task<IActionResult> OnPostFillAsync(QueueForm form, CancellationToken cancellationToken)
    {
        if (!await FindAsync(cancellationToken))
        {
            return NotFound();
        }

        if (form.Limit is < 1 or > LabelQueue.MaxAdded)
        {
            return Again("query");
        }

        try
        {
            return Again("added", await filler.FillAsync(current.Project, Id, form.Fill(zone), cancellationToken));
        }
        catch (QueryException)
        {
            return Again("query");
        }
        catch (SlsException)
        {
            return Again("away");
        }
    }

    private async Task<bool> FindAsync(CancellationToken cancellationToken)
    {
        if (await queues.FindAsync(current.Id, Id, cancellationToken) is not { } queue)
        {
            return false;
        }

        Queue = queue;
        return true;
    }

    private void ShowLabels(IReadOnlyList<Label> labels)
    {
        var said = labels.Where(label => label.Annotator == User.PersonName()).Select(label => label.ItemId).ToHashSet();
        var closed = Items.Where(item => Queue.Readings > 1 && item.State == "open" && !said.Contains(item.Id)).Select(item => item.Id).ToHashSet();
        Labels = labels.Where(label => !closed.Contains(label.ItemId)).ToLookup(label => label.ItemId);
        Hidden = labels.Where(label => closed.Contains(label.ItemId)).CountBy(label => label.ItemId).ToDictionary();
    }

    private RedirectResult Again(string told, int? count = null)
    {
        (Told, Count) = (told, count);
        return Redirect(Links.LabelQueue(current.Project, Id));
    }

    private static IEnumerable<IReadOnlyDictionary<string, string>> Readings(IReadOnlyList<Label> labels) =>
        labels
            .Where(label => !label.IsFinal)
            .GroupBy(label => label.ItemId)
            .Select(item => item.ToDictionary(label => label.Annotator, label => label.Value, StringComparer.Ordinal));
}
