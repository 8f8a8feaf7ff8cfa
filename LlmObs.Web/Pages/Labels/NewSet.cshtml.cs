using LlmObs.Domain.Labels;
using LlmObs.Storage.Labels;
using LlmObs.Web.Access;
using LlmObs.Web.Labels;
using LlmObs.Web.Shell;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace LlmObs.Web.Pages.Labels;

/// <summary>Makes a label set.</summary>
public sealed class NewSetModel(LabelSets sets, CurrentProject current) : PageModel
{
    [BindProperty]
    public LabelSetForm Form { get; set; } = new();

    /// <summary>The field that cannot be kept: name, question, choices, reasons or guide; <c>taken</c> when the name is in use.</summary>
    public string? Fault { get; private set; }

    public IActionResult OnGet() => User.PersonName() is null ? Redirect(Links.Name(current.Project, Links.NewLabelSet(current.Project))) : Page();

    public async Task<IActionResult> OnPostAsync(CancellationToken cancellationToken)
    {
        if (User.PersonName() is not { } person)
        {
            return Redirect(Links.Name(current.Project, Links.NewLabelSet(current.Project)));
        }

        var set = Form.Read();
        Fault = set.Fault()?.Field;
        if (Fault is null && await sets.CreateAsync(current.Id, set, person, cancellationToken) is null)
        {
            Fault = "taken";
        }

        return Fault is null ? Redirect(Links.Labels(current.Project)) : Page();
    }
}
