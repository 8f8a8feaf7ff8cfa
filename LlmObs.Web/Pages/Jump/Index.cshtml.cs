using LlmObs.Web.Access;
using LlmObs.Web.Search;
using LlmObs.Web.Shell;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Localization;

namespace LlmObs.Web.Pages.Jump;

/// <summary>The palette as a page, and the list that the palette shows.</summary>
public sealed class IndexModel(JumpReader reader, CurrentProject current, IStringLocalizer<KnownPage> titles) : PageModel
{
    private const int LongestText = 800;

    public JumpTargets Targets { get; private set; } = null!;

    public async Task OnGetAsync(string? text, CancellationToken cancellationToken) => Targets = await FindAsync(text, cancellationToken);

    /// <summary>The list alone.</summary>
    public async Task<IActionResult> OnGetListAsync(string? text, CancellationToken cancellationToken) =>
        Partial("_Targets", await FindAsync(text, cancellationToken));

    private Task<JumpTargets> FindAsync(string? text, CancellationToken cancellationToken)
    {
        var typed = (text ?? "").Trim();
        return reader.FindAsync(
            new(current.Project, "", TimeRange.Default),
            typed.Length <= LongestText ? typed : typed[..LongestText],
            ViewOwner.Known(HttpContext) ?? "",
            User.IsOperator(),
            page => titles[page.Title],
            cancellationToken
        );
    }
}
