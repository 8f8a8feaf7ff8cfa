using LlmObs.Domain.Dify;
using LlmObs.Storage.Dify;

namespace LlmObs.Ingest.Dify;

/// <summary>
/// The parallel branches of runs, by what each run stores of its canvas. A published version is read once and remembered; a draft is edited
/// between its runs, so each of them has its own.
/// </summary>
internal sealed class DifyCanvases(DifyRunRows rows)
{
    private const int MostRemembered = 1000;

    private readonly Dictionary<Guid, IReadOnlyDictionary<string, ParallelBranch>?> known = [];

    /// <summary>By run, then by canvas id. Null where a run stores no canvas, or too large a one.</summary>
    public async Task<IReadOnlyDictionary<Guid, IReadOnlyDictionary<string, ParallelBranch>?>> BranchesAsync(
        IReadOnlyCollection<DifyRun> runs,
        CancellationToken cancellationToken
    )
    {
        if (known.Count > MostRemembered)
        {
            known.Clear();
        }

        var unread = runs.DistinctBy(CanvasOf).Where(run => !known.ContainsKey(CanvasOf(run))).ToList();
        var graphs = await rows.GraphsAsync([.. unread.Select(run => run.Id)], cancellationToken);
        foreach (var run in unread)
        {
            known[CanvasOf(run)] = ParallelBranches.OfGraph(graphs.GetValueOrDefault(run.Id));
        }

        return runs.ToDictionary(run => run.Id, run => known[CanvasOf(run)]);
    }

    private static Guid CanvasOf(DifyRun run) => run is { WorkflowId: { } workflow, Version: not "draft" } ? workflow : run.Id;
}
