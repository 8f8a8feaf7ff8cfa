using LlmObs.Web.Search;
using LlmObs.Web.Shell;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace LlmObs.Web.Pages.Search;

/// <summary>The preview of a row, fetched when the row is selected.</summary>
public sealed class PeekModel(PeekReader reader, CurrentProject current, ViewerZone zone) : PageModel
{
    public async Task<IActionResult> OnGetAsync(string? trace, string? span, CancellationToken cancellationToken)
    {
        if (trace is not { Length: > 0 })
        {
            return BadRequest("trace: the id of a trace is missing.");
        }

        try
        {
            var line = QueryText.Parse(SearchAddress.Read(Request.Query, current.Project, zone).Query);
            return await reader.ReadAsync(current.Id, trace, span, cancellationToken) is { } peek ? Partial("_Peek", (peek, line)) : NotFound();
        }
        catch (Exception exception) when (SearchFault.Is(exception))
        {
            return SearchFault.Answer(exception);
        }
    }
}
