using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using LlmObs.Storage.Cases;
using LlmObs.Storage.Evaluators;
using LlmObs.Storage.Jobs;
using LlmObs.Web.Access;
using LlmObs.Web.Shell;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace LlmObs.Web.Pages.Cases;

/// <summary>The questions of a case: taken away as JSON lines, or their answers given to an evaluator. They are shown on the page of the case.</summary>
public sealed class RegressionModel(CaseRegressionReader regressions, EvaluatorStore evaluators, QualityJobs jobs, CurrentProject current) : PageModel
{
    private static readonly JsonSerializerOptions Lines = new(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [BindProperty(SupportsGet = true)]
    public long Id { get; set; }

    /// <summary>Why the last command did nothing, for the page of the case: <c>run</c>.</summary>
    [TempData]
    public string? Told { get; set; }

    /// <summary>For a program that asks them of a new release.</summary>
    public async Task<IActionResult> OnGetAsync(CancellationToken cancellationToken)
    {
        var found = await regressions.ReadAsync(current.Id, Id, cancellationToken);
        var lines = found
            .Answers.Where(answer => answer.IsOfCase)
            .Select(answer =>
                JsonSerializer.Serialize(
                    new
                    {
                        answer.Question,
                        answer.Release,
                        answer.TraceId,
                    },
                    Lines
                ) + "\n"
            );
        return File(Encoding.UTF8.GetBytes(string.Concat(lines)), "application/jsonl; charset=utf-8", $"case-{Id}.jsonl");
    }

    /// <summary>Runs an evaluator over the answers of one release, or of all.</summary>
    /// <param name="release">Its place among the releases; null for all.</param>
    public async Task<IActionResult> OnPostAsync(string? evaluator, int? release, CancellationToken cancellationToken)
    {
        if (!User.IsOperator())
        {
            return Forbid();
        }

        var found = await regressions.ReadAsync(current.Id, Id, cancellationToken);
        var answers = found.Answers.Where(answer => answer.IsKept);
        if (release is { } chosen)
        {
            answers = answers.Where(answer => answer.Release == found.Releases.ElementAtOrDefault(chosen));
        }

        if (
            answers.Select(answer => answer.TraceId).ToList() is not { Count: > 0 } traceIds
            || await evaluators.FindAsync(current.Id, evaluator ?? "", cancellationToken) is not { } judge
        )
        {
            Told = "run";
            return Redirect(Links.Case(current.Project, Id));
        }

        var job = await jobs.AddTracesAsync(judge, Id, traceIds, User.Identity?.Name ?? "", cancellationToken);
        return Redirect(Links.QualityJob(current.Project, job));
    }
}
