using LlmObs.Web.Search;
using LlmObs.Web.Shell;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace LlmObs.Web.Pages.Search;

/// <summary>The search page. All its state is in the address; a pasted id leads away from it.</summary>
public sealed class IndexModel(SearchReader reader, IdJump jump, CurrentProject current, ViewerZone zone) : PageModel
{
    public SearchAddress Address { get; private set; } = null!;

    public QueryText Line => QueryText.Parse(Address.Query);

    public SearchOutcome Outcome { get; private set; } = null!;

    public async Task<IActionResult> OnGetAsync(CancellationToken cancellationToken)
    {
        Address = SearchAddress.Read(Request.Query, current.Project, zone);
        if (Address.NeedsRewriting)
        {
            return Redirect(Address.Url);
        }

        if (await jump.FindAsync(Address, cancellationToken) is { } target)
        {
            return Redirect(target);
        }

        Outcome = await reader.ReadAsync(Address, cancellationToken);
        return Page();
    }
}
