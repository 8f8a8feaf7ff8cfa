using LlmObs.Api;
using LlmObs.TraceLog;
using LlmObs.Web.Search;
using LlmObs.Web.Shell;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace LlmObs.Web.Pages.Search;

/// <summary>The values of one facet, fetched when it is opened or searched in.</summary>
public sealed class FacetModel(FacetReader facets, ScoreLookup scores, CurrentProject current, ViewerZone zone, TimeProvider time) : PageModel
{
    private const int LongestFind = 200;

    /// <param name="field">One that can be grouped by.</param>
    /// <param name="find">Only values that hold this text.</param>
    public async Task<IActionResult> OnGetAsync(string? field, string? find, CancellationToken cancellationToken)
    {
        if (SpanField.Find(field) is not { HasFacet: true } known)
        {
            return BadRequest($"field: '{field}' is no field that can be grouped by.");
        }

        if (find is { Length: > LongestFind })
        {
            return BadRequest($"find: at most {LongestFind} characters.");
        }

        var address = SearchAddress.Read(Request.Query, current.Project, zone);
        var (from, to) = address.Range.Window(time.GetUtcNow());
        try
        {
            var query = await scores.ReadyAsync(current.Id, new(current.Name, address.Query, from, to), cancellationToken);
            var facet = await facets.OneAsync(query, known.Name, find, cancellationToken);
            return Partial("_Facet", (address, facet));
        }
        catch (Exception exception) when (SearchFault.Is(exception))
        {
            return SearchFault.Answer(exception);
        }
    }
}
