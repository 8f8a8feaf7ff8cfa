using LlmObs.Domain.Traces;
using LlmObs.Storage.Reading;
using LlmObs.Web.Pages.Traces;
using LlmObs.Web.Shell;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace LlmObs.Web.Pages.Compare;

/// <summary>
/// Two traces, or two requests with all their traces, side by side: their steps aligned, what differs in times, tokens, prompts and answers. With one of them:
/// what to compare it with.
/// </summary>
public sealed class IndexModel(TraceViews views, TraceReader traces, SameQuestion same, CurrentProject current) : PageModel
{
    /// <summary>The id of a trace or a request, or an address that holds one.</summary>
    [BindProperty(SupportsGet = true)]
    public string? Left { get; set; }

    [BindProperty(SupportsGet = true)]
    public string? Right { get; set; }

    /// <summary>Compare the requests that the two belong to, with all their traces.</summary>
    [BindProperty(SupportsGet = true)]
    public bool Whole { get; set; }

    /// <summary>The selected step of the left side.</summary>
    [BindProperty(SupportsGet = true)]
    public string? A { get; set; }

    [BindProperty(SupportsGet = true)]
    public string? B { get; set; }

    /// <summary>The trace of <see cref="A"/>, where a side has several.</summary>
    [BindProperty(SupportsGet = true)]
    public string? ATrace { get; set; }

    [BindProperty(SupportsGet = true)]
    public string? BTrace { get; set; }

    /// <summary>Ids that no trace has, as they were given.</summary>
    public IReadOnlyList<string> Unknown { get; private set; } = [];

    /// <summary>Null until both traces are chosen and found.</summary>
    public Comparison? Comparison { get; private set; }

    /// <summary>The one trace that is known so far.</summary>
    public TraceSummary? Known { get; private set; }

    /// <summary>What the known trace may be compared with.</summary>
    public SameQuestions? Suggested { get; private set; }

    public async Task OnGetAsync(CancellationToken cancellationToken)
    {
        Whole |= IsRequest(Left) || IsRequest(Right);
        (Left, Right) = (IdIn(Left), IdIn(Right));
        var (left, right) = await ViewsAsync(cancellationToken);
        Unknown = [.. new[] { left is null ? Left : null, right is null ? Right : null }.OfType<string>()];
        if (left is not null && right is not null)
        {
            var selected = (Step(left, ATrace, A), Step(right, BTrace, B));
            Comparison = await Comparison.ReadAsync(traces, current.Id, (left, right), Whole, selected, cancellationToken);
        }
        else if ((left ?? right)?.Summary is { } known)
        {
            Known = known;
            Suggested = await same.FindAsync(current.Project, known, cancellationToken);
        }
    }

    private static SpanRef? Step(TraceView view, string? traceId, string? spanId) =>
        string.IsNullOrEmpty(spanId) ? null : new(traceId ?? view.Summary.TraceId, spanId);

    /// <summary>Both sides; null where nothing is given or known. An id that no trace has may be a request's: then both are taken whole.</summary>
    private async Task<(TraceView? Left, TraceView? Right)> ViewsAsync(CancellationToken cancellationToken)
    {
        var single = Whole ? default : (await ViewAsync(Left, isWhole: false), await ViewAsync(Right, isWhole: false));
        if (!Whole && IsKnown(single))
        {
            return single;
        }

        var requests = (await ViewAsync(Left, isWhole: true), await ViewAsync(Right, isWhole: true));
        Whole |= IsKnown(requests);
        return Whole ? requests : single;

        bool IsKnown((TraceView? Left, TraceView? Right) both) =>
            (Left is null || both.Left is not null) && (Right is null || both.Right is not null);

        async Task<TraceView?> ViewAsync(string? id, bool isWhole) =>
            id is null ? null
            : isWhole ? await views.OfRequestAsync(current.Id, id, cancellationToken)
            : await views.OfTraceAsync(current.Id, id, cancellationToken);
    }

    private static bool IsRequest(string? text) => text?.Contains("/requests/", StringComparison.Ordinal) == true;

    /// <summary>People paste ids and whole addresses.</summary>
    private static string? IdIn(string? text)
    {
        text = text?.Trim();
        foreach (var path in (ReadOnlySpan<string>)["/traces/", "/requests/"])
        {
            if (text?.IndexOf(path, StringComparison.Ordinal) is >= 0 and var at)
            {
                text = Uri.UnescapeDataString(text[(at + path.Length)..].Split('?', '#', '/')[0]);
            }
        }

        return string.IsNullOrEmpty(text) ? null : text;
    }
}
