using LlmObs.Domain.Labels;
using LlmObs.Storage.Labels;
using LlmObs.Web.Access;
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

/// <summary>A label set as it is typed.</summary>
public sealed class LabelSetForm
{
    public string? Name { get; set; }
    public string? Question { get; set; }
    public LabelKind Kind { get; set; }

    /// <summary>One choice a line: <c>word | what it stands for</c>.</summary>
    public string? Choices { get; set; }

    /// <summary>One reason a line.</summary>
    public string? Reasons { get; set; }

    public string? Guide { get; set; }

    public LabelSet Read() =>
        new(
            Annotator.OneLine(Name),
            Annotator.OneLine(Question),
            Kind,
            Kind == LabelKind.Choice ? [.. Lines(Choices).Select(Choice)] : [],
            Lines(Reasons),
            string.IsNullOrWhiteSpace(Guide) ? null : Guide.ReplaceLineEndings("\n").Trim()
        );

    private static LabelChoice Choice(string line) =>
        line.Split('|', 2, StringSplitOptions.TrimEntries) is [var name, { Length: > 0 } about] ? new(name, about) : new(line.TrimEnd('|').Trim());

    private static List<string> Lines(string? text) =>
        [.. (text ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(Annotator.OneLine)];
}
