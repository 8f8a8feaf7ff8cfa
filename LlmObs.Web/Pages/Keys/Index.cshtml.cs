using System.ComponentModel.DataAnnotations;
using LlmObs.Domain;
using LlmObs.Storage.Access;
using LlmObs.Web.Shell;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace LlmObs.Web.Pages.Keys;

/// <summary>Every project, and the keys of the current one; both are made here. For operators.</summary>
public sealed class IndexModel(Projects projects, KeyRing ring, CurrentProject current) : PageModel
{
    public IReadOnlyList<ProjectSummary> Projects { get; private set; } = [];
    public IReadOnlyList<KeySummary> Keys { get; private set; } = [];

    /// <summary>The project name that could not be taken, for the form to show it again.</summary>
    public string? RefusedProject { get; private set; }

    public bool IsTaken { get; private set; }

    public Task OnGetAsync(CancellationToken cancellationToken) => ReadAsync(cancellationToken);

    public async Task<IActionResult> OnPostProjectAsync(string? name, CancellationToken cancellationToken)
    {
        var wanted = name?.Trim() ?? "";
        if (Project.IsName(wanted))
        {
            if (await projects.CreateAsync(wanted, cancellationToken) is { } made)
            {
                return LocalRedirect(Links.Keys(made));
            }

            IsTaken = true;
        }

        RefusedProject = wanted;
        await ReadAsync(cancellationToken);
        return Page();
    }

    public async Task<IActionResult> OnPostKeyAsync(NewKey wanted, CancellationToken cancellationToken)
    {
        if (!ModelState.IsValid || wanted.Scopes == KeyScopes.None)
        {
            return BadRequest();
        }

        var made = await ring.CreateAsync(current.Project, wanted.Name.Trim(), wanted.Scopes, wanted.Limits, cancellationToken);
        TempData.KeepSecret(made);
        return LocalRedirect(Links.Key(current.Project, made.Id));
    }

    private async Task ReadAsync(CancellationToken cancellationToken)
    {
        Projects = await projects.SummariesAsync(cancellationToken);
        Keys = await ring.ListAsync(current.Project, cancellationToken);
    }
}

/// <summary>The form for a new key. Empty limits: as the configuration says.</summary>
public sealed class NewKey : LimitsForm
{
    [Required, StringLength(100)]
    public string Name { get; init; } = "";

    public bool MaySend { get; init; }
    public bool MayRead { get; init; }

    public KeyScopes Scopes => (MaySend ? KeyScopes.Ingest : KeyScopes.None) | (MayRead ? KeyScopes.Read : KeyScopes.None);
}

/// <summary>The two limits of a form, per second.</summary>
public class LimitsForm
{
    public const int Most = 100_000_000;

    [Range(0, Most)]
    public int? RequestsPerSecond { get; init; }

    [Range(0, Most)]
    public int? SpansPerSecond { get; init; }

    public KeyLimits Limits => new(RequestsPerSecond, SpansPerSecond);
}
