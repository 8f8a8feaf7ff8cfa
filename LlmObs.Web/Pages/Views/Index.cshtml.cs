using LlmObs.Storage.Views;
using LlmObs.Web.Access;
using LlmObs.Web.Search;
using LlmObs.Web.Shell;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace LlmObs.Web.Pages.Views;

/// <summary>The saved views a reader may see, and everything that changes one.</summary>
public sealed class IndexModel(SavedViews views, CurrentProject current, ViewerZone zone) : PageModel
{
    public IReadOnlyList<SavedView> Views { get; private set; } = [];

    /// <summary>The field that cannot be taken as it was sent: <c>name</c>, <c>state</c>; <c>count</c> when there are too many views.</summary>
    public string? Fault { get; private set; }

    public async Task OnGetAsync(CancellationToken cancellationToken) =>
        Views = await views.ListAsync(current.Id, ViewOwner.Known(HttpContext) ?? "", cancellationToken);

    public SearchAddress AddressOf(SavedView view) => SearchAddress.OfState(view.State, current.Project, zone) with { Saved = view.Id };

    /// <summary>Keeps the search the form came from, and goes back to it.</summary>
    public async Task<IActionResult> OnPostSaveAsync(string? name, string? state, bool shared, CancellationToken cancellationToken)
    {
        if (!IsName(name) || !IsState(state))
        {
            return await FaultyAsync(IsName(name) ? "state" : "name", cancellationToken);
        }

        var id = await views.CreateAsync(current.Id, ViewOwner.Ensure(HttpContext), name!.Trim(), state ?? "", shared, cancellationToken);
        return id is null
            ? await FaultyAsync("count", cancellationToken)
            : LocalRedirect((SearchAddress.OfState(state ?? "", current.Project, zone) with { Saved = id }).Url);
    }

    /// <summary>Has the view show what the reader sees now.</summary>
    public async Task<IActionResult> OnPostUpdateAsync(Guid id, string? state, CancellationToken cancellationToken)
    {
        if (!IsState(state))
        {
            return await FaultyAsync("state", cancellationToken);
        }

        return await views.ChangeAsync(current.Id, ViewOwner.Ensure(HttpContext), id, null, state ?? "", null, cancellationToken)
            ? LocalRedirect((SearchAddress.OfState(state ?? "", current.Project, zone) with { Saved = id }).Url)
            : NotFound();
    }

    public async Task<IActionResult> OnPostChangeAsync(Guid id, string? name, bool shared, CancellationToken cancellationToken)
    {
        if (!IsName(name))
        {
            return await FaultyAsync("name", cancellationToken);
        }

        return await views.ChangeAsync(current.Id, ViewOwner.Ensure(HttpContext), id, name!.Trim(), null, shared, cancellationToken)
            ? LocalRedirect(Links.SavedViews(current.Project))
            : NotFound();
    }

    /// <summary>Somebody who came by a login link may also remove what others shared.</summary>
    public async Task<IActionResult> OnPostRemoveAsync(Guid id, CancellationToken cancellationToken) =>
        await views.RemoveAsync(current.Id, ViewOwner.Known(HttpContext) ?? "", id, User.IsOperator(), cancellationToken)
            ? LocalRedirect(Links.SavedViews(current.Project))
            : NotFound();

    private static bool IsName(string? name) => name?.Trim() is { Length: > 0 and <= SavedViews.MaxNameLength };

    private static bool IsState(string? state) => state is not { Length: > SavedViews.MaxStateLength };

    private async Task<IActionResult> FaultyAsync(string fault, CancellationToken cancellationToken)
    {
        Fault = fault;
        await OnGetAsync(cancellationToken);
        Response.StatusCode = StatusCodes.Status400BadRequest;
        return Page();
    }
}
