using LlmObs.Domain.Labels;
using LlmObs.Domain.Scores;
using LlmObs.Storage.Labels;
using LlmObs.Storage.Reading;
using LlmObs.Web.Access;
using LlmObs.Web.Labels;
using LlmObs.Web.Shell;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace LlmObs.Web.Pages.Labels;

/// <summary>One item: what was asked, what came of it, and the question of its label set. Opening it holds it.</summary>
public sealed class ItemModel(
    LabelQueues queues,
    LabelReader reader,
    LabelDesk desk,
    ItemContentReader contents,
    ScoreReader scores,
    CurrentProject current,
    TimeProvider time
) : PageModel
{
    [BindProperty(SupportsGet = true)]
    public int Id { get; set; }

    [BindProperty(SupportsGet = true)]
    public long ItemId { get; set; }

    /// <summary>Decides between labels that differ, and shows them; else they stay hidden until one has said one's own.</summary>
    [BindProperty(SupportsGet = true)]
    public bool Decide { get; set; }

    public LabelQueue Queue { get; private set; } = null!;
    public LabelItem Item { get; private set; } = null!;
    public ItemContent? Shown { get; private set; }

    /// <summary>What the reader said, or is about to say.</summary>
    public LabelForm Form { get; private set; } = new();

    /// <summary>What everybody said; empty while it has to stay hidden.</summary>
    public IReadOnlyList<Label> Labels { get; private set; } = [];

    /// <summary>What programs said; empty while it has to stay hidden.</summary>
    public IReadOnlyList<Score> Scores { get; private set; } = [];

    public LabelPace Pace { get; private set; } = null!;
    public long? Previous { get; private set; }

    /// <summary>False while somebody else has the item.</summary>
    public bool IsMine { get; private set; }

    /// <summary>Why the label was not kept: <c>value</c>, <c>passage</c>, <c>note</c> or <c>held</c>.</summary>
    public string? Fault { get; private set; }

    public async Task<IActionResult> OnGetAsync(CancellationToken cancellationToken)
    {
        if (!await FindAsync(cancellationToken))
        {
            return NotFound();
        }

        if (User.PersonName() is not { } person)
        {
            return Redirect(Links.Name(current.Project, Request.Path + Request.QueryString));
        }

        return await ShowAsync(person, cancellationToken);
    }

    public async Task<IActionResult> OnPostSaveAsync(LabelForm form, CancellationToken cancellationToken)
    {
        if (!await FindAsync(cancellationToken))
        {
            return NotFound();
        }

        if (User.PersonName() is not { } person)
        {
            return Redirect(Links.Name(current.Project, Links.LabelItem(current.Project, Id, ItemId, Decide)));
        }

        Form = form;
        var value = Queue.Set.Read(form.Value);
        Fault =
            value is null ? "value"
            : form.Note?.Length > LabelSet.MaxNote ? "note"
            : await IsPassageAsync(value, cancellationToken) ? null
            : "passage";
        if (Fault is null)
        {
            var label = new Label(ItemId, person, value!, form.KnownReasons(Queue.Set), form.CleanNote, Decide, time.GetUtcNow());
            if (await desk.SaveAsync(current.Project, Queue, Item, label, cancellationToken))
            {
                return await OnwardAsync(person, cancellationToken);
            }

            Fault = "held";
        }

        return await ShowAsync(person, cancellationToken);
    }

    /// <summary>Gives the item back and goes on.</summary>
    public async Task<IActionResult> OnPostSkipAsync(CancellationToken cancellationToken)
    {
        if (!await FindAsync(cancellationToken) || User.PersonName() is not { } person)
        {
            return NotFound();
        }

        await desk.ReleaseAsync(ItemId, person, cancellationToken);
        return await OnwardAsync(person, cancellationToken);
    }

    private async Task<IActionResult> ShowAsync(string person, CancellationToken cancellationToken)
    {
        IsMine = await desk.HoldAsync(ItemId, person, cancellationToken);
        Item = (await reader.ItemAsync(current.Id, Id, ItemId, time.GetUtcNow(), cancellationToken))!;
        Shown = await contents.ReadAsync(current.Id, Item.TraceId, Item.SpanId, cancellationToken);
        Pace = await reader.PaceAsync(Id, person, cancellationToken);
        var before = await reader.ItemsAsync(current.Id, Id, null, Item.Number - 2, 1, time.GetUtcNow(), cancellationToken);
        Previous = before is [var previous] && previous.Id != ItemId ? previous.Id : null;

        var all = await reader.LabelsAsync(current.Id, Id, ItemId, cancellationToken);
        var own = all.FirstOrDefault(label => label.IsFinal == Decide && (Decide || label.Annotator == person));
        Form = Fault is null && own is not null ? LabelForm.Of(own) : Form;
        if (own is not null || Decide)
        {
            Labels = all;
            var given = await scores.OfTraceAsync(current.Id, Item.TraceId, null, null, cancellationToken);
            Scores = [.. given.Where(score => score.Source != Label.Source && (Item.SpanId is null || score.SpanId == Item.SpanId))];
        }

        return Page();
    }

    private async Task<IActionResult> OnwardAsync(string person, CancellationToken cancellationToken)
    {
        if (Decide)
        {
            var rest = await reader.ItemsAsync(current.Id, Id, "differing", Item.Number, 1, time.GetUtcNow(), cancellationToken);
            return Redirect(
                rest is [var undecided]
                    ? Links.LabelItem(current.Project, Id, undecided.Id, toDecide: true)
                    : Links.LabelQueue(current.Project, Id, "differing")
            );
        }

        var next = await desk.NextAsync(Id, person, ItemId, cancellationToken) ?? await desk.NextAsync(Id, person, 0, cancellationToken);
        return Redirect(next is { } item && item != ItemId ? Links.LabelItem(current.Project, Id, item) : Links.LabelQueue(current.Project, Id));
    }

    private async Task<bool> FindAsync(CancellationToken cancellationToken)
    {
        if (
            await queues.FindAsync(current.Id, Id, cancellationToken) is not { } queue
            || await reader.ItemAsync(current.Id, Id, ItemId, time.GetUtcNow(), cancellationToken) is not { } item
        )
        {
            return false;
        }

        (Queue, Item) = (queue, item);
        return true;
    }

    private async Task<bool> IsPassageAsync(string value, CancellationToken cancellationToken) =>
        Queue.Set.Kind != LabelKind.Passage
        || (await contents.ReadAsync(current.Id, Item.TraceId, Item.SpanId, cancellationToken))?.Answer is not { } answer
        || Passage.StandsIn(answer.Text, value);
}
