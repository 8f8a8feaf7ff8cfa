using LlmObs.Domain;
using LlmObs.Web.Shell;
using Microsoft.AspNetCore.WebUtilities;

namespace LlmObs.Web.Pages.Traces;

/// <summary>The state of the trace page, all of which is in its address.</summary>
/// <param name="Span">The selected span; null lets the page choose.</param>
/// <param name="Tab"><c>content</c>, <c>attributes</c>, <c>events</c> or <c>links</c>.</param>
/// <param name="View"><c>read</c>: rendered; <c>raw</c>: as it came.</param>
public sealed record TraceAddress(Project Project, string TraceId, string? Span = null, string Tab = "content", string View = "read")
{
    /// <summary>What is not about the selected span.</summary>
    public TreeState Tree { get; init; } = TreeState.Whole;

    /// <summary>Forms and parts chosen for single values of the panel.</summary>
    public ValueChoices Values { get; init; } = ValueChoices.None;

    /// <summary>Reads the part of the address behind the span; a tab that does not exist is the first.</summary>
    public static TraceAddress From(IQueryCollection query, Project project, string traceId, string? spanId) =>
        new(
            project,
            traceId,
            spanId,
            (string?)query["tab"] is ("attributes" or "events" or "links") and var tab ? tab : "content",
            query["view"] == "raw" ? "raw" : "read"
        )
        {
            Values = ValueChoices.From(query),
        };

    public string Page =>
        Query(Tree.AddTo(Tree.RequestId is { } request ? Links.Request(Project, request, TraceId, Span) : Links.Trace(Project, TraceId, Span)));

    /// <summary>The panel alone, for a script to put in place.</summary>
    public string Panel => QueryHelpers.AddQueryString(Page, "handler", "Panel");

    /// <summary>A value exactly as stored, as plain text.</summary>
    public string Raw(string field, bool isDownload = false) => OfSpan("raw", ("field", field), ("download", isDownload ? "true" : null));

    /// <summary>One value of the panel alone, for a script to put in place; the field and what was chosen come behind it.</summary>
    public string Value => Tree.AddTo(OfSpan("value", ("request", Tree.RequestId)));

    /// <summary>A model call as a command that makes it again.</summary>
    public string Curl => OfSpan("curl");

    /// <summary>Another span. The tab stays, so that one can walk down a tree looking at attributes.</summary>
    public TraceAddress To(string spanId) => this with { Span = spanId, Values = ValueChoices.None };

    public TraceAddress To(Domain.Spans.Span span) => To(span.SpanId) with { TraceId = span.TraceId };

    private string Query(string address)
    {
        address = Tab == "content" ? address : QueryHelpers.AddQueryString(address, "tab", Tab);
        address = View == "read" ? address : QueryHelpers.AddQueryString(address, "view", View);
        return QueryHelpers.AddQueryString(address, Values.Query());
    }

    private string OfSpan(string what, params IEnumerable<(string Name, string? Value)> query)
    {
        var path = $"/traces/{Uri.EscapeDataString(TraceId)}/spans/{Uri.EscapeDataString(Span ?? "")}/{what}";
        var own = Project.Name == Project.DefaultName ? null : Project.Name;
        var pairs = query.Append(("project", own)).Select(pair => KeyValuePair.Create(pair.Item1, pair.Item2));
        return QueryHelpers.AddQueryString(path, pairs.Where(pair => pair.Value is not null));
    }
}
