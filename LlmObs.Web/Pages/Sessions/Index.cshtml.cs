using LlmObs.Web.Shell;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace LlmObs.Web.Pages.Sessions;

/// <summary>The list of sessions is a view of the search.</summary>
public sealed class IndexModel(CurrentProject current) : PageModel
{
    public IActionResult OnGet() => LocalRedirect(Links.Search(current.Project, ("view", "sessions")));
}
