using LlmObs.Storage.Reading;
using LlmObs.Web.Shell;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace LlmObs.Web.Pages.Users;

/// <summary>A user: their conversations, and what they thought of the answers.</summary>
public sealed class DetailsModel(UserReader users, CurrentProject current) : PageModel
{
    public const int MostSessions = 100;

    [BindProperty(SupportsGet = true, BinderType = typeof(PathIdBinder))]
    public string UserId { get; set; } = "";

    public User Known { get; private set; } = null!;

    public long Turns => Known.Sessions.Sum(session => session.Turns);

    public long Failed => Known.Sessions.Sum(session => session.Failed);

    public async Task<IActionResult> OnGetAsync(CancellationToken cancellationToken)
    {
        if (await users.ReadAsync(current.Id, UserId, MostSessions, cancellationToken) is not { } found)
        {
            return NotFound();
        }

        Known = found;
        return Page();
    }
}
