using LlmObs.Domain.Scores;
using LlmObs.Domain.Spans;
using LlmObs.Domain.Traces;
using LlmObs.Storage.Reading;
using LlmObs.Web.Shell;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace LlmObs.Web.Pages.Traces;

/// <summary>One trace: what was asked, where it first went wrong, every step in time, and the selected step in full.</summary>
public sealed class DetailsModel(TraceReader traces, ScoreReader scores, PreviousCalls previousCalls, CurrentProject current) : PageModel
{
    private const int ScoresOfSpan = 100;

    [BindProperty(SupportsGet = true)]
    public string TraceId { get; set; } = "";

    [BindProperty(SupportsGet = true)]
    public string? Span { get; set; }

    public TraceSummary Summary { get; private set; } = null!;
    public IReadOnlyList<TraceRow> Rows { get; private set; } = [];
    public TraceCause? Cause { get; private set; }
    public SpanPanel? Panel { get; private set; }

    /// <summary>Judgements of the trace, its request and its session as a whole; those of a span stand on its panel.</summary>
    public IReadOnlyList<Score> Scores { get; private set; } = [];
    public TraceAddress Address { get; private set; } = null!;

    /// <summary>The failing span after the selected one, else the first; null when there is no other.</summary>
    public string? NextFailure { get; private set; }

    public async Task<IActionResult> OnGetAsync(CancellationToken cancellationToken)
    {
        if (await TreeAsync(cancellationToken) is not { } tree)
        {
            return NotFound();
        }

        Rows = TraceRows.Lay(tree, Summary);
        Cause = TraceCause.Of(tree, Summary);
        var given = await scores.OfTraceAsync(current.Id, TraceId, Summary.RequestId, Summary.SessionId, cancellationToken);
        Scores = [.. given.Where(score => score.SpanId is null)];
        NextFailure = FailureAfter(tree, Address.Span);
        Panel = await PanelAsync(tree, cancellationToken);
        return Page();
    }

    /// <summary>The panel alone, put beside the tree by a script.</summary>
    public async Task<IActionResult> OnGetPanelAsync(CancellationToken cancellationToken) =>
        await TreeAsync(cancellationToken) is { } tree && await PanelAsync(tree, cancellationToken) is { } panel
            ? Partial("_Panel", panel)
            : NotFound();

    private async Task<TraceTree?> TreeAsync(CancellationToken cancellationToken)
    {
        var spans = await traces.SpansAsync(current.Id, TraceId, cancellationToken);
        if (spans.Count == 0)
        {
            return null;
        }

        var tree = TraceTree.Build(spans);
        Summary = TraceRollup.Summarise(tree);
        var selected = Span is { Length: > 0 } asked && tree.Rows.Any(node => node.Span.SpanId == asked) ? asked : Preferred(tree, Summary);
        Address = TraceAddress.From(Request.Query, current.Project, TraceId, selected);
        return tree;
    }

    private async Task<SpanPanel?> PanelAsync(TraceTree tree, CancellationToken cancellationToken)
    {
        var read =
            Address.Tab == "attributes"
                ? SpanToRead.Whole(await traces.SpanAsync(current.Id, TraceId, Address.Span!, cancellationToken))
                : await traces.SpanToReadAsync(current.Id, TraceId, Address.Span!, Address.Values.PartOf, cancellationToken);
        if (read is not { Record: var record })
        {
            return null;
        }

        var ofSpan = new ScoreFilter(TraceId, record.Span.SpanId, null, null, null, null);
        return new(record, Address, TraceCause.PathTo(tree, record.Span.SpanId).TakeLast(3).ToList(), Summary.StartUnixNano)
        {
            Scores = await scores.PageAsync(current.Id, ofSpan, ScoresOfSpan, cancellationToken),
            LongTexts = read.LongTexts,
            LacksAttributes = read.LacksAttributes,
            Previous = Address.Values.Changed is null
                ? null
                : await previousCalls.FindAsync(current.Project, record, Address.Values.PartOf, cancellationToken),
        };
    }

    /// <summary>What a reader most likely came for: the cause, else what a model said, else the request.</summary>
    private static string Preferred(TraceTree tree, TraceSummary summary) =>
        summary.FirstError?.SpanId ?? tree.Rows.FirstOrDefault(node => node.Span.Kind == SpanKind.Llm)?.Span.SpanId ?? tree.Rows[0].Span.SpanId;

    private static string? FailureAfter(TraceTree tree, string? selected)
    {
        var failures = tree.Rows.Select((node, index) => (node.Span, Index: index)).Where(row => row.Span.Status == SpanStatus.Error).ToList();
        var at = tree.Rows.Select((node, index) => (node.Span, Index: index)).FirstOrDefault(row => row.Span.SpanId == selected).Index;
        var next = failures.FirstOrDefault(row => row.Index > at).Span ?? failures.FirstOrDefault().Span;
        return next?.SpanId == selected ? null : next?.SpanId;
    }
}
