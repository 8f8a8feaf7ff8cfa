using LlmObs.Storage.Reading;
using LlmObs.Web.Shell;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace LlmObs.Web.Pages.Traces;

/// <summary>One value of a panel alone, for a script to put in place: another form of it, another part, or what changed.</summary>
public sealed class ValueModel(TraceReader traces, PreviousCalls previousCalls, CurrentProject current) : PageModel
{
    public ValueView View { get; private set; } = null!;

    public async Task<IActionResult> OnGetAsync(string traceId, string spanId, string field, CancellationToken cancellationToken)
    {
        if (await traces.SpanAsync(current.Id, traceId, spanId, cancellationToken) is not { } record || RawValue.Of(record, field) is not { } text)
        {
            return NotFound();
        }

        var address = TraceAddress.From(Request.Query, current.Project, traceId, spanId);
        var panel = new SpanPanel(record, address, [], record.Span.StartUnixNano)
        {
            Previous = address.Values.Changed is null ? null : await previousCalls.FindAsync(current.Project, record.Span, cancellationToken),
        };
        View = new(text, field, panel);
        return Page();
    }
}
