using LlmObs.Web.Search;
using LlmObs.Web.Shell;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace LlmObs.Web.Pages.Search;

/// <summary>The newest rows alone, for a page that follows them.</summary>
public sealed class RowsModel(SearchReader reader, CurrentProject current, ViewerZone zone) : PageModel
{
    public async Task<IActionResult> OnGetAsync(CancellationToken cancellationToken)
    {
        var address = SearchAddress.Read(Request.Query, current.Project, zone);
        try
        {
            var rows = await reader.RowsAsync(address, cancellationToken);
            return Partial("_Rows", (address, QueryText.Parse(address.Query), rows));
        }
        catch (Exception exception) when (SearchFault.Is(exception))
        {
            return SearchFault.Answer(exception);
        }
    }
}
