using LlmObs.Domain.Scores;
using LlmObs.Domain.Spans;
using LlmObs.Domain.Traces;
using LlmObs.Storage.Reading;
using LlmObs.Web.Search;
using LlmObs.Web.Shell;
using LlmObs.Web.TagHelpers;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace LlmObs.Web.Pages.Traces;

/// <summary>
/// One trace, or all traces of one request: what was asked, where it first went wrong, every step in time, and the selected step in full.
/// </summary>
public sealed class DetailsModel(
    TraceViews views,
    TraceReader traces,
    ScoreReader scores,
    SpanFinder finder,
    PreviousCalls previousCalls,
    CurrentProject current,
    TimeProvider time
) : PageModel
{
    private const int ScoresOfSpan = 100;

    /// <summary>The trace shown; on the page of a request the trace of the selected span.</summary>
    [BindProperty(SupportsGet = true, BinderType = typeof(PathIdBinder))]
    public string? TraceId { get; set; }

    /// <summary>The request shown; null on the page of a trace.</summary>
    [BindProperty(SupportsGet = true, BinderType = typeof(PathIdBinder))]
    public string? RequestId { get; set; }

    [BindProperty(SupportsGet = true)]
    public string? Trace { get; set; }

    [BindProperty(SupportsGet = true)]
    public string? Span { get; set; }

    public TraceView Shown { get; private set; } = null!;
    public TraceSummary Summary => Shown.Summary;
    public TraceCause? Cause { get; private set; }
    public SpanPanel? Panel { get; private set; }

    /// <summary>Judgements of the trace, its request and its session as a whole; those of a span stand on its panel.</summary>
    public IReadOnlyList<Score> Scores { get; private set; } = [];
    public TraceAddress Address { get; private set; } = null!;

    /// <summary>The row of the selected span.</summary>
    public int Selected { get; private set; }

    /// <summary>What was looked for and found; null when nothing was.</summary>
    public SpanFinds? Found { get; private set; }

    /// <summary>The rows that are shown when only what was found is; null for all.</summary>
    public IReadOnlySet<int>? Kept { get; private set; }

    /// <summary>Set where this view is shown.</summary>
    public Transcript? Transcript { get; private set; }

    /// <summary>Set where this view is shown.</summary>
    public StepLog? Log { get; private set; }

    public async Task<IActionResult> OnGetAsync(CancellationToken cancellationToken)
    {
        if (!await LoadAsync(isAgain: false, cancellationToken))
        {
            return NotFound();
        }

        Cause = TraceCause.Of(Shown.Tree, Summary);
        var given = await scores.OfTraceAsync(current.Id, Summary.TraceId, RequestId ?? Summary.RequestId, Summary.SessionId, cancellationToken);
        Scores = [.. given.Where(score => score.SpanId is null)];
        Found = await FoundAsync(cancellationToken);
        Kept = Address.Tree.ShowsOnlyFound && Found is { Rows.Count: > 0 } ? Shown.Rows.WithAncestors(Found.Rows.Append(Selected)) : null;
        Panel = await PanelAsync(cancellationToken);
        switch (Address.Tree.Show)
        {
            case "transcript":
                Transcript = await Transcript.ReadAsync(traces, current.Id, Shown, Address.Tree.FirstRow, cancellationToken);
                break;
            case "log":
                Log = await StepLog.ReadAsync(traces, current.Id, Shown, Address.Tree.FirstRow, cancellationToken);
                break;
        }

        return Page();
    }

    /// <summary>The panel alone, put beside the tree by a script.</summary>
    public async Task<IActionResult> OnGetPanelAsync(CancellationToken cancellationToken) =>
        await LoadAsync(isAgain: true, cancellationToken) && await PanelAsync(cancellationToken) is { } panel ? Partial("_Panel", panel) : NotFound();

    /// <summary>A block of rows that the page left out. When the tree has changed since, the page must be drawn again.</summary>
    public async Task<IActionResult> OnGetRowsAsync(int block, string? stamp, CancellationToken cancellationToken)
    {
        if (!await LoadAsync(isAgain: true, cancellationToken))
        {
            return NotFound();
        }

        return stamp != Shown.Stamp ? StatusCode(StatusCodes.Status409Conflict)
            : block < 0 || block >= Window.Blocks ? BadRequest($"block: there are {Window.Blocks}, counted from 0.")
            : Partial("_Rows", (this, block));
    }

    /// <summary>The level of every row, as text: how a script knows the shape of what it has not fetched.</summary>
    public async Task<IActionResult> OnGetShapeAsync(CancellationToken cancellationToken) =>
        await LoadAsync(isAgain: true, cancellationToken) ? Content(string.Join(' ', Shown.Rows.Levels), "text/plain") : NotFound();

    /// <summary>Which rows hold what is looked for.</summary>
    public async Task<IActionResult> OnGetFindAsync(CancellationToken cancellationToken) =>
        await LoadAsync(isAgain: true, cancellationToken) ? new JsonResult(await FoundAsync(cancellationToken)) : NotFound();

    /// <summary>The address of the failure or the found step after (1) or before (−1) the selected one, as text; empty when there is none.</summary>
    /// <param name="of"><c>failure</c> or <c>found</c>.</param>
    public async Task<IActionResult> OnGetNextAsync(string? of, int step, CancellationToken cancellationToken)
    {
        if (of is not ("failure" or "found") || step is not (1 or -1))
        {
            return BadRequest("of: failure or found. step: 1 or -1.");
        }

        if (!await LoadAsync(isAgain: true, cancellationToken))
        {
            return NotFound();
        }

        var found = of == "found" ? await FoundAsync(cancellationToken) : null;
        var next =
            of == "failure" ? Failure(step)
            : (step > 0 ? found?.After(Selected) : found?.Before(Selected)) is { } row ? Shown.Rows.Node(row)?.Span
            : null;
        return Content(next is null ? "" : Address.To(next).Page, "text/plain; charset=utf-8");
    }

    public TreeWindow Window => new(Shown.Rows.Count, Address.Tree.FirstRow, Selected);

    /// <summary>The failing span before or after the selected one, else the one at the other end; null when there is no other.</summary>
    public Span? Failure(int step)
    {
        var failures = Shown.Failures;
        var row =
            step > 0
                ? failures.FirstOrDefault(row => row > Selected, failures.FirstOrDefault(-1))
                : failures.LastOrDefault(row => row < Selected, failures.LastOrDefault(-1));
        return row < 0 || row == Selected ? null : Shown.Rows.Node(row)!.Span;
    }

    private async Task<bool> LoadAsync(bool isAgain, CancellationToken cancellationToken)
    {
        var (isRequest, id) = (RequestId is not null, RequestId ?? TraceId!);
        var view =
            isAgain ? await views.AgainAsync(current.Id, isRequest, id, cancellationToken)
            : isRequest ? await views.OfRequestAsync(current.Id, id, cancellationToken)
            : await views.OfTraceAsync(current.Id, id, cancellationToken);
        if (view is null)
        {
            return false;
        }

        Shown = view;
        Selected = view.RowOf(isRequest ? Trace : TraceId, Span) is >= 0 and var asked ? asked : Preferred(view);
        var selected = view.Rows.Node(Selected)!.Span;
        Address = TraceAddress.From(Request.Query, current.Project, selected.TraceId, selected.SpanId) with
        {
            Tree = TreeState.From(Request.Query, RequestId),
        };
        ViewData[FieldValueTagHelper.Range] = TimeRange.Reaching(Summary.StartUnixNano, time.GetUtcNow());
        return true;
    }

    private async Task<SpanPanel?> PanelAsync(CancellationToken cancellationToken)
    {
        var read =
            Address.Tab == "attributes"
                ? SpanToRead.Whole(await traces.SpanAsync(current.Id, Address.TraceId, Address.Span!, cancellationToken))
                : await traces.SpanToReadAsync(current.Id, Address.TraceId, Address.Span!, Address.Values.PartOf, cancellationToken);
        if (read is not { Record: var record })
        {
            return null;
        }

        var ofSpan = new ScoreFilter(Address.TraceId, record.Span.SpanId, null, null, null, null);
        return new(record, Address, TraceCause.PathTo(Shown.Tree, record.Span).TakeLast(3).ToList(), Summary.StartUnixNano)
        {
            Scores = await scores.PageAsync(current.Id, ofSpan, ScoresOfSpan, cancellationToken),
            LongTexts = read.LongTexts,
            LacksAttributes = read.LacksAttributes,
            Previous = Address.Values.Changed is null
                ? null
                : await previousCalls.FindAsync(current.Project, record, Address.Values.PartOf, cancellationToken),
        };
    }

    private async Task<SpanFinds?> FoundAsync(CancellationToken cancellationToken) =>
        Address.Tree.IsSearching ? await finder.FindAsync(current.Id, Shown, Address.Tree, cancellationToken) : null;

    /// <summary>What a reader most likely came for: the cause, else what a model said, else the request.</summary>
    private static int Preferred(TraceView view)
    {
        var first = view.Summary.FirstError ?? view.Tree.Rows.FirstOrDefault(node => node.Span.Kind == SpanKind.Llm)?.Span ?? view.Tree.Rows[0].Span;
        return view.RowOf(first.TraceId, first.SpanId);
    }
}
