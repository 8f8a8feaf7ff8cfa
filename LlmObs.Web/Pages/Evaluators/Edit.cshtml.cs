using LlmObs.Domain.Evaluators;
using LlmObs.Storage.Evaluators;
using LlmObs.TraceLog;
using LlmObs.Web.Access;
using LlmObs.Web.Shell;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace LlmObs.Web.Pages.Evaluators;

/// <summary>The form of an evaluator: a new one of a kind, or the next version. For operators: evaluators run SQL and cost money.</summary>
[Authorize(Operators.Policy)]
public sealed class EditModel(EvaluatorStore store, QualityResources resources, CurrentProject current) : PageModel
{
    /// <summary>Of the evaluator that is edited; null for a new one.</summary>
    [BindProperty(SupportsGet = true, Name = "name")]
    public string? Name { get; set; }

    [BindProperty(SupportsGet = true, Name = "kind")]
    public EvaluatorKind Kind { get; set; }

    [BindProperty]
    public EvaluatorForm Form { get; set; } = new();

    public IReadOnlyList<QualityResource> Resources { get; private set; } = [];

    /// <summary>What is wrong with what was typed.</summary>
    public string? Fault { get; private set; }

    public async Task<IActionResult> OnGetAsync(CancellationToken cancellationToken)
    {
        await LoadAsync(cancellationToken);
        if (Name is null)
        {
            Form = EvaluatorForm.New(Kind, Resources);
            return Page();
        }

        if (await store.FindAsync(current.Id, Name, cancellationToken) is not { } evaluator)
        {
            return NotFound();
        }

        Kind = evaluator.Definition.Kind;
        Form = EvaluatorForm.Of(evaluator);
        return Page();
    }

    public async Task<IActionResult> OnPostAsync(CancellationToken cancellationToken)
    {
        var known = Name is null ? null : await store.FindAsync(current.Id, Name, cancellationToken);
        if (Name is not null && known is null)
        {
            return NotFound();
        }

        Kind = known?.Definition.Kind ?? Kind;
        var name = Name ?? Form.Name.Trim();
        var definition = Form.ToDefinition(Kind);
        Fault = ModelState.IsValid ? FindFault(name, definition) : "A number cannot be read.";
        if (Fault is null && Name is null && await store.FindAsync(current.Id, name, cancellationToken) is not null)
        {
            Fault = $"name: there is an evaluator '{name}' already.";
        }

        if (Fault is not null)
        {
            await LoadAsync(cancellationToken);
            return Page();
        }

        await store.SaveAsync(current.Project, name, definition, Form.OnArrival, User.Identity?.Name ?? "", cancellationToken);
        return LocalRedirect(Links.Evaluator(current.Project, name));
    }

    private static string? FindFault(string name, EvaluatorDefinition definition)
    {
        if (EvaluatorFaults.Find(name, definition) is { } fault)
        {
            return $"{fault.Field} {fault.Problem}";
        }

        try
        {
            return QueryLine.Parse(definition.Filter).Scores.Count == 0 ? null : "filter: an evaluator cannot ask for scores.";
        }
        catch (QueryException exception)
        {
            return $"filter, character {exception.Position + 1}: {exception.Message}";
        }
    }

    private async Task LoadAsync(CancellationToken cancellationToken) => Resources = await resources.ListAsync(cancellationToken);
}
