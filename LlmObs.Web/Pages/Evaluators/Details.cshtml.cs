using LlmObs.Domain.Evaluators;
using LlmObs.Storage.Evaluators;
using LlmObs.Storage.Jobs;
using LlmObs.Web.Access;
using LlmObs.Web.Shell;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace LlmObs.Web.Pages.Evaluators;

/// <summary>One evaluator: what it says, how far people agree, its versions and jobs. It is run from here.</summary>
public sealed class DetailsModel(EvaluatorStore store, EvaluatorScores scores, QualityJobs jobs, CurrentProject current, TimeProvider time)
    : PageModel
{
    private const int RecentScores = 50;
    private const int RecentJobs = 10;

    /// <summary>How far back a run may go, in hours, and the English text that is the key of its translation.</summary>
    public static readonly IReadOnlyList<(int Hours, string Text)> Windows =
    [
        (1, "last hour"),
        (24, "last day"),
        (168, "last 7 days"),
        (720, "last 30 days"),
    ];

    [BindProperty(SupportsGet = true)]
    public string Name { get; set; } = "";

    /// <summary>An earlier version; null for the newest.</summary>
    [BindProperty(SupportsGet = true)]
    public int? Version { get; set; }

    /// <summary>Only what failed, or scored below one half.</summary>
    [BindProperty(SupportsGet = true)]
    public bool Low { get; set; }

    public Evaluator Evaluator { get; private set; } = null!;
    public IReadOnlyList<Evaluator> Versions { get; private set; } = [];
    public IReadOnlyList<ScoreSummary> Summaries { get; private set; } = [];
    public IReadOnlyList<LabelCount> Labels { get; private set; } = [];
    public IReadOnlyList<JudgedSpan> Recent { get; private set; } = [];
    public IReadOnlyList<QualityJob> Jobs { get; private set; } = [];

    /// <summary>With the human score the judge names; null where it names none, or nobody has judged yet.</summary>
    public Calibration? Calibration { get; private set; }

    public async Task<IActionResult> OnGetAsync(CancellationToken cancellationToken)
    {
        if (await FindAsync(cancellationToken) is not { } evaluator)
        {
            return NotFound();
        }

        Evaluator = evaluator;
        Versions = await store.VersionsAsync(evaluator.Id, cancellationToken);
        Summaries = await scores.SummariesAsync(evaluator, cancellationToken);
        Labels = await scores.LabelsAsync(evaluator, cancellationToken);
        Recent = await scores.RecentAsync(evaluator, Low, RecentScores, cancellationToken);
        Jobs = await jobs.ListAsync(current.Id, evaluator.Id, RecentJobs, cancellationToken);
        if (evaluator.Definition.Judge is { HumanName.Length: > 0 } judge)
        {
            Calibration = Calibration.Of(await scores.PairsAsync(evaluator, judge, cancellationToken));
        }

        return Page();
    }

    public Task<IActionResult> OnPostDryRunAsync(CancellationToken cancellationToken) =>
        StartAsync(evaluator => jobs.AddDryRunAsync(evaluator, Person, cancellationToken), cancellationToken);

    public async Task<IActionResult> OnPostRunAsync(int hours, CancellationToken cancellationToken)
    {
        if (Windows.All(window => window.Hours != hours))
        {
            return BadRequest();
        }

        var now = time.GetUtcNow();
        return await StartAsync(
            evaluator => jobs.AddHistoryAsync(evaluator, now.AddHours(-hours), now, Person, cancellationToken),
            cancellationToken
        );
    }

    public async Task<IActionResult> OnPostDeleteAsync(CancellationToken cancellationToken)
    {
        if (!User.IsOperator())
        {
            return Forbid();
        }

        return await store.DeleteAsync(current.Id, Name, cancellationToken) ? LocalRedirect(Links.Evaluators(current.Project)) : NotFound();
    }

    private string Person => User.Identity?.Name ?? "";

    private async Task<IActionResult> StartAsync(Func<Evaluator, Task<long>> start, CancellationToken cancellationToken)
    {
        if (!User.IsOperator())
        {
            return Forbid();
        }

        return await FindAsync(cancellationToken) is { } evaluator
            ? LocalRedirect(Links.QualityJob(current.Project, await start(evaluator)))
            : NotFound();
    }

    private async Task<Evaluator?> FindAsync(CancellationToken cancellationToken) =>
        await store.FindAsync(current.Id, Name, cancellationToken) is not { } newest ? null
        : Version is { } version ? await store.GetAsync(newest.Id, version, cancellationToken)
        : newest;
}
