using LlmObs.Domain;
using LlmObs.Web.Shell;
using Microsoft.AspNetCore.WebUtilities;

namespace LlmObs.Web.Pages.Traces;

/// <summary>The state of the trace page, all of which is in its address.</summary>
/// <param name="Span">The selected span; null lets the page choose.</param>
/// <param name="Tab"><c>content</c>, <c>attributes</c>, <c>events</c> or <c>links</c>.</param>
/// <param name="View"><c>read</c>: rendered; <c>raw</c>: as it came.</param>
/// <param name="Parts">How many parts of a long value are shown.</param>
public sealed record TraceAddress(Project Project, string TraceId, string? Span = null, string Tab = "content", string View = "read", int Parts = 1)
{
    public TreeState Tree { get; init; } = TreeState.Whole;

    public string Page =>
        Query(Tree.AddTo(Tree.RequestId is { } request ? Links.Request(Project, request, TraceId, Span) : Links.Trace(Project, TraceId, Span)));

    /// <summary>The panel alone, for a script to put in place.</summary>
    public string Panel => QueryHelpers.AddQueryString(Page, "handler", "Panel");

    /// <summary>A value exactly as stored, as plain text.</summary>
    public string Raw(string field, bool isDownload = false)
    {
        var path = $"/traces/{Uri.EscapeDataString(TraceId)}/spans/{Uri.EscapeDataString(Span ?? "")}/raw";
        var query = new Dictionary<string, string?> { ["field"] = field };
        if (Project.Name != Project.DefaultName)
        {
            query["project"] = Project.Name;
        }

        if (isDownload)
        {
            query["download"] = "true";
        }

        return QueryHelpers.AddQueryString(path, query);
    }

    /// <summary>Another span. The tab stays, so that one can walk down a tree looking at attributes.</summary>
    public TraceAddress To(string spanId) => this with { Span = spanId, Parts = 1 };

    public TraceAddress To(Domain.Spans.Span span) => To(span.SpanId) with { TraceId = span.TraceId };

    private string Query(string address)
    {
        address = Tab == "content" ? address : QueryHelpers.AddQueryString(address, "tab", Tab);
        address = View == "read" ? address : QueryHelpers.AddQueryString(address, "view", View);
        return Parts == 1
            ? address
            : QueryHelpers.AddQueryString(address, "parts", Parts.ToString(System.Globalization.CultureInfo.InvariantCulture));
    }
}
