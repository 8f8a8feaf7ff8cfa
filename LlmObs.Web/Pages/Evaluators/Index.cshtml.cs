using LlmObs.Domain.Evaluators;
using LlmObs.Storage.Evaluators;
using LlmObs.Storage.Jobs;
using LlmObs.Web.Shell;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace LlmObs.Web.Pages.Evaluators;

/// <summary>What judges this project, with what, and how it goes.</summary>
public sealed class IndexModel(EvaluatorStore store, QualityJobs jobs, QualityResources resources, JudgeLedger ledger, CurrentProject current)
    : PageModel
{
    private const int RecentJobs = 20;

    public IReadOnlyList<Evaluator> Evaluators { get; private set; } = [];
    public IReadOnlyList<QualityJob> Jobs { get; private set; } = [];
    public IReadOnlyList<QualityResource> Resources { get; private set; } = [];
    public IReadOnlyList<JudgeDay> Today { get; private set; } = [];

    public Evaluator? Of(QualityJob job) => Evaluators.FirstOrDefault(evaluator => evaluator.Id == job.EvaluatorId);

    public async Task OnGetAsync(CancellationToken cancellationToken)
    {
        Evaluators = await store.ListAsync(current.Id, cancellationToken);
        Jobs = await jobs.ListAsync(current.Id, null, RecentJobs, cancellationToken);
        Resources = await resources.ListAsync(cancellationToken);
        Today = await ledger.TodayAsync(cancellationToken);
    }
}
