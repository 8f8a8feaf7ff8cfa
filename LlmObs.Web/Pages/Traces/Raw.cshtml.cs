using System.Text;
using LlmObs.Storage.Reading;
using LlmObs.Web.Shell;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace LlmObs.Web.Pages.Traces;

/// <summary>A value byte for byte as it is stored, as plain text: to copy, to save, to compare.</summary>
public sealed class RawModel(TraceReader traces, CurrentProject current) : PageModel
{
    public async Task<IActionResult> OnGetAsync(
        [ModelBinder<PathIdBinder>] string traceId,
        [ModelBinder<PathIdBinder>] string spanId,
        string field,
        bool download,
        CancellationToken cancellationToken
    )
    {
        if (await traces.SpanAsync(current.Id, traceId, spanId, cancellationToken) is not { } record || RawValue.Of(record, field) is not { } value)
        {
            return NotFound();
        }

        var result = File(Encoding.UTF8.GetBytes(value), "text/plain; charset=utf-8");
        if (download)
        {
            result.FileDownloadName = $"{spanId}-{field}.txt";
        }

        return result;
    }
}
