using LlmObs.Domain.Spans;
using LlmObs.Storage.Reading;
using LlmObs.Web.Shell;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace LlmObs.Web.Pages.Traces;

/// <summary>One value of a panel alone, for a script to put in place: another form of it, another part, or what changed.</summary>
public sealed class ValueModel(TraceReader traces, PreviousCalls previousCalls, CurrentProject current) : PageModel
{
    public ValueView View { get; private set; } = null!;

    public async Task<IActionResult> OnGetAsync(
        [ModelBinder<PathIdBinder>] string traceId,
        [ModelBinder<PathIdBinder>] string spanId,
        string field,
        CancellationToken cancellationToken
    )
    {
        var address = AddressOf(traceId, spanId);
        if (await PanelAsync(address, field, cancellationToken) is not { } panel || RawValue.Of(panel.Record, field) is not { } text)
        {
            return NotFound();
        }

        View = new(text, field, panel);
        return Page();
    }

    /// <summary>In which parts of a long value words stand, as a list of <c>{part, count, address}</c>: a page shows one part of them.</summary>
    public async Task<IActionResult> OnGetFindAsync(
        [ModelBinder<PathIdBinder>] string traceId,
        [ModelBinder<PathIdBinder>] string spanId,
        string field,
        string? words,
        CancellationToken cancellationToken
    )
    {
        if (await traces.SpanAsync(current.Id, traceId, spanId, cancellationToken) is not { } record || RawValue.Of(record, field) is not { } text)
        {
            return NotFound();
        }

        var address = AddressOf(traceId, spanId);
        var view = new ValueView(text, field, new(record, address, [], record.Span.StartUnixNano));
        return new JsonResult(
            TextParts
                .Counts(text, words ?? "")
                .Select(found => new
                {
                    found.Part,
                    found.Count,
                    Address = view.ToPart(found.Part),
                })
        );
    }

    private TraceAddress AddressOf(string traceId, string spanId) =>
        TraceAddress.From(Request.Query, current.Project, traceId, spanId) with
        {
            Tree = TreeState.From(Request.Query, Request.Query["request"]),
        };

    private async Task<SpanPanel?> PanelAsync(TraceAddress address, string field, CancellationToken cancellationToken)
    {
        // Of an attribute all are read; of everything else the part that is shown.
        var isAttribute = field.StartsWith("attributes", StringComparison.Ordinal);
        var read = isAttribute
            ? SpanToRead.Whole(await traces.SpanAsync(current.Id, address.TraceId, address.Span!, cancellationToken))
            : await traces.SpanToReadAsync(current.Id, address.TraceId, address.Span!, address.Values.PartOf, cancellationToken);
        return read is null
            ? null
            : new(read.Record, address, [], read.Record.Span.StartUnixNano)
            {
                LongTexts = read.LongTexts,
                Previous = address.Values.Changed is null
                    ? null
                    : await previousCalls.FindAsync(current.Project, read.Record, address.Values.PartOf, cancellationToken),
            };
    }
}
