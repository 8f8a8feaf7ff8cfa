using LlmObs.Domain.Cases;
using LlmObs.Domain.Evaluators;
using LlmObs.Domain.Labels;
using LlmObs.Domain.Scores;
using LlmObs.Storage.Cases;
using LlmObs.Storage.Evaluators;
using LlmObs.Storage.Jobs;
using LlmObs.Storage.Labels;
using LlmObs.Storage.Reading;
using LlmObs.Web.Access;
using LlmObs.Web.Cases;
using LlmObs.Web.Shell;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace LlmObs.Web.Pages.Cases;

/// <summary>One case: its state and what may be done next, its cause, its traces and those like them, its history.</summary>
public sealed class DetailsModel(
    CaseBook book,
    CaseProgress progress,
    CaseReader cases,
    TraceReader traces,
    SimilarTraces similar,
    LabelReader labels,
    ScoreReader scores,
    CaseRegressionReader regressions,
    EvaluatorStore evaluators,
    QualityJobs jobs,
    CurrentProject current
) : PageModel
{
    private const int MaxAdded = 40;
    private const int ShownRuns = 5;

    [BindProperty(SupportsGet = true)]
    public long Id { get; set; }

    public CaseFile Found { get; private set; } = null!;

    /// <summary>Traces like those of the case; null while SLS does not answer.</summary>
    public IReadOnlyList<TraceLook>? Similar { get; private set; } = [];

    /// <summary>The score the case was opened for; null when none was, or it is gone.</summary>
    public Score? Score { get; private set; }

    /// <summary>Its questions, and how each release answered them.</summary>
    public CaseRegression Regression { get; private set; } = null!;

    public IReadOnlyList<Evaluator> Evaluators { get; private set; } = [];

    /// <summary>Evaluators that were run over them, newest first.</summary>
    public IReadOnlyList<QualityJob> Runs { get; private set; } = [];

    public IReadOnlyList<string> People { get; private set; } = [];

    /// <summary>Why the last command did nothing: <c>changed</c>, <c>cause</c>, <c>release</c>, <c>owner</c>, <c>note</c> or <c>run</c>.</summary>
    [TempData]
    public string? Told { get; set; }

    public async Task<IActionResult> OnGetAsync(CancellationToken cancellationToken)
    {
        if (await cases.FindAsync(current.Id, Id, cancellationToken) is not { } file)
        {
            return NotFound();
        }

        Found = file;
        Score = file.Case.ScoreId is { } score ? await scores.FindAsync(current.Id, score, cancellationToken) : null;
        Regression = await regressions.ReadAsync(current.Id, Id, cancellationToken);
        Evaluators = await evaluators.ListAsync(current.Id, cancellationToken);
        Runs = await jobs.OfCaseAsync(current.Id, Id, ShownRuns, cancellationToken);
        People = await labels.PeopleAsync(current.Id, cancellationToken);
        if (file.Traces is [var first, ..] && await TraceLook.ReadAsync(traces, current.Id, first.TraceId, cancellationToken) is { } look)
        {
            var known = file.Traces.Select(trace => trace.TraceId).ToHashSet(StringComparer.Ordinal);
            Similar = await similar.FindAsync(current.Project, look, known, cancellationToken);
        }

        return Page();
    }

    public Task<IActionResult> OnPostLocateAsync(CauseForm form, string? state, CancellationToken cancellationToken) =>
        DoAsync(async person =>
            form.Cause is not { } cause || form.IsTooLong || CaseStates.Read(state) is not { } from ? "cause"
            : await progress.LocateAsync(current.Id, Id, from, cause, person, cancellationToken) ? null
            : "changed"
        );

    public Task<IActionResult> OnPostFixAsync(string? release, CancellationToken cancellationToken) =>
        DoAsync(async person =>
            Annotator.OneLine(release) is not { Length: > 0 and <= Case.MaxRelease } named ? "release"
            : await progress.FixAsync(current.Id, Id, named, person, cancellationToken) ? null
            : "changed"
        );

    public Task<IActionResult> OnPostVerifyAsync(bool isCauseRight, CancellationToken cancellationToken) =>
        DoAsync(async person => await progress.VerifyAsync(current.Id, Id, isCauseRight, person, cancellationToken) ? null : "changed");

    public Task<IActionResult> OnPostReopenAsync(bool isCauseRight, string? state, CancellationToken cancellationToken) =>
        DoAsync(async person =>
            CaseStates.Read(state) is { } from && await progress.ReopenAsync(current.Id, Id, from, isCauseRight, person, cancellationToken)
                ? null
                : "changed"
        );

    public Task<IActionResult> OnPostOwnAsync(string? owner, CancellationToken cancellationToken) =>
        DoAsync(async person =>
        {
            var name = Annotator.Read(owner);
            if (name is null && Annotator.OneLine(owner).Length > 0)
            {
                return "owner";
            }

            await book.OwnAsync(current.Id, Id, name, person, cancellationToken);
            return null;
        });

    public Task<IActionResult> OnPostRemarkAsync(string? note, CancellationToken cancellationToken) =>
        DoAsync(async person =>
            note?.ReplaceLineEndings("\n").Trim() is not { Length: > 0 and <= CaseCause.MaxNote } remark ? "note"
            : await book.RemarkAsync(current.Id, Id, remark, person, cancellationToken) ? null
            : "changed"
        );

    public Task<IActionResult> OnPostAddAsync(IReadOnlyList<string> trace, CancellationToken cancellationToken) =>
        DoAsync(async person =>
        {
            var found = await traces.SummariesAsync(current.Id, [.. trace.Take(MaxAdded)], cancellationToken);
            await book.AddTracesAsync(
                current.Id,
                Id,
                [.. found.Select(summary => new CaseTrace(summary.TraceId, summary.Question ?? summary.Name))],
                person,
                cancellationToken
            );
            return null;
        });

    private async Task<IActionResult> DoAsync(Func<string, Task<string?>> work)
    {
        var here = Links.Case(current.Project, Id);
        if (User.PersonName() is not { } person)
        {
            return Redirect(Links.Name(current.Project, here));
        }

        Told = await work(person);
        return Redirect(here);
    }
}
