using LlmObs.Storage.Reading;
using LlmObs.Web.Shell;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace LlmObs.Web.Pages.Traces;

/// <summary>A model call as a command that makes it again, as plain text.</summary>
public sealed class CurlModel(TraceReader traces, CurrentProject current) : PageModel
{
    public async Task<IActionResult> OnGetAsync(
        [ModelBinder<PathIdBinder>] string traceId,
        [ModelBinder<PathIdBinder>] string spanId,
        CancellationToken cancellationToken
    ) =>
        await traces.SpanAsync(current.Id, traceId, spanId, cancellationToken) is { } record && ChatRequest.IsPossible(record)
            ? Content(ChatRequest.Curl(record), "text/plain; charset=utf-8")
            : NotFound();
}
