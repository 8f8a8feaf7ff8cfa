using LlmObs.Domain.Labels;
using LlmObs.Storage.Labels;
using LlmObs.Web.Access;
using LlmObs.Web.Shell;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace LlmObs.Web.Pages.Labels;

/// <summary>A row that both sides changed.</summary>
/// <param name="CanTakeTheirs">False where the table's answer is none of the label set.</param>
public sealed record RowConflict(LabelItem Item, LabelValues Ours, LabelValues Theirs, bool CanTakeTheirs);

/// <summary>The DingTalk table of a queue: bound, exchanged, and its conflicts decided here.</summary>
public sealed class TableModel(
    LabelQueues queues,
    LabelReader reader,
    LabelDesk desk,
    DingTalkTables tables,
    CurrentProject current,
    TimeProvider time
) : PageModel
{
    [BindProperty(SupportsGet = true)]
    public int Id { get; set; }

    public LabelQueue Queue { get; private set; } = null!;
    public DingTalkTable? Table { get; private set; }
    public int Rows { get; private set; }
    public int Removed { get; private set; }
    public IReadOnlyList<RowConflict> Conflicts { get; private set; } = [];

    /// <summary>Why the last command did nothing: <c>ids</c> or <c>held</c>.</summary>
    [TempData]
    public string? Told { get; set; }

    public async Task<IActionResult> OnGetAsync(CancellationToken cancellationToken)
    {
        if (!await FindAsync(cancellationToken))
        {
            return NotFound();
        }

        if (Table is not null)
        {
            var rows = await tables.RowsAsync(Id, cancellationToken);
            (Rows, Removed) = (rows.Count(row => row.RecordId is not null), rows.Count(row => row.IsRemoved));
            Conflicts = await ConflictsAsync(rows, cancellationToken);
        }

        return Page();
    }

    public async Task<IActionResult> OnPostBindAsync(string? baseId, string? sheet, CancellationToken cancellationToken)
    {
        if (!await FindAsync(cancellationToken))
        {
            return NotFound();
        }

        var (inBase, named) = (Annotator.OneLine(baseId), Annotator.OneLine(sheet));
        if (inBase.Length is 0 or > DingTalkTable.MaxId || named.Length is 0 or > DingTalkTable.MaxId)
        {
            return Again("ids");
        }

        await tables.BindAsync(current.Id, Id, inBase, named, cancellationToken);
        return Again(null);
    }

    public async Task<IActionResult> OnPostUnbindAsync(CancellationToken cancellationToken)
    {
        await tables.UnbindAsync(current.Id, Id, cancellationToken);
        return Again(null);
    }

    public async Task<IActionResult> OnPostNowAsync(CancellationToken cancellationToken)
    {
        if (!await FindAsync(cancellationToken))
        {
            return NotFound();
        }

        await tables.HurryAsync(Id, cancellationToken);
        return Again(null);
    }

    /// <summary>Decides a conflict: ours is written at the next exchange, theirs becomes the label of who decides.</summary>
    public async Task<IActionResult> OnPostDecideAsync(long item, bool theirs, CancellationToken cancellationToken)
    {
        if (!await FindAsync(cancellationToken))
        {
            return NotFound();
        }

        if (User.PersonName() is not { } person)
        {
            return Redirect(Links.Name(current.Project, Links.LabelTable(current.Project, Id)));
        }

        var rows = await tables.RowsAsync(Id, cancellationToken);
        if (rows.FirstOrDefault(row => row.ItemId == item) is { Theirs: { } said } row)
        {
            if (theirs && !await TakeAsync(item, said, person, cancellationToken))
            {
                return Again("held");
            }

            // What the table says is now known to both; where ours differs, it is written.
            await tables.KeepRowAsync(Id, row with { Agreed = said, Theirs = null }, cancellationToken);
            await tables.HurryAsync(Id, cancellationToken);
        }

        return Again(null);
    }

    private async Task<bool> TakeAsync(long itemId, LabelValues said, string person, CancellationToken cancellationToken)
    {
        if (
            await reader.ItemAsync(current.Id, Id, itemId, time.GetUtcNow(), cancellationToken) is not { } item
            || Queue.Set.Read(said.Value) is not { } value
        )
        {
            return false;
        }

        var labels = await reader.LabelsAsync(current.Id, Id, itemId, cancellationToken);
        var label = new Label(itemId, person, value, said.ReasonList, said.Note, labels.Any(known => known.IsFinal), default);
        return await desk.SaveAsync(current.Project, Queue, item, label, cancellationToken);
    }

    private async Task<IReadOnlyList<RowConflict>> ConflictsAsync(IReadOnlyList<DingTalkRow> rows, CancellationToken cancellationToken)
    {
        var differing = rows.Where(row => row.Theirs is not null).ToDictionary(row => row.ItemId, row => row.Theirs!);
        if (differing.Count == 0)
        {
            return [];
        }

        var items = await reader.ItemsAsync(current.Id, Id, null, 0, int.MaxValue, time.GetUtcNow(), cancellationToken);
        var labels = (await reader.LabelsAsync(current.Id, Id, null, cancellationToken)).ToLookup(label => label.ItemId);
        return
        [
            .. from item in items
            where differing.ContainsKey(item.Id)
            let theirs = differing[item.Id]
            select new RowConflict(item, LabelValues.Of(Label.Standing(labels[item.Id])), theirs, Queue.Set.Read(theirs.Value) is not null),
        ];
    }

    private RedirectResult Again(string? told)
    {
        Told = told;
        return Redirect(Links.LabelTable(current.Project, Id));
    }

    private async Task<bool> FindAsync(CancellationToken cancellationToken)
    {
        if (await queues.FindAsync(current.Id, Id, cancellationToken) is not { } queue)
        {
            return false;
        }

        Queue = queue;
        Table = await tables.FindAsync(current.Id, Id, cancellationToken);
        return true;
    }
}
