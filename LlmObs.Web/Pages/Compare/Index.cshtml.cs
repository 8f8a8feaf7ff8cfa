using LlmObs.Domain.Traces;
using LlmObs.Storage.Reading;
using LlmObs.Web.Pages.Traces;
using LlmObs.Web.Shell;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace LlmObs.Web.Pages.Compare;

/// <summary>Two traces side by side: their steps aligned, what differs in times, tokens, prompts and answers. With one trace: what to compare it with.</summary>
public sealed class IndexModel(TraceViews views, TraceReader traces, SameQuestion same, CurrentProject current) : PageModel
{
    /// <summary>A trace id, or an address that holds one.</summary>
    [BindProperty(SupportsGet = true)]
    public string? Left { get; set; }

    [BindProperty(SupportsGet = true)]
    public string? Right { get; set; }

    /// <summary>The selected step of the left trace.</summary>
    [BindProperty(SupportsGet = true)]
    public string? A { get; set; }

    [BindProperty(SupportsGet = true)]
    public string? B { get; set; }

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
        (Left, Right) = (TraceIdIn(Left), TraceIdIn(Right));
        var left = await ViewAsync(Left, cancellationToken);
        var right = await ViewAsync(Right, cancellationToken);
        Unknown = [.. new[] { left is null ? Left : null, right is null ? Right : null }.OfType<string>()];
        if (left is not null && right is not null)
        {
            Comparison = await Comparison.ReadAsync(traces, current.Id, (left, right), (Empty(A), Empty(B)), cancellationToken);
        }
        else if ((left ?? right)?.Summary is { } known)
        {
            Known = known;
            Suggested = await same.FindAsync(current.Project, known, cancellationToken);
        }
    }

    private Task<TraceView?> ViewAsync(string? traceId, CancellationToken cancellationToken) =>
        traceId is null ? Task.FromResult<TraceView?>(null) : views.OfTraceAsync(current.Id, traceId, cancellationToken);

    /// <summary>People paste ids and whole addresses.</summary>
    private static string? TraceIdIn(string? text)
    {
        text = text?.Trim();
        if (text is null || !text.Contains("/traces/", StringComparison.Ordinal))
        {
            return Empty(text);
        }

        var path = text[(text.IndexOf("/traces/", StringComparison.Ordinal) + "/traces/".Length)..];
        return Empty(Uri.UnescapeDataString(path.Split('?', '#', '/')[0]));
    }

    private static string? Empty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
