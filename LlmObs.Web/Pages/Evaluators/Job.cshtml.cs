using LlmObs.Domain.Evaluators;
using LlmObs.Storage.Evaluators;
using LlmObs.Storage.Jobs;
using LlmObs.Web.Access;
using LlmObs.Web.Shell;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace LlmObs.Web.Pages.Evaluators;

/// <summary>One job: how far it is, what went wrong, and of a dry run what the evaluator would say.</summary>
public sealed class JobModel(QualityJobs jobs, EvaluatorStore store, CurrentProject current) : PageModel
{
    [BindProperty(SupportsGet = true)]
    public long Id { get; set; }

    public QualityJob Job { get; private set; } = null!;
    public Evaluator? Evaluator { get; private set; }
    public IReadOnlyList<DryRunSpan>? DryRun { get; private set; }

    public bool MayCancel => Job is { State: JobState.Open, Kind: not JobKind.Arrival } && User.IsOperator();

    public async Task<IActionResult> OnGetAsync(CancellationToken cancellationToken)
    {
        if (await jobs.FindAsync(current.Id, Id, cancellationToken) is not { } job)
        {
            return NotFound();
        }

        Job = job;
        Evaluator = await store.GetAsync(job.EvaluatorId, job.Version, cancellationToken);
        DryRun = await jobs.DryRunAsync(current.Id, Id, cancellationToken);
        return Page();
    }

    public async Task<IActionResult> OnPostCancelAsync(CancellationToken cancellationToken)
    {
        if (!User.IsOperator())
        {
            return Forbid();
        }

        await jobs.CancelAsync(current.Id, Id, cancellationToken);
        return LocalRedirect(Links.QualityJob(current.Project, Id));
    }
}
