using LlmObs.Domain.Labels;
using LlmObs.Storage.Labels;
using LlmObs.Web.Access;
using LlmObs.Web.Shell;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace LlmObs.Web.Pages;

/// <summary>Asks somebody for the name their labels and their work on cases stand under, once in a session.</summary>
public sealed class NameModel(LabelReader labels, CurrentProject current) : PageModel
{
    [BindProperty(SupportsGet = true)]
    public string? To { get; set; }

    /// <summary>The name as typed, when it could not be taken.</summary>
    public string? Refused { get; private set; }

    /// <summary>Names in use, so that one person does not become two by another spelling.</summary>
    public IReadOnlyList<string> Known { get; private set; } = [];

    public async Task OnGetAsync(CancellationToken cancellationToken) => Known = await labels.PeopleAsync(current.Id, cancellationToken);

    public async Task<IActionResult> OnPostAsync(string? name, CancellationToken cancellationToken)
    {
        Known = await labels.PeopleAsync(current.Id, cancellationToken);
        if (Annotator.Read(name) is not { } read)
        {
            Refused = name ?? "";
            return Page();
        }

        await Person.GoByAsync(HttpContext, Known.FirstOrDefault(known => known.Equals(read, StringComparison.OrdinalIgnoreCase)) ?? read);
        return LocalRedirect(Url.IsLocalUrl(To) ? To : Links.Labels(current.Project));
    }
}
