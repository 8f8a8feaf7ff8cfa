using LlmObs.Web.Search;
using LlmObs.Web.Shell;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace LlmObs.Web.Pages.Search;

/// <summary>Remembers the columns that the reader chose, and shows them.</summary>
public sealed class ColumnsModel(CurrentProject current, ViewerZone zone) : PageModel
{
    public IActionResult OnGet()
    {
        var address = SearchAddress.Read(Request.Query, current.Project, zone);
        Preferences.RememberColumns(Response, List(address), address.Columns);
        return LocalRedirect(address.Url + "#columns");
    }

    /// <summary>What this reader chose for such a list, when the address does not say; null when it does, or when they never chose.</summary>
    public static string? Remembered(HttpRequest request, SearchAddress address) =>
        address is { Columns: null, Group: null, View: SearchView.Requests or SearchView.Spans }
            ? Preferences.Columns(request, List(address)) is { Length: > 0 and < 400 } columns
                ? columns
                : null
            : null;

    private static string List(SearchAddress address) => address.View.ToString().ToLowerInvariant();
}
