using LlmObs.Web.Shell;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace LlmObs.Web.Pages.Users;

/// <summary>The list of users is a view of the search.</summary>
public sealed class IndexModel(CurrentProject current) : PageModel
{
    public IActionResult OnGet() => LocalRedirect(Links.Search(current.Project, ("view", "users")));
}
