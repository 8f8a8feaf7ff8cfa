using LlmObs.Storage;
using LlmObs.Storage.Views;
using LlmObs.Web.Access;
using LlmObs.Web.Search;
using LlmObs.Web.Shell;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace LlmObs.Web.Pages.Search;

/// <summary>The search page. All its state is in the address; a pasted id leads away from it.</summary>
public sealed class IndexModel(SearchReader reader, IdJump jump, SavedViews views, CurrentProject current, ViewerZone zone) : PageModel
{
    public SearchAddress Address { get; private set; } = null!;

    public QueryText Line => QueryText.Parse(Address.Query);

    public SearchOutcome Outcome { get; private set; } = null!;

    public IReadOnlyList<SavedView> Views { get; private set; } = [];

    public async Task<IActionResult> OnGetAsync(CancellationToken cancellationToken)
    {
        Address = SearchAddress.Read(Request.Query, current.Project, zone);
        if (ColumnsModel.Remembered(Request, Address) is { } columns)
        {
            // The address is the state: who is sent it sees the same columns.
            return Redirect((Address with { Columns = columns }).Url);
        }

        if (Address.NeedsRewriting)
        {
            return Redirect(Address.Url);
        }

        if (await jump.FindAsync(Address, cancellationToken) is { } target)
        {
            return Redirect(target);
        }

        var saved = ViewsAsync(cancellationToken);
        Outcome = await reader.ReadAsync(Address, cancellationToken);
        Views = await saved;
        return Page();
    }

    public SearchAddress AddressOf(SavedView view) => SearchAddress.OfState(view.State, current.Project, zone) with { Saved = view.Id };

    /// <summary>The state as this version writes it, to compare with.</summary>
    public string StateOf(SavedView view) => AddressOf(view).State;

    private async Task<IReadOnlyList<SavedView>> ViewsAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await views.ListAsync(current.Id, ViewOwner.Known(HttpContext) ?? "", cancellationToken);
        }
        catch (StorageUnavailableException)
        {
            // The page says what it says of SLS; views come back with PostgreSQL.
            return [];
        }
    }
}
