using LlmObs.Storage.Access;
using LlmObs.Web.Shell;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace LlmObs.Web.Pages.Keys;

/// <summary>One key: limited, rotated and revoked here. Its secret is shown once, right after it was made. For operators.</summary>
public sealed class DetailsModel(KeyRing ring, CurrentProject current) : PageModel
{
    /// <summary>How long an old secret may go on working after a rotation: hours, and the English name that is the key of its translation.</summary>
    public static readonly IReadOnlyList<(int Hours, string Name)> Graces =
    [
        (0, "not at all"),
        (1, "for 1 hour"),
        (24, "for 1 day"),
        (168, "for 7 days"),
        (720, "for 30 days"),
    ];

    [BindProperty(SupportsGet = true)]
    public Guid Id { get; set; }

    public KeySummary Key { get; private set; } = null!;
    public NewSecret? Shown { get; private set; }

    public async Task<IActionResult> OnGetAsync(CancellationToken cancellationToken)
    {
        var key = (await ring.ListAsync(current.Project, cancellationToken)).FirstOrDefault(key => key.Id == Id);
        if (key is null)
        {
            return NotFound();
        }

        Key = key;
        Shown = TempData.TakeSecret(Id);
        return Page();
    }

    public async Task<IActionResult> OnPostLimitAsync(LimitsForm wanted, CancellationToken cancellationToken) =>
        !ModelState.IsValid ? BadRequest() : Again(await ring.LimitAsync(current.Project, Id, wanted.Limits, cancellationToken));

    public async Task<IActionResult> OnPostRotateAsync(int hours, CancellationToken cancellationToken)
    {
        if (Graces.All(grace => grace.Hours != hours))
        {
            return BadRequest();
        }

        var made = await ring.RotateAsync(current.Project, Id, TimeSpan.FromHours(hours), cancellationToken);
        if (made is not null)
        {
            TempData.KeepSecret(made);
        }

        return Again(made is not null);
    }

    public async Task<IActionResult> OnPostRevokeAsync(CancellationToken cancellationToken)
    {
        // Revoked already, perhaps by somebody else, is as wanted; the page shows when.
        await ring.RevokeAsync(current.Project, Id, cancellationToken);
        return Again(isDone: true);
    }

    private IActionResult Again(bool isDone) => isDone ? LocalRedirect(Links.Key(current.Project, Id)) : NotFound();
}
